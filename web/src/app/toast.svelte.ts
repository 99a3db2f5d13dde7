// The one short line above the tabs, with undo while it shows.

/** How long it stays, in milliseconds; the clock stops while it is touched or focused. */
const LIFE_MS = 8000;

export interface ToastLine {
  id: number;
  text: string;
  undo: (() => void) | null;
}

export class Toasts {
  current = $state.raw<ToastLine | null>(null);
  #next = 1;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** Shows `text` in place of what stood there. */
  show(text: string, undo: (() => void) | null = null): void {
    this.current = { id: this.#next++, text, undo };
    this.resume();
  }

  /** Undoes what the line tells of, and takes the line away. */
  undo(): void {
    const line = this.current;
    this.close();
    line?.undo?.();
  }

  /** A finger or the focus rests on it. */
  pause(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
  }

  resume(): void {
    this.pause();
    this.#timer = setTimeout(() => this.close(), LIFE_MS);
  }

  close(): void {
    this.pause();
    this.current = null;
  }
}
