// Headquarters issues a must-read; a clerk acknowledges; the desk sees who has, and who has not.
import { eventually } from '../harness.mjs';
import { DESK, PHONE } from '../people.mjs';
import { like, say } from '../words.mjs';

const TITLE = '北部地区に避難指示を発令しました';

async function issue(desk) {
  await desk.go('#/bulletins/new');
  await desk.page.getByLabel(like('bulletin.title')).first().fill(TITLE);
  await desk.page
    .getByLabel(like('bulletin.body'))
    .first()
    .fill('対象は栄町と本町です。\n第一小学校と第二小学校を開けています。');
  const radio = (group, name) =>
    desk.page.getByRole('radiogroup', { name: group }).getByRole('radio', { name });
  await radio(say('bulletin.kind'), say('bulletin.confirmed')).click();
  await radio(say('bulletin.ack'), say('time.minutes', { n: 30 }))
    .or(radio(say('bulletin.ack'), like('bulletin.askAck')))
    .first()
    .click();
  await desk.look('desk-compose');
  await desk.press(like('bulletin.check'));
  const sheet = desk.page.getByRole('dialog');
  await sheet.waitFor();
  const alone = sheet.getByRole('switch', { name: say('desk.issue.alone') });
  if ((await alone.count()) > 0) {
    await alone.click();
  }
  await desk.look('desk-issue');
  await sheet.getByRole('button', { name: like('desk.issue.go') }).click();
  await eventually('the bulletin is out', async () => !(await sheet.isVisible()));
}

export function bulletinWalk(suite, stage) {
  const { nodes } = stage;

  suite.test('bulletin: issued, acknowledged by one, and the desk sees who has not', async () => {
    const desk = await stage.person('desk', DESK);
    const clerk = await stage.person('clerk', PHONE);
    await clerk.login(nodes.url(1), 'daiichi-uke');
    await clerk.go('#/bulletins');
    await desk.login(nodes.url(0), 'honbu-1');
    const other = await stage.person('other-shelter', PHONE);
    await other.login(nodes.url(2), 'daini-uke');
    await other.go('#/bulletins');
    await issue(desk);
    await Promise.all([clerk, other].map((one) => one.page.getByText(TITLE).first().waitFor()));
    await other.close();
    await clerk.look('bulletins');
    await clerk.page.getByText(TITLE).first().click();
    const understood = clerk.page.getByRole('button', { name: say('bulletin.ack'), exact: true });
    await understood.waitFor();
    await clerk.look('bulletin');
    await understood.click();
    await clerk.page.getByText(like('bulletin.acked')).first().waitFor();
    await clerk.sees(say('bulletin.whoDid'));
    await clerk.look('bulletin-acked');

    await desk.go('#/bulletins');
    await desk.page.getByText(TITLE).first().waitFor();
    await desk.look('desk-bulletins');
    await desk.page.getByRole('row').filter({ hasText: TITLE }).getByRole('link').first().click();
    const main = desk.page.locator('main');
    await main.getByRole('button', { name: '第一小学校避難所' }).first().click();
    await eventually('the clerk stands among those who have', () =>
      desk.page.getByText(say('bulletin.whoDid')).first().isVisible(),
    );
    await eventually('somebody stands among those who have not', () =>
      desk.page.getByText(like('desk.status.missing')).first().isVisible(),
    );
    await desk.look('desk-bulletin-status');
    await Promise.all([clerk.close(), desk.close()]);
  });
}
