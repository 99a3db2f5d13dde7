// Headquarters asks everybody; one answers by one tap; the others stand on a list with numbers.
import { eventually } from '../harness.mjs';
import { DESK, PHONE } from '../people.mjs';
import { like, say } from '../words.mjs';

async function start(desk) {
  await desk.go('#/safety');
  await desk.press(say('safety.start'));
  const sheet = desk.page.getByRole('dialog');
  await sheet.waitFor();
  await desk.look('desk-safety-start');
  await sheet.getByRole('button', { name: like('desk.safety.go') }).click();
  await desk.page.getByText(like('desk.calls.before')).first().waitFor();
}

export function safetyWalk(suite, stage) {
  const { nodes } = stage;

  suite.test('safety: one tap answers, the rest stand on the call list', async () => {
    const desk = await stage.person('desk', DESK);
    const clerk = await stage.person('clerk', PHONE);
    await desk.login(nodes.url(0), 'honbu-1');
    await clerk.login(nodes.url(1), 'daiichi-uke');
    await start(desk);
    await clerk.go('#/home');
    await clerk.page.getByText(say('home.taskSafety')).first().waitFor();
    await clerk.look('home-safety');
    await clerk.go('#/safety');
    const safe = clerk.page.getByRole('button', { name: like('safety.safe') }).first();
    await safe.waitFor();
    await clerk.look('safety');
    await safe.click();
    await clerk.page.getByText(like('safety.answeredAt')).first().waitFor();
    await eventually('it is said that headquarters has the answer', () =>
      clerk.page.getByText(say('phone.safety.atHq')).first().isVisible(),
    );
    await clerk.look('safety-answered');

    await eventually('the clerk has left the call list', async () => {
      const list = desk.page.getByRole('region', { name: say('safety.callList') });
      const rows = await list.getByRole('row').allInnerTexts();
      return rows.length > 1 && !rows.some((row) => row.includes('第一小学校避難所 受付'));
    });
    await desk.sees('090-0000-0112');
    await desk.look('desk-safety');
    const list = desk.page.getByRole('region', { name: say('safety.callList') });
    const row = list.getByRole('row').filter({ hasText: '090-0000-0112' });
    await row.getByRole('button', { name: say('safety.called') }).click();
    await desk.look('desk-safety-calling');
    await list
      .getByRole('button', { name: like('safety.absent') })
      .first()
      .click();
    await eventually('the try is on the list', () =>
      list.getByText(say('safety.absent')).first().isVisible(),
    );
    await Promise.all([clerk.close(), desk.close()]);
  });

  suite.test('safety: who leads a shelter sees who has not answered', async () => {
    const lead = await stage.person('lead', PHONE);
    await lead.login(nodes.url(1), 'daiichi-seki');
    await lead.go('#/safety');
    await lead.page.getByText(say('phone.safety.overview')).first().click();
    await lead.sees(say('phone.safety.notYet'));
    await lead.look('safety-overview');
    await lead.close();
  });
}
