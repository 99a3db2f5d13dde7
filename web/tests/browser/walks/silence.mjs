// The Wi-Fi between a phone and the box dies without a word: no error, no close, no event. And
// something else answers in the box's place.
import { equal, eventually } from '../harness.mjs';
import { PHONE } from '../people.mjs';
import { Line } from '../proxy.mjs';
import { like, say } from '../words.mjs';
import { HOST } from '../demo.mjs';
import { openRoom, textsIn, write } from './talk.mjs';

const ROOM = '全避難所';

export function silenceWalk(suite, stage) {
  const { nodes } = stage;
  const portOfShelter = () => Number(new URL(nodes.plainUrl(1)).port);

  suite.test(
    'silence: a line that swallows everything is noticed by itself, nothing is lost',
    async () => {
      const line = await Line.to(portOfShelter());
      const clerk = await stage.person('clerk', PHONE);
      try {
        await clerk.login(`http://${HOST}:${line.port}`, 'daiichi-yakan');
        await openRoom(clerk, ROOM);
        await write(clerk, '切れる前');
        await eventually('it has arrived at the box', () =>
          clerk.page
            .getByText(like('deliver.places'))
            .or(clerk.page.getByText(say('deliver.hq')))
            .or(clerk.page.getByText(say('deliver.shelter')))
            .first()
            .isVisible(),
        );
        line.cut();
        const began = performance.now();
        await write(clerk, '沈黙の中');
        await clerk.sees(say('link.off'), 40_000);
        const took = Math.round((performance.now() - began) / 1000);
        if (took < 8) {
          throw new Error(`after ${took} s it cannot be known yet`);
        }
        await write(clerk, '沈黙の中の二つめ');
        await clerk.look('room-silent');
        line.restore();
        await eventually(
          'the strip says so',
          () => clerk.page.getByText(say('link.ok')).first().isVisible(),
          40_000,
        );
        const texts = await textsIn(clerk, ROOM);
        const mine = texts.filter((text) => /切れる前|沈黙/.test(text));
        equal('each once and in order', mine, ['切れる前', '沈黙の中', '沈黙の中の二つめ']);
      } finally {
        await clerk.close();
        await line.close();
      }
    },
  );

  suite.test(
    'silence: a sign-in page in place of the box does not count as an answer',
    async () => {
      const clerk = await stage.person('clerk', PHONE);
      await clerk.login(nodes.url(1), 'daiichi-yakan');
      await openRoom(clerk, ROOM);
      await clerk.page.route('**/api/v1/**', (route) =>
        route.fulfill({ status: 200, contentType: 'text/html', body: '<title>Sign in</title>' }),
      );
      await write(clerk, '別のWi-Fiにつながっている間');
      await clerk.sees(say('deliver.phone'));
      await clerk.page.unroute('**/api/v1/**');
      await eventually(
        'it arrives once the box answers again',
        async () =>
          (await textsIn(clerk, ROOM)).filter((text) => text.startsWith('別のWi-Fi')).length === 1,
        40_000,
      );
      clerk.isClean('after a stranger answered');
      await clerk.close();
    },
  );
}
