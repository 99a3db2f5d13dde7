// The list of rooms, with what waits for each on this device.
import type { App } from '../../app/context';
import { Resource } from '../../app/resource.svelte';
import type { Room } from '../../lib/api/types';

export class RoomsState {
  readonly source: Resource<{ rooms: Room[] }>;

  constructor(private readonly app: App) {
    this.source = new Resource<{ rooms: Room[] }>(app, '/rooms', ['rooms']);
  }

  /** Pinned rooms first, then by the last message. */
  readonly rooms = $derived.by((): Room[] =>
    [...(this.source.data?.rooms ?? [])].sort(
      (a, b) => Number(b.pinned) - Number(a.pinned) || (b.last?.at_ms ?? 0) - (a.last?.at_ms ?? 0),
    ),
  );

  /** Messages of mine that wait on this device, by room. */
  readonly unsent = $derived.by((): Readonly<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const item of this.app.outbox.items) {
      if (item.kind === 'message') {
        const room = item.key.replace(/^room:/, '');
        counts[room] = (counts[room] ?? 0) + 1;
      }
    }
    return counts;
  });

  attach(): () => void {
    return this.source.attach();
  }
}
