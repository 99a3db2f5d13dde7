// A bench for the outbox: a scripted node, tabs that hear each other, clocks that stand still until
// a test moves them.
import { IDBFactory } from 'fake-indexeddb';
import { ApiProblem, Unreachable } from '../../src/lib/api/client';
import { IdbOutboxStore } from '../../src/lib/db/outbox-store';
import { Outbox } from '../../src/app/outbox.svelte';
import type { OutboxNews } from '../../src/app/outbox.svelte';
import type { OutboxApi } from '../../src/app/outbox-send';

/** What the node does with the next request: nothing special, refuse it, or never answer. */
export type Turn = 'take' | 'lose_answer' | 'no_line' | ApiProblem;

export interface Arrived {
  path: string;
  body: Record<string, unknown>;
}

/** A node that keeps what it got, once per client id, and fails as told. */
export class FakeNode implements OutboxApi {
  node: string | null = 'node-a';
  /** Every request, doubles included. */
  readonly requests: Arrived[] = [];
  /** What the node has, once per client id, in order of arrival. */
  readonly log: Arrived[] = [];
  readonly photos: number[] = [];
  /** Answers by what the path begins with; used up one by one, then `take`. */
  readonly script = new Map<string, Turn[]>();

  plan(path: string, ...turns: Turn[]): void {
    this.script.set(path, turns);
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    const request = { path, body: body as Record<string, unknown> };
    this.requests.push(request);
    await Promise.resolve();
    const turn = this.script.get(path)?.shift() ?? 'take';
    if (turn instanceof ApiProblem) {
      throw turn;
    }
    if (turn === 'no_line') {
      throw new Unreachable('timeout');
    }
    const id = request.body['client_id'];
    if (!this.log.some((known) => known.body['client_id'] === id)) {
      this.log.push(request);
    }
    if (turn === 'lose_answer') {
      throw new Unreachable('network');
    }
    return { id: `event-${String(id)}` } as T;
  }

  async postBytes<T>(path: string, bytes: Blob): Promise<T> {
    await Promise.resolve();
    const turn = this.script.get(path)?.shift() ?? 'take';
    if (turn instanceof ApiProblem) {
      throw turn;
    }
    if (turn !== 'take') {
      throw new Unreachable('timeout');
    }
    this.photos.push(bytes.size);
    return { hash: `hash-${bytes.size}` } as T;
  }

  texts(): unknown[] {
    return this.log.map((item) => item.body['text']);
  }
}

/** One device: a disk, a clock, tabs. */
export class Device {
  wallMs = 1_800_000_000_000;
  readonly #takers = new Map<Outbox | string, (news: OutboxNews) => void>();
  #tabs = 0;

  constructor() {
    globalThis.indexedDB = new IDBFactory();
  }

  tab(api: OutboxApi, store = new IdbOutboxStore()): Outbox {
    this.#tabs += 1;
    const me = `tab ${this.#tabs}`;
    return new Outbox({
      api,
      store,
      channel: {
        post: (news) => {
          for (const [who, take] of this.#takers) {
            if (who !== me) {
              take(news);
            }
          }
        },
        listen: (take) => {
          this.#takers.set(me, take);
        },
      },
      now: () => this.wallMs,
      wall: () => this.wallMs,
    });
  }
}

export function message(text: string, room = 'r1'): Parameters<Outbox['add']>[0] {
  return {
    kind: 'message',
    key: `room:${room}`,
    path: `/rooms/${room}/messages`,
    body: { text },
  };
}

/** Waits until `seen` holds; the story is told if it never does. */
export async function until(seen: () => boolean, story: string): Promise<void> {
  const end = performance.now() + 3000;
  while (!seen()) {
    if (performance.now() > end) {
      throw new Error(`never happened: ${story}`);
    }
    await new Promise((next) => setImmediate(next));
  }
}
