// Which item of the outbox goes next. Pure: the same answer in every tab.
// Invariant: of two items with the same key the older goes first, unless the older is a photo the
// node will not take now: text goes on where photos wait.
import type { Lane, StoredItem } from '../lib/db/outbox-store';

/** What a sending tab knows beside the stored items. */
export interface Sending {
  owner: string;
  nowMs: number;
  /** Items under way. */
  busy: ReadonlyMap<string, number>;
  /** Items that the node put off, and until when. */
  held: ReadonlyMap<string, number>;
}

function waitsFor(item: StoredItem, older: StoredItem, sending: Sending): boolean {
  if (older.key !== item.key || older.stage === 'stuck' || older.stage === 'dropped') {
    return false;
  }
  return older.lane === item.lane || !sending.held.has(older.id);
}

/** The next item of a lane, `items` being all of them, oldest first. */
export function nextItem(
  items: readonly StoredItem[],
  lane: Lane,
  sending: Sending,
): StoredItem | null {
  const mine = items.filter((item) => item.owner === sending.owner);
  const next = mine.find(
    (item, at) =>
      item.lane === lane &&
      item.stage === 'waiting' &&
      !sending.busy.has(item.id) &&
      (sending.held.get(item.id) ?? 0) <= sending.nowMs &&
      !mine.slice(0, at).some((older) => waitsFor(item, older, sending)),
  );
  return next ?? null;
}
