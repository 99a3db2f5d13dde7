// Text as it is shown: lengths a person would count, bytes, shortening. Never changes what was
// typed: names keep their rare characters.

/** Characters as a person counts them, near enough: code points. */
export function length(text: string): number {
  return Array.from(text).length;
}

/** The first `limit` characters, and whether something was left off. */
export function head(text: string, limit: number): { text: string; cut: boolean } {
  const all = Array.from(text);
  return all.length <= limit
    ? { text, cut: false }
    : { text: all.slice(0, limit).join(''), cut: true };
}

/** "1.8 MB", "240 kB" */
export function bytes(count: number): string {
  return count >= 1_000_000
    ? `${(count / 1_000_000).toFixed(1)} MB`
    : `${Math.max(1, Math.round(count / 1000))} kB`;
}
