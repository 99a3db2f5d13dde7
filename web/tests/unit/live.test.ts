// The live link is judged by time: a cut line says nothing, neither by an error nor by a close.
import { beforeEach, describe, expect, it } from 'vitest';
import { NodeClock } from '../../src/app/clock.svelte';
import { Live } from '../../src/app/live.svelte';
import { Api } from '../../src/lib/api/client';
import type { LiveHandlers } from '../../src/lib/api/socket';
import type { LiveEvent } from '../../src/lib/api/types';

const BEAT = {
  type: 'beat',
  now_ms: 1_000_000,
  hq: { state: 'up', last_exchange_ms: 990_000, since_ms: 0 },
  waiting: 3,
  cut_sites: 1,
  connected_sites: 2,
  counts: { home: 1, talk: 2, bulletins: 3, reports: 4, safety: 5 },
} as const satisfies LiveEvent;

class World {
  ms = 0;
  beatsAnswered = 0;
  readonly sockets: { handlers: LiveHandlers; dropped: boolean }[] = [];
  asked: string[] = [];
  httpWorks = false;
  readonly live: Live;

  constructor() {
    const steady = (): number => this.ms;
    const fetchIt = (input: unknown): Promise<Response> => {
      this.asked.push(String(input));
      return this.httpWorks
        ? Promise.resolve(this.answer(String(input)))
        : Promise.reject(new Error());
    };
    const api = new Api('/api/v1', {
      fetch: fetchIt,
      upload: () => Promise.reject(new Error()),
    });
    this.live = new Live(api, new NodeClock({ steady, wall: steady }), {
      open: (handlers) => {
        const socket = { handlers, dropped: false };
        this.sockets.push(socket);
        return {
          beat: () => {
            this.beatsAnswered += 1;
          },
          drop: () => {
            socket.dropped = true;
          },
        };
      },
      steady,
      random: () => 0.5,
    });
  }

  answer(path: string): Response {
    const body = path.endsWith('/link')
      ? { hq: BEAT.hq, waiting: { total: 7 }, cut_sites: 0, connected_sites: 0 }
      : { counts: BEAT.counts };
    return new Response(JSON.stringify(body), {
      headers: { 'Content-Type': 'application/json', 'Noroshi-Node': 'n' },
    });
  }

  pass(ms: number): void {
    const end = this.ms + ms;
    while (this.ms < end) {
      this.ms += 1000;
      this.live.tick();
    }
  }

  get last(): { handlers: LiveHandlers; dropped: boolean } {
    const socket = this.sockets.at(-1);
    if (socket === undefined) {
      throw new Error('no socket was opened');
    }
    return socket;
  }
}

let world: World;

beforeEach(() => {
  world = new World();
  world.live.start();
});

describe('the state that the strip shows', () => {
  it('is "connecting" for three seconds at most', () => {
    expect(world.live.state).toBe('connecting');
    world.pass(2000);
    expect(world.live.state).toBe('connecting');
    world.pass(2000);
    expect(world.live.state).toBe('off');
  });

  it('is off fifteen seconds after the last beat, though the socket looks open', () => {
    world.last.handlers.opened();
    world.last.handlers.event(BEAT);
    world.pass(14_000);
    expect(world.live.state).toBe('ok');
    world.pass(2000);
    expect(world.live.state).toBe('off');
    expect(world.sockets[0]?.dropped, 'the dead socket is not waited for').toBe(true);
  });

  it('stays calm while a closed socket is replaced within ten seconds', () => {
    world.last.handlers.opened();
    world.last.handlers.event(BEAT);
    world.last.handlers.closed();
    world.pass(2000);
    expect(world.live.state).toBe('ok');
    expect(world.sockets).toHaveLength(2);
    world.last.handlers.opened();
    world.pass(12_000);
    expect(world.live.state).toBe('ok');
  });
});

describe('the socket', () => {
  it('is given up after eight seconds without opening', () => {
    world.pass(9000);
    expect(world.sockets[0]?.dropped).toBe(true);
    expect(world.sockets.length).toBeGreaterThan(1);
  });

  it('notices a dead socket even while plain requests are answered', () => {
    world.last.handlers.opened();
    world.last.handlers.event(BEAT);
    for (let second = 0; second < 16; second += 1) {
      world.live.heard();
      world.pass(1000);
    }
    expect(world.sockets[0]?.dropped).toBe(true);
    expect(world.live.state).toBe('ok');
  });

  it('is tried again at intervals that grow, eight seconds at most', () => {
    const times: number[] = [];
    for (let second = 0; second < 120; second += 1) {
      const before = world.sockets.length;
      world.pass(1000);
      if (world.sockets.length > before) {
        times.push(world.ms);
        world.last.handlers.closed();
      }
    }
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(9000);
    expect(gaps.at(-1)).toBeGreaterThan(gaps[0] ?? 0);
  });

  it('answers each beat and takes over its figures', () => {
    world.last.handlers.opened();
    world.last.handlers.event(BEAT);
    expect(world.beatsAnswered).toBe(1);
    expect(world.live.counts.safety).toBe(5);
    expect(world.live.waitingBox).toBe(3);
    expect(world.live.cutSites).toBe(1);
    expect(world.live.offsetMs).toBe(1_000_000);
  });
});

describe('subscribers', () => {
  it('hear their topic, and everything anew after each connection', () => {
    const heard: string[] = [];
    world.live.on('rooms', (event) => heard.push(`rooms ${event.type}`));
    const stop = world.live.on('safety', () => heard.push('safety'));
    world.last.handlers.opened();
    expect(heard).toEqual(['rooms changed', 'safety']);
    heard.length = 0;
    world.last.handlers.event({ type: 'changed', topics: ['safety', 'reports'] });
    expect(heard).toEqual(['safety']);
    stop();
    world.last.handlers.event({ type: 'changed', topics: ['safety'] });
    expect(heard).toEqual(['safety']);
  });

  it('are served by asking where no socket can be had', async () => {
    world.httpWorks = true;
    const heard: string[] = [];
    world.live.on('rooms', () => heard.push('rooms'));
    for (let second = 0; second < 12; second += 1) {
      world.last.handlers.closed();
      world.pass(1000);
      await new Promise((next) => setImmediate(next));
    }
    expect(world.live.waitingBox).toBe(7);
    expect(heard.length).toBeGreaterThan(0);
  });
});
