// An officer in the field sends a photo through shelter 2; headquarters sees what, when and where.
import { eventually } from '../harness.mjs';
import { DESK, PHONE } from '../people.mjs';
import { cameraPhoto } from '../photo.mjs';
import { like, say } from '../words.mjs';

const PLACE = { lat: 38.2554, lon: 140.3396, time: '2026:11:24 14:08:00' };

export function reportWalk(suite, stage) {
  const { nodes } = stage;

  suite.test('report: a photo with place and time reaches headquarters', async () => {
    const officer = await stage.person('officer', PHONE);
    const desk = await stage.person('desk', DESK);
    await officer.login(nodes.url(2), stage.real ? 'genba-2' : 'genba-1');
    await desk.login(nodes.url(0), 'honbu-1');
    await desk.go('#/reports');
    await officer.go('#/report');
    await officer.page.getByText(say('report.what')).first().waitFor();
    await officer.look('report-empty');
    const photo = await cameraPhoto(officer.page, PLACE);
    await officer.page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name: 'IMG_0001.jpg', mimeType: 'image/jpeg', buffer: photo });
    await officer.page.getByText(say('report.flood'), { exact: true }).first().click();
    await officer.page.getByLabel(like('report.remark')).first().fill('車は通れません');
    await officer.look('report');
    await officer.press(like('report.send'));
    await officer.go('#/reports');
    await eventually('the report has left the phone', async () => {
      const waits = await officer.page.getByText(say('report.onlyHere')).count();
      const rows = await officer.page.locator('a[href^="#/report/"]').allInnerTexts();
      return waits === 0 && rows[0]?.includes(say('report.flood'));
    });
    await officer.look('report-queue');

    await desk.page.getByText('車は通れません').first().waitFor();
    await desk.page.getByText('車は通れません').first().click();
    await eventually('the picture is drawn', () =>
      desk.page.evaluate(() =>
        [...document.images].some((one) => one.complete && one.naturalWidth > 0),
      ),
    );
    await eventually('place and time of the photo stand beside it', async () => {
      const text = await desk.page.locator('main').innerText();
      return text.includes('38.25') && text.includes('14:08');
    });
    await desk.look('desk-reports');
    await eventually(
      'the original is at headquarters, byte for byte',
      async () => {
        const length = await desk.page.evaluate(async () => {
          const { reports } = await (await fetch('/api/v1/reports')).json();
          const [photo] = reports.find((one) => one.remark === '車は通れません').photos;
          const answer = await fetch(`/api/v1/photos/${photo.hash}/original`);
          return answer.ok ? (await answer.arrayBuffer()).byteLength : 0;
        });
        return length === photo.length;
      },
      30_000,
    );
    await desk.foldPanel();
    await desk.press(like('report.markSeen'));
    await eventually('the officer sees that headquarters has seen it', () =>
      officer.page.getByText(say('report.seen')).first().isVisible(),
    );
    await officer.picture('report-seen');
    await Promise.all([officer.close(), desk.close()]);
  });

  suite.test(
    'report: a file that is no photo is set aside with the reason, its text can go',
    async () => {
      const officer = await stage.person('officer', PHONE);
      await officer.login(nodes.url(2), stage.real ? 'genba-2' : 'genba-1');
      await officer.go('#/report');
      const input = officer.page.locator('input[type=file]').first();
      await input.waitFor({ state: 'attached' });
      const buffer = Buffer.from('this is a text file, whatever its name says. '.repeat(9));
      await input.setInputFiles({ name: 'notes.jpg', mimeType: 'image/jpeg', buffer });
      await officer.page.getByText(say('report.slide'), { exact: true }).first().click();
      await officer.page.getByLabel(like('report.remark')).first().fill('石垣がくずれています');
      await officer.press(like('report.send'));
      await officer.go('#/reports');
      await officer.page.getByText(like('phone.outbox.stuckCount')).first().waitFor();
      await officer.look('report-refused');
      await officer.page
        .getByRole('button', { name: new RegExp(say('report.slide')) })
        .first()
        .click();
      const sheet = officer.page.getByRole('dialog');
      await sheet.waitFor();
      await officer.look('report-refused-sheet');
      await sheet.getByRole('button', { name: say('outbox.textOnly') }).click();
      await eventually('the text alone has reached the box', async () => {
        const reports = await officer.page.evaluate(
          async () => (await (await fetch('/api/v1/reports')).json()).reports,
        );
        return reports.some(
          (one) => one.remark === '石垣がくずれています' && one.photos.length === 0,
        );
      });
      await eventually(
        'nothing is left on the phone',
        async () => (await officer.page.getByText(say('report.onlyHere')).count()) === 0,
      );
      officer.isClean('after the refusal');
      await officer.close();
    },
  );
}
