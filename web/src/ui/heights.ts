/** Where the rows of a long list stand, although only a few of them exist in the page. */

/** Height of a row nobody has seen yet, in pixels. */
const GUESS = 84;

/** Known heights of rows by key, and the sums before each row of the current list. */
export class RowHeights {
  readonly #known = new Map<string, number>();
  #keys: readonly string[] = [];
  #sums = new Float64Array(1);
  #places = new Map<string, number>();

  /** Lays out `keys` in this order. */
  lay(keys: readonly string[]): void {
    this.#keys = keys;
    this.#sums = new Float64Array(keys.length + 1);
    this.#places = new Map(keys.map((key, at) => [key, at]));
    let sum = 0;
    for (const [at, key] of keys.entries()) {
      sum += this.#known.get(key) ?? GUESS;
      this.#sums[at + 1] = sum;
    }
  }

  /** Notes a measured height. True if that moves anything. */
  note(key: string, height: number): boolean {
    const old = this.#known.get(key);
    if (old !== undefined && Math.abs(old - height) < 0.5) {
      return false;
    }
    this.#known.set(key, height);
    return true;
  }

  /** Lays out the same keys again after heights have changed. */
  again(): void {
    this.lay(this.#keys);
  }

  /** Height of the whole list. */
  get total(): number {
    return this.#sums[this.#keys.length] ?? 0;
  }

  /** Where the row with this place begins. */
  top(at: number): number {
    return this.#sums[Math.max(0, Math.min(at, this.#keys.length))] ?? 0;
  }

  /** The place of a key in the list, or -1. */
  place(key: string): number {
    return this.#places.get(key) ?? -1;
  }

  /** The place of the row that covers `y`. */
  at(y: number): number {
    let low = 0;
    let high = Math.max(0, this.#keys.length - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.top(middle) <= y) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** The key at a place. */
  key(at: number): string | null {
    return this.#keys[at] ?? null;
  }
}
