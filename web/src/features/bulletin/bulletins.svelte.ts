// Bulletins as this account has them: those of the node, with what was tapped here and not yet sent.
// Used by the phone's screens and by the desk's.
import type { App } from '../../app/context';
import type { OutboxItem } from '../../app/outbox.svelte';
import { Resource } from '../../app/resource.svelte';
import type { Bulletin, BulletinDetail } from '../../lib/api/types';

/** 了解 as I have it: not asked, open, given (`atMs`), or given and still on this device. */
export type AckState =
  | { kind: 'none' | 'open' }
  | { kind: 'given'; atMs: number }
  | { kind: 'waiting'; atMs: number }
  | { kind: 'stuck'; item: OutboxItem };

function pathOf(id: string, act: 'ack' | 'read'): string {
  return `/bulletins/${encodeURIComponent(id)}/${act}`;
}

/** What the last tap on this device and the node together say. */
export function ackState(bulletin: Bulletin, outbox: readonly OutboxItem[]): AckState {
  const path = pathOf(bulletin.id, 'ack');
  const last = outbox.findLast((item) => item.kind === 'ack' && item.path === path);
  if (last?.state === 'stuck') {
    return { kind: 'stuck', item: last };
  }
  const open = bulletin.asked_me && bulletin.must_read && bulletin.state === 'current';
  if (last !== undefined) {
    return last.body['undo'] === true
      ? { kind: open ? 'open' : 'none' }
      : { kind: 'waiting', atMs: last.writtenMs };
  }
  if (bulletin.acked_ms !== null) {
    return { kind: 'given', atMs: bulletin.acked_ms };
  }
  return { kind: open ? 'open' : 'none' };
}

/** The list. */
export class BulletinsState {
  readonly source: Resource<{ bulletins: Bulletin[] }>;

  constructor(private readonly app: App) {
    this.source = new Resource<{ bulletins: Bulletin[] }>(app, '/bulletins', ['bulletins']);
  }

  readonly all = $derived.by((): readonly Bulletin[] => this.source.data?.bulletins ?? []);
  readonly current = $derived.by(() => this.all.filter((one) => one.state === 'current'));
  readonly ended = $derived.by(() => this.all.filter((one) => one.state !== 'current'));
  readonly open = $derived.by(() => this.current.filter((one) => this.ack(one).kind === 'open'));

  ack(bulletin: Bulletin): AckState {
    return ackState(bulletin, this.app.outbox.items);
  }

  attach(): () => void {
    return this.source.attach();
  }
}

/** One bulletin while it is open. */
export class BulletinState {
  readonly source: Resource<BulletinDetail>;
  #marked = false;

  constructor(
    private readonly app: App,
    readonly id: string,
  ) {
    const path = `/bulletins/${encodeURIComponent(id)}`;
    this.source = new Resource<BulletinDetail>(app, path, ['bulletins', `bulletin:${id}`]);
  }

  readonly bulletin = $derived.by((): BulletinDetail | null => this.source.data);
  readonly ack = $derived.by((): AckState =>
    this.bulletin === null ? { kind: 'none' } : ackState(this.bulletin, this.app.outbox.items),
  );

  attach(): () => void {
    const stopSent = this.app.outbox.onSent((item) => {
      if (item.path === pathOf(this.id, 'ack')) {
        void this.source.load();
      }
    });
    const stop = this.source.attach();
    return () => {
      stopSent();
      stop();
    };
  }

  /** The text was on the screen: 既読, which is not 了解. */
  async markRead(): Promise<void> {
    if (this.#marked || this.bulletin === null || this.bulletin.read_ms !== null) {
      return;
    }
    this.#marked = true;
    await this.#add('bulletin_read', 'read', {});
  }

  /** 了解, or taking it back. */
  async acknowledge(undo: boolean): Promise<void> {
    await this.#add('ack', 'ack', { undo });
  }

  async #add(
    kind: 'ack' | 'bulletin_read',
    act: 'ack' | 'read',
    body: Record<string, unknown>,
  ): Promise<void> {
    await this.app.outbox.add({
      kind,
      key: `bulletin:${this.id}`,
      path: pathOf(this.id, act),
      body,
    });
  }
}
