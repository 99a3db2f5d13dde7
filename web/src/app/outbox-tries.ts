// What a sending tab remembers about its tries: what is under way, what the node put off, how long
// to wait next. Forgotten with the page: the disk knows what matters.

const RETRY_FIRST_MS = 1000;
const RETRY_CAP_MS = 8000;
const HOLD_CAP_MS = 30_000;

function backoff(tries: number, capMs: number): number {
  return Math.min(capMs, RETRY_FIRST_MS * 2 ** tries);
}

export class Tries {
  /** Items under way, and how much of each has left, 0 to 1. */
  readonly busy = new Map<string, number>();
  /** Items that the node put off, and until when on this device's clock. */
  readonly held = new Map<string, number>();
  readonly #count = new Map<string, number>();
  readonly #photosAgain = new Set<string>();
  #failures = 0;
  #pausedUntilMs = 0;

  paused(wallMs: number): boolean {
    return wallMs < this.#pausedUntilMs;
  }

  /** No answer at all: nothing is tried for a while. */
  lineFailed(wallMs: number): void {
    this.#pausedUntilMs = wallMs + backoff(this.#failures, RETRY_CAP_MS);
    this.#failures += 1;
  }

  lineWorks(): void {
    this.#failures = 0;
    this.#pausedUntilMs = 0;
  }

  /** The node can't take this one now; `afterMs` if it named a time. */
  hold(id: string, wallMs: number, afterMs: number | null): void {
    const tries = this.#count.get(id) ?? 0;
    this.#count.set(id, tries + 1);
    this.held.set(id, wallMs + (afterMs ?? backoff(tries, HOLD_CAP_MS)));
  }

  release(id: string): void {
    this.held.delete(id);
  }

  releaseAll(): void {
    this.held.clear();
  }

  /** True the first time: the photos of an item are sent anew once, not for ever. */
  mayRepeatPhotos(id: string): boolean {
    const first = !this.#photosAgain.has(id);
    this.#photosAgain.add(id);
    return first;
  }

  forget(id: string): void {
    this.held.delete(id);
    this.#count.delete(id);
    this.#photosAgain.delete(id);
  }
}
