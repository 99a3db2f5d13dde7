// Which lanes a tab is emptying just now, and who hears of what was sent. Plain data.
import type { Lane } from '../lib/db/outbox-store';
import type { OutboxItem } from './outbox-view';

export type SentListener = (item: OutboxItem, answer: unknown) => void;

export class Lanes {
  readonly #running = new Set<Lane>();

  running(lane: Lane): boolean {
    return this.#running.has(lane);
  }

  begin(lane: Lane): void {
    this.#running.add(lane);
  }

  end(lane: Lane): void {
    this.#running.delete(lane);
  }
}

export class SentListeners {
  readonly #all = new Set<SentListener>();

  add(fn: SentListener): () => void {
    this.#all.add(fn);
    return () => {
      this.#all.delete(fn);
    };
  }

  tell(item: OutboxItem, answer: unknown): void {
    for (const listener of [...this.#all]) {
      listener(item, answer);
    }
  }
}
