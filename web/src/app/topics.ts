// Who listens to which topic of the live link. Plain data: nothing on a screen depends on it.
import type { LiveEvent } from '../lib/api/types';

export type LiveListener = (event: LiveEvent) => void;

export class Topics {
  readonly #listeners = new Map<string, Set<LiveListener>>();

  /** Calls `fn` for events of `topic` until the returned function is called. */
  on(topic: string, fn: LiveListener): () => void {
    const set = this.#listeners.get(topic) ?? new Set<LiveListener>();
    set.add(fn);
    this.#listeners.set(topic, set);
    return () => {
      set.delete(fn);
    };
  }

  tell(topic: string, event: LiveEvent): void {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) {
      listener(event);
    }
  }

  /** Tells everybody, once each. */
  tellAll(event: LiveEvent): void {
    const all = [...this.#listeners.values()].flatMap((set) => [...set]);
    for (const listener of new Set(all)) {
      listener(event);
    }
  }
}
