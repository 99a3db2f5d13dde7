// The desk's rules without a page: which shelter comes first, what a call's row says, which keys act,
// what a draft keeps and asks for, how coordinates are read.
import { describe, expect, it } from 'vitest';
import { navItems, screenOf } from '../../src/app/deskroutes';
import { withoutPlace } from '../../src/app/names';
import { parseRoute } from '../../src/app/router.svelte';
import { isCut, lineFact } from '../../src/app/shelterlink';
import { Draft, pointsOf } from '../../src/features/bulletin/draft.svelte';
import {
  cameraTime,
  coordinates,
  distance,
  parseCoordinates,
  viewOf,
} from '../../src/features/report/deskwords';
import { OUTCOMES, byPlace, markOf, tally } from '../../src/features/safety/callrows';
import { byConcern, byName, sheltersOf } from '../../src/features/shelters/order';
import { Keep } from '../../src/lib/db/keep';
import type { CallRow, HqLink, NodeRow, Photo, SafetyPerson } from '../../src/lib/api/types';
import { step } from '../../src/ui/desk/keys';

const NOW = 1_000_000_000_000;
const MINUTE = 60_000;
const none = {
  total: 0,
  messages: 0,
  answers: 0,
  reports: 0,
  marks: 0,
  photos: 0,
  photo_bytes: 0,
};

function link(state: HqLink['state'], ago: number): HqLink {
  return { state, last_exchange_ms: NOW - ago, since_ms: NOW - ago };
}

function node(name: string, line: HqLink, open = 0): NodeRow {
  return {
    id: name,
    name,
    role: name === 'HQ' ? 'hq' : 'shelter',
    site: null,
    link: line,
    out: none,
    in: { photos: 0, photo_bytes: 0 },
    open_must_reads: open,
    people: 3,
    contact: null,
  };
}

describe('the order of the shelters', () => {
  it('is cut first (longest first), then stalled, then open bulletins, never connected, then by name', () => {
    const rows = [
      node('ok b', link('up', 3_000)),
      node('never', { state: 'never', last_exchange_ms: null, since_ms: null }),
      node('open', link('up', 3_000), 2),
      node('cut short', link('down', 2 * MINUTE)),
      node('stalled', link('stalled', 4 * MINUTE)),
      node('silent', link('up', 20 * MINUTE)),
      node('cut long', link('down', 23 * MINUTE)),
      node('ok a', link('up', 3_000)),
      node('HQ', { state: 'self', last_exchange_ms: null, since_ms: null }),
    ];
    expect(byConcern(sheltersOf(rows), NOW).map((row) => row.name)).toEqual([
      'cut long',
      'silent',
      'cut short',
      'stalled',
      'open',
      'never',
      'ok a',
      'ok b',
    ]);
  });

  it('by name does not change the list it was given', () => {
    const rows = [node('b', link('up', 0)), node('a', link('up', 0))];
    expect(byName(rows).map((row) => row.name)).toEqual(['a', 'b']);
    expect(rows[0]?.name).toBe('b');
  });
});

describe('a line', () => {
  it.each([
    ['up', 5_000, 'ok', false],
    ['up', 119_000, 'ok', false],
    ['up', 120_000, 'cut', true],
    ['down', 40_000, 'cut', true],
    ['stalled', 40_000, 'stalled', false],
  ] as const)('%s for %i ms is %s', (state, ago, kind, cut) => {
    expect(lineFact(link(state, ago), NOW).kind).toBe(kind);
    expect(isCut(link(state, ago), NOW)).toBe(cut);
  });
});

describe('the call list', () => {
  const row = (mark: 'calling' | 'reached' | 'not_reached' | 'wrong_number' | null): CallRow => ({
    account: 1,
    name: 'reception',
    role: 'shelter',
    node_name: 'First',
    phone: null,
    state: 'delivered',
    call:
      mark === null
        ? null
        : { mark, answer: null, by: 'desk 2', by_me: false, at_ms: NOW, tries: 1 },
  });

  it('counts who was reached, who was not, and who still has to be called', () => {
    const rows = [
      row(null),
      row('calling'),
      row('reached'),
      row('not_reached'),
      row('wrong_number'),
    ];
    expect(tally(rows)).toEqual({ reached: 1, absent: 2, open: 2 });
  });

  it('records an answer only where somebody was reached', () => {
    expect(OUTCOMES.map((one) => markOf(one.id))).toEqual([
      { mark: 'reached', answer: 'safe' },
      { mark: 'reached', answer: 'hurt' },
      { mark: 'reached', answer: 'help' },
      { mark: 'not_reached' },
      { mark: 'wrong_number' },
    ]);
  });

  it('says by place where answers are missing, most first', () => {
    const person = (account: number, place: string, safe: boolean): SafetyPerson => ({
      account,
      name: String(account),
      role: 'shelter',
      node_name: place,
      phone: null,
      answer: safe ? 'safe' : null,
      note: '',
      at_ms: null,
      late: false,
      by_proxy: null,
      state: safe ? 'answered' : 'delivered',
      history: [],
    });
    const people = [person(1, 'a', true), person(2, 'b', false), person(3, 'b', true)];
    expect(byPlace(people)).toEqual([
      { place: 'b', open: 1, total: 2 },
      { place: 'a', open: 0, total: 1 },
    ]);
  });
});

