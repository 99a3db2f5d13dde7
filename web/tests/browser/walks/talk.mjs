// A clerk at shelter 1 and the desk at headquarters talk in a room, and both see who has read it.
import { equal, eventually } from '../harness.mjs';
import { DESK, PHONE } from '../people.mjs';
import { like, say } from '../words.mjs';

const ROOM = '本部 ⇄ 第一小学校';
const LONG = `${'ワ'.repeat(60)} https://example.jp/${'a'.repeat(80)}`;

/** Writes into the open room. A tap right after another counts as nervous: so it may take two. */
export async function write(person, text) {
  const field = person.page.getByLabel(say('talk.write'), { exact: true });
  await field.fill(text);
  await eventually('the field is empty again', async () => {
    await person.page.getByRole('button', { name: new RegExp(`^${say('common.send')}`) }).click();
    return (await field.inputValue()) === '';
  });
}

/** Opens the room from the list of rooms. */
export async function openRoom(person, name = ROOM) {
  await person.go('#/talk');
  await person.page.getByRole('link', { name }).first().click();
  await eventually('the room is open', () =>
    person.page.getByLabel(say('talk.write'), { exact: true }).isVisible(),
  );
}

/** What the node that this page talks to has in a room, oldest first. */
export function textsIn(person, name) {
  return person.page.evaluate(async (wanted) => {
    const { rooms } = await (await fetch('/api/v1/rooms')).json();
    const { id } = rooms.find((one) => one.name === wanted);
    const page = await (await fetch(`/api/v1/rooms/${id}/messages?limit=50`)).json();
    return page.messages.map((message) => message.text);
  }, name);
}

export function talkWalk(suite, stage) {
  const { nodes } = stage;

  suite.test('talk: a message crosses, is answered, and both see who has read it', async () => {
    const clerk = await stage.person('clerk', PHONE);
    const desk = await stage.person('desk', DESK);
    await clerk.login(nodes.url(1), 'daiichi-uke');
    await desk.login(nodes.url(0), 'honbu-1');
    await clerk.go('#/talk');
    await clerk.page.getByRole('link', { name: ROOM }).first().waitFor();
    await clerk.look('talk-list');
    await openRoom(clerk);
    await openRoom(desk);
    await write(clerk, '毛布は50枚足りません。');
    const began = performance.now();
    await desk.sees('毛布は50枚足りません。');
    const took = performance.now() - began;
    if (took > 1000) {
      throw new Error(`the desk saw it only after ${Math.round(took)} ms`);
    }
    await write(desk, '毛布50枚、14時40分に出ます。');
    await clerk.sees('毛布50枚、14時40分に出ます。');
    await eventually('the clerk sees that somebody has read it', () =>
      clerk.page.getByText(like('deliver.read')).first().isVisible(),
    );
    await eventually('the desk sees that somebody has read it', () =>
      desk.page.getByText(like('deliver.read')).first().isVisible(),
    );
    await write(clerk, LONG);
    await desk.sees('ワワワワワワ');
    await clerk.look('talk-room');
    await desk.look('desk-talk');
    await clerk.page
      .getByRole('button', { name: /毛布は50枚足りません/ })
      .first()
      .click();
    await clerk.page.getByRole('dialog').waitFor();
    const far = clerk.page.getByRole('dialog').getByRole('button', { name: like('deliver.title') });
    if ((await far.count()) > 0) {
      await far.first().click();
    }
    await clerk.sees(say('deliver.readers'));
    await clerk.look('talk-delivery');
    await Promise.all([clerk.close(), desk.close()]);
  });

  suite.test('talk: what is written out of range waits and goes by itself', async () => {
    const clerk = await stage.person('clerk', PHONE);
    await clerk.login(nodes.url(1), 'daiichi-uke');
    await openRoom(clerk);
    await clerk.context.setOffline(true);
    await write(clerk, '電波のない所で書きました');
    await write(clerk, '二つめです');
    await clerk.sees('電波のない所で書きました');
    await clerk.sees(say('deliver.phone'));
    const kept = await clerk.page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const open = indexedDB.open('noroshi');
          open.onerror = () => reject(open.error);
          open.onsuccess = () => {
            const all = open.result.transaction('items').objectStore('items').getAll();
            all.onsuccess = () => resolve(all.result.map((item) => item.body.text));
          };
        }),
    );
    equal('both are on the disk of the phone', kept.sort(), [
      '二つめです',
      '電波のない所で書きました',
    ]);
    await clerk.look('talk-offline');
    await clerk.context.setOffline(false);
    await eventually(
      'the strip says that everything is sent',
      () => clerk.page.getByText(say('link.ok')).first().isVisible(),
      30_000,
    );
    const texts = await textsIn(clerk, ROOM);
    const mine = texts.filter((text) => /電波のない|二つめ/.test(text));
    equal('each once, in the order of writing', mine, ['電波のない所で書きました', '二つめです']);
    await clerk.close();
  });
}
