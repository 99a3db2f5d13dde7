// The line of a shelter is cut and restored from the demo's panel: inside everything goes on,
// outside everything waits, and then arrives once and in order.
import { equal, eventually } from '../harness.mjs';
import { DESK, PHONE } from '../people.mjs';
import { like, say } from '../words.mjs';
import { openRoom, textsIn, write } from './talk.mjs';

const SHELTER = '第一小学校避難所';
const TEXTS = ['切れている間の一つめ', '切れている間の二つめ', '切れている間の三つめ'];

async function panel(person) {
  await person.go('#/home');
  const pill = person.page.getByRole('button', { name: say('phone.trialLabel') });
  await pill.waitFor();
  await pill.click();
  await person.page.getByRole('region', { name: say('phone.demo.label') }).waitFor();
}

async function setLine(person, up) {
  await panel(person);
  const name = `${SHELTER}: ${say(up ? 'demo.restore' : 'demo.cut')}`;
  await person.page.getByRole('switch', { name }).click();
  const after = `${SHELTER}: ${say(up ? 'demo.cut' : 'demo.restore')}`;
  await person.page.getByRole('switch', { name: after }).waitFor();
}

async function closePanel(person) {
  await person.page
    .getByRole('region', { name: say('phone.demo.label') })
    .getByRole('button', { name: say('common.close') })
    .click();
}

export function lineWalk(suite, stage) {
  const { nodes } = stage;
  const ROOM = '本部 ⇄ 第一小学校';

  suite.test(
    'line: cut, everything waits and shows it; restored, all arrives in order',
    async () => {
      const clerk = await stage.person('clerk', PHONE);
      const desk = await stage.person('desk', DESK);
      await clerk.login(nodes.url(1), 'daiichi-uke');
      await desk.login(nodes.url(0), 'honbu-1');
      await setLine(clerk, false);
      await clerk.look('demo-panel-cut');
      await closePanel(clerk);
      await eventually(
        'the strip says that the line is cut',
        () => clerk.page.getByText(like('link.hqCut')).first().isVisible(),
        40_000,
      );
      await clerk.look('home-cut');
      await openRoom(clerk);
      for (const text of TEXTS) {
        await write(clerk, text);
        await clerk.sees(text);
      }
      await eventually('the messages stand at the shelter', () =>
        clerk.page.getByText(say('deliver.shelter')).first().isVisible(),
      );
      await clerk.look('room-cut');
      await clerk.go('#/link');
      await clerk.sees(say('phone.link.order'));
      await clerk.look('link-cut');
      await desk.go('#/shelters');
      await eventually(
        'the desk counts the cut line',
        () =>
          desk.page
            .getByText(say('desk.link.cut', { n: 1 }))
            .first()
            .isVisible(),
        40_000,
      );
      await desk.look('desk-shelters-cut');
      if (stage.real) {
        const early = (await textsIn(desk, ROOM)).filter((text) => TEXTS.includes(text));
        equal('nothing has crossed a cut line', early, []);
      }

      await setLine(clerk, true);
      await closePanel(clerk);
      await eventually(
        'all three arrive at headquarters, once and in order',
        async () => {
          const arrived = (await textsIn(desk, ROOM)).filter((text) => TEXTS.includes(text));
          return JSON.stringify(arrived) === JSON.stringify(TEXTS);
        },
        30_000,
      );
      await openRoom(desk);
      await openRoom(clerk);
      await eventually('the clerk sees that the desk has read them', () =>
        clerk.page.getByText(like('deliver.read')).first().isVisible(),
      );
      await clerk.look('room-restored');
      await Promise.all([clerk.close(), desk.close()]);
    },
  );
}
