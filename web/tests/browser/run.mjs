// The browser tests: real nodes, a real browser, a name that is not localhost.
//   node tests/browser/run.mjs [part of a test's name]
// NOROSHI_BIN         the binary; `demo` is started with it on free ports
// NOROSHI_AT          port of a node that runs already (while working on screens)
// NOROSHI_ARTIFACTS   where pictures go; default: test-artifacts beside this app
// NOROSHI_CHROMIUM    the browser, if it is not where Debian puts it
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Demo, Elsewhere } from './demo.mjs';
import { Suite } from './harness.mjs';
import { Person, browserPath, openBrowser } from './people.mjs';
import { bulletinWalk } from './walks/bulletin.mjs';
import { deviceWalk } from './walks/device.mjs';
import { lineWalk } from './walks/line.mjs';
import { loginWalk } from './walks/login.mjs';
import { reportWalk } from './walks/report.mjs';
import { safetyWalk } from './walks/safety.mjs';
import { silenceWalk } from './walks/silence.mjs';
import { talkWalk } from './walks/talk.mjs';
import { tour } from './walks/tour.mjs';

const binary = process.env['NOROSHI_BIN'];
const port = process.env['NOROSHI_AT'];
const artifacts =
  process.env['NOROSHI_ARTIFACTS'] ??
  fileURLToPath(new URL('../../test-artifacts', import.meta.url));

function giveUp(text) {
  console.log(text);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}

if (browserPath() === null) {
  giveUp('no Chromium found: install Debian’s package chromium, or name one by NOROSHI_CHROMIUM');
}
if (binary === undefined && port === undefined) {
  giveUp('set NOROSHI_BIN to the built binary, such as target/debug/noroshi');
}

const nodes = port === undefined ? await Demo.start(binary) : new Elsewhere(Number(port));
const browser = await openBrowser();
const open = [];

/** What every walk gets. */
const stage = {
  nodes,
  real: port === undefined,
  browser,
  async person(name, device) {
    const person = await Person.open(browser, name, device, artifacts);
    open.push(person);
    return person;
  },
};

const suite = new Suite();
for (const walk of [
  loginWalk,
  talkWalk,
  bulletinWalk,
  reportWalk,
  safetyWalk,
  lineWalk,
  silenceWalk,
  deviceWalk,
  tour,
]) {
  walk(suite, stage);
}

try {
  const green = await suite.run(process.argv[2] ?? '', async (name) => {
    const file = name.replaceAll(/[^\w-]+/g, '-');
    for (const person of open.filter((one) => !one.page.isClosed())) {
      await person.picture(join('failed', `${file}-${person.name}`)).catch(() => undefined);
      console.log(`      ${person.name} was at ${person.page.url()}`);
      await person.close();
    }
    const said = nodes.words().split('\n').slice(-15);
    console.log(said.map((line) => `      node: ${line}`).join('\n'));
  });
  process.exitCode = green ? 0 : 1;
} finally {
  await browser.close();
  await nodes.stop();
  console.log(`pictures: ${artifacts}`);
  console.log(suite.totals());
}
