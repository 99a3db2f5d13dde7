// What somebody began to write, kept per account and room, so that a call or a torn page loses
// nothing. Written a moment after the last key, and at once when the room is left.
import type { Keep } from '../../lib/db/keep';

/** Time after the last key, in milliseconds. */
const REST_MS = 300;

export class Draft {
  readonly #key: string;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #text: string;

  constructor(
    private readonly keep: Keep,
    who: { account: number; node: string },
    room: string,
  ) {
    this.#key = `draft.${who.node}.${who.account}.${room}`;
    this.#text = keep.read(this.#key) ?? '';
  }

  /** What was written last. */
  get text(): string {
    return this.#text;
  }

  /** Keeps `text` soon. */
  write(text: string): void {
    this.#text = text;
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
    }
    this.#timer = setTimeout(() => this.flush(), REST_MS);
  }

  /** Keeps it now. */
  flush(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    if (this.#text === '') {
      this.keep.forget(this.#key);
    } else {
      this.keep.write(this.#key, this.#text);
    }
  }
}
