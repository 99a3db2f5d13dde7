// What a correction changed, point by point. Pure.

/** One point that went, came, or was put in another's place. */
export interface Change {
  before: string | null;
  after: string | null;
}

/** Points gone and points come, paired in their order; unchanged points are left out. */
export function changesOf(before: readonly string[], after: readonly string[]): Change[] {
  const gone = before.filter((point) => !after.includes(point));
  const come = after.filter((point) => !before.includes(point));
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, at) => ({
    before: gone[at] ?? null,
    after: come[at] ?? null,
  }));
}
