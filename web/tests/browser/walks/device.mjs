// The device itself: two windows of one phone, and a phone without room.
import { equal, eventually } from '../harness.mjs';
import { PHONE, Person } from '../people.mjs';
import { cameraPhoto } from '../photo.mjs';
import { like, say } from '../words.mjs';
import { openRoom, textsIn, write } from './talk.mjs';

const ROOM = '全避難所';
const PLACE = { lat: 38.2401, lon: 140.3313, time: '2026:11:24 15:02:00' };

export function deviceWalk(suite, stage) {
  const { nodes } = stage;

  suite.test('device: two windows of one phone send each thing once', async () => {
    const first = await stage.person('first-window', PHONE);
    await first.login(nodes.url(1), 'daiichi-seki');
    const second = await Person.beside(first, 'second-window');
    await second.visit(`${nodes.url(1)}/#/home`);
    await Promise.all([openRoom(first, ROOM), openRoom(second, ROOM)]);
    await first.context.setOffline(true);
    await write(first, '一つめの窓から');
    await write(second, '二つめの窓から');
    await first.context.setOffline(false);
    await eventually('both have arrived', async () => {
      const texts = await textsIn(first, ROOM);
      return ['一つめの窓から', '二つめの窓から'].every((text) => texts.includes(text));
    });
    await Promise.all([first, second].map((one) => one.sees('二つめの窓から')));
    const mine = (await textsIn(first, ROOM)).filter((text) => text.endsWith('の窓から'));
    equal('each once, in the order of writing', mine, ['一つめの窓から', '二つめの窓から']);
    first.isClean('first window');
    second.isClean('second window');
    await first.close();
  });

  suite.test('device: a phone without room says so and keeps the text', async () => {
    const officer = await stage.person('officer', PHONE);
    await officer.login(nodes.url(1), 'genba-1');
    await officer.go('#/report');
    const input = officer.page.locator('input[type=file]').first();
    await input.waitFor({ state: 'attached' });
    const photo = await cameraPhoto(officer.page, PLACE);
    // Bytes after the end of a JPEG are ignored: a camera's size without a camera's picture.
    const buffer = Buffer.concat([photo, Buffer.alloc(3_000_000, 7)]);
    const devtools = await officer.context.newCDPSession(officer.page);
    const origin = new URL(officer.page.url()).origin;
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 });
    await input.setInputFiles({ name: 'IMG_0002.jpg', mimeType: 'image/jpeg', buffer });
    await officer.page.getByText(say('report.river'), { exact: true }).first().click();
    await officer.page.getByLabel(like('report.remark')).first().fill('橋の下まで水が来ています');
    await officer.press(like('report.send'));
    await officer.sees(say('error.phoneFull'));
    await officer.look('report-phone-full');
    await officer.go('#/reports');
    await officer.page.getByText(like('phone.outbox.stuckCount')).first().waitFor();
    await officer.page
      .getByRole('button', { name: new RegExp(say('report.river')) })
      .first()
      .click();
    await officer.page
      .getByRole('dialog')
      .getByRole('button', { name: say('outbox.textOnly') })
      .click();
    await eventually('the text has reached the box', async () => {
      const reports = await officer.page.evaluate(
        async () => (await (await fetch('/api/v1/reports')).json()).reports,
      );
      return reports.some((one) => one.remark === '橋の下まで水が来ています');
    });
    await officer.close();
  });
}
