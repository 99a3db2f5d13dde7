// Logging in: a wrong password in words, two boxes on one host, and leaving.
import { Skip, equal, eventually } from '../harness.mjs';
import { DESK, PHONE } from '../people.mjs';
import { say } from '../words.mjs';

export function loginWalk(suite, stage) {
  const { nodes } = stage;

  suite.test('login: a wrong password is told in words, the right one opens home', async () => {
    const clerk = await stage.person('clerk', PHONE);
    await clerk.visit(`${nodes.url(1)}/#/login`);
    await clerk.look('login');
    await clerk.page.getByLabel(say('login.id'), { exact: true }).fill('daiichi-uke');
    await clerk.page.getByLabel(say('login.password'), { exact: true }).fill('wrong');
    await clerk.press(say('login.title'));
    await eventually('an alert stands on the page', () =>
      clerk.page.getByRole('alert').first().isVisible(),
    );
    await clerk.picture('login-wrong');
    await clerk.login(nodes.url(1), 'daiichi-uke');
    await clerk.sees(say('tab.home'));
    await clerk.look('home-first');
    await clerk.close();
  });

  suite.test('login: a tap on a name of the demo fills in both fields', async () => {
    const clerk = await stage.person('clerk', PHONE);
    await clerk.visit(`${nodes.url(1)}/#/login`);
    await clerk.page.getByRole('button', { name: /daiichi-seki/ }).click();
    await clerk.press(say('login.title'));
    await eventually('inside', async () => (await clerk.page.locator('nav').count()) > 0);
    await clerk.close();
  });

  suite.test('login: being inside at one box logs nobody out at another', async () => {
    if (!stage.real) {
      throw new Skip('needs three nodes');
    }
    const both = await stage.person('both', DESK);
    await both.login(nodes.url(1), 'genba-1');
    await both.login(nodes.url(2), 'genba-1');
    await both.visit(`${nodes.url(1)}/#/home`);
    await both.sees(say('home.todo').slice(0, 2)).catch(() => undefined);
    const inside = await both.page.evaluate(async () => (await fetch('/api/v1/session')).status);
    equal('the first box still knows its person', inside, 200);
    await both.close();
  });
}