describe('J and K', () => {
  it.each([
    [null, 1, 'a'],
    ['a', 1, 'b'],
    ['c', 1, 'c'],
    ['a', -1, 'a'],
    ['gone', 1, 'a'],
  ])('from %s by %i to %s', (from, by, to) => {
    expect(step(['a', 'b', 'c'], from, by)).toBe(to);
  });
  it('have nowhere to go in an empty list', () => {
    expect(step([], 'a', 1)).toBeNull();
  });
});

describe('a draft', () => {
  it('keeps every word over a restart and forgets them once it went out', () => {
    const keep = new Keep('test.');
    const draft = new Draft(keep, 'd');
    draft.title = 'Bridge closed';
    draft.body = 'one\n\n  two ';
    draft.level = 4;
    draft.keep(NOW);
    const again = new Draft(keep, 'd');
    expect(again.restore()).toBe(true);
    expect([again.title, again.points, again.level, again.keptAt]).toEqual([
      'Bridge closed',
      ['one', 'two'],
      4,
      NOW,
    ]);
    again.clear();
    expect(new Draft(keep, 'd').restore()).toBe(false);
  });

  it('says what is missing, one thing at a time', () => {
    const draft = new Draft(new Keep('test.'), 'm');
    expect(draft.missing).toBe('title');
    draft.title = 'x'.repeat(41);
    expect(draft.missing).toBe('titleLong');
    draft.title = 'x'.repeat(40);
    expect(draft.missing).toBe('points');
    draft.body = 'one';
    draft.nodes = [];
    expect(draft.missing).toBe('recipients');
    draft.nodes = null;
    expect(draft.missing).toBeNull();
  });

  it.each([
    ['level 3', 3, null, ['a'], false, true],
    ['everybody must read', null, 30, null, false, true],
    ['one shelter must read', null, 30, ['a'], false, false],
    ['level 2', 2, null, null, false, false],
    ['a drill at level 5', 5, 30, null, true, false],
  ] as const)('wants a second person: %s', (_, level, due, nodes, drill, wanted) => {
    const draft = new Draft(new Keep('test.'), 's');
    draft.level = level;
    draft.due = due;
    draft.nodes = nodes;
    draft.drill = drill;
    expect(draft.wantsSecond).toBe(wanted);
  });

  it('splits points at line ends only', () => {
    expect(pointsOf('a b\r\n\n c')).toEqual(['a b', 'c']);
  });
});

describe('coordinates', () => {
  it.each([
    ['38.2521, 140.3396', { lat: 38.2521, lon: 140.3396 }],
    ['38.2521 140.3396', { lat: 38.2521, lon: 140.3396 }],
    ['３８．２５，１４０．３', { lat: 38.25, lon: 140.3 }],
    ['382.52, 140.3', null],
    ['38.2521', null],
    ['here, there', null],
    ['', null],
  ])('%s', (text, place) => {
    expect(parseCoordinates(text)).toEqual(place);
  });
  it('are shown as they can be typed again', () => {
    expect(parseCoordinates(coordinates({ lat: 38.2521, lon: 140.3396 }))).toEqual({
      lat: 38.2521,
      lon: 140.3396,
    });
    expect([distance(343), distance(1_260)]).toEqual(['340 m', '1.3 km']);
  });
});

describe('the picture of a report', () => {
  const photo: Photo = {
    hash: 'h',
    bytes: 1,
    format: 'jpeg',
    width: 1,
    height: 1,
    taken: null,
    position: null,
    has_preview: true,
    thumbnail: true,
    preview: true,
    original: 'here',
    arriving_percent: 100,
  };
  it('is the preview until the original is asked for, and never what is not here', () => {
    expect(viewOf(photo, false)).toBe('preview');
    expect(viewOf(photo, true)).toBe('original');
    expect(viewOf({ ...photo, original: 'arriving' }, true)).toBe('preview');
    expect(viewOf({ ...photo, format: 'heic', preview: false }, true)).toBe('thumbnail');
    expect(viewOf({ ...photo, thumbnail: false, preview: false }, false)).toBeNull();
  });
  it('shows the hands of the camera as they stood', () => {
    expect(new Date(cameraTime('2026-11-24T14:08:00')).toISOString()).toBe(
      '2026-11-24T05:08:00.000Z',
    );
  });
});

describe('an address at the desk', () => {
  it.each([
    ['#/bulletins/new', 'compose', null],
    ['#/bulletins/new/n1', 'compose', 'n1'],
    ['#/bulletin/b1', 'bulletin', 'b1'],
    ['#/bulletin/b1/correct', 'correct', 'b1'],
    ['#/safety/s1/list', 'safety', 's1'],
    ['#/report/r1', 'reports', 'r1'],
    ['#/nonsense', 'shelters', null],
  ])('%s', (hash, screen, id) => {
    expect(screenOf(parseRoute(hash), 'publisher')).toEqual({ screen, id });
  });
  it('opens for an administrator only what is in the list', () => {
    expect(screenOf(parseRoute('#/talk'), 'admin').screen).toBe('admin');
    expect(navItems('admin').map((item) => item.path)).toEqual(['shelters', 'import', 'admin']);
  });
});

describe('the name of a post', () => {
  it.each([
    ['First shelter reception', 'First shelter', 'reception'],
    ['Patrol 1', 'First shelter', 'Patrol 1'],
    ['First shelter', 'First shelter', 'First shelter'],
  ])('%s at %s is %s', (name, place, short) => {
    expect(withoutPlace(name, place)).toBe(short);
  });
});
