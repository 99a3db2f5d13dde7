/* In which order headquarters looks at its shelters. Pure, so that the rule is tested without a page. */
import type { NodeRow } from '../../lib/api/types';
import { lineFact } from '../../app/shelterlink';

const names = new Intl.Collator('ja');

/** How pressing a shelter is: smaller comes first. */
export function concern(row: NodeRow, nowMs: number): number {
  const fact = lineFact(row.link, nowMs);
  switch (fact.kind) {
    case 'cut':
      return 0;
    case 'stalled':
      return 1;
    case 'never':
      return 3;
    case 'ok':
    case 'self':
      return row.open_must_reads > 0 ? 2 : 4;
  }
}

function lengthOf(row: NodeRow, nowMs: number): number {
  const fact = lineFact(row.link, nowMs);
  return fact.kind === 'cut' || fact.kind === 'stalled' ? fact.ms : 0;
}

/** Most pressing first: cut (longest first), stalled, bulletins not acknowledged, then by name. */
export function byConcern(rows: readonly NodeRow[], nowMs: number): NodeRow[] {
  return [...rows].sort(
    (a, b) =>
      concern(a, nowMs) - concern(b, nowMs) ||
      lengthOf(b, nowMs) - lengthOf(a, nowMs) ||
      b.open_must_reads - a.open_must_reads ||
      names.compare(a.name, b.name),
  );
}

/** By name, as a Japanese index orders. */
export function byName(rows: readonly NodeRow[]): NodeRow[] {
  return [...rows].sort((a, b) => names.compare(a.name, b.name));
}

/** The shelters among the nodes: headquarters itself is not a shelter. */
export function sheltersOf(rows: readonly NodeRow[]): NodeRow[] {
  return rows.filter((row) => row.role !== 'hq');
}
