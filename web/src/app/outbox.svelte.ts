// What somebody wrote on this device and the node has not yet: kept on disk, sent in order, never
// lost, never doubled. Sent means: the node answered after its commit. Doubles are prevented by the
// client id alone; the lease among tabs only saves work.
// Not here: the order (outbox-order.ts), one item's way (outbox-send.ts), the disk (lib/db).
import { ApiProblem, Unreachable } from '../lib/api/client';
import { deviceFull } from '../lib/db/idb';
import { PIECE_BYTES } from '../lib/db/outbox-store';
import type {
  Lane,
  OutboxKind,
  OutboxStore,
  StoredItem,
  StoredPhoto,
} from '../lib/db/outbox-store';
import { clientId } from '../lib/ids';
import { Lanes, SentListeners } from './outbox-lanes';
import type { SentListener } from './outbox-lanes';
import { nextItem } from './outbox-order';
import { sendItem } from './outbox-send';
import type { OutboxApi } from './outbox-send';
import { Tries } from './outbox-tries';
import { exported, shown } from './outbox-view';
import type { ExportedFile, OutboxItem } from './outbox-view';

export type { OutboxItem } from './outbox-view';

/** Another tab takes over so long after the sending one has gone. */
const LEASE_MS = 5000;
const LEASE_RENEW_MS = 2000;
/** 消す can be undone for so long. */
const UNDO_MS = 8000;
/** A photo still being copied after so long belongs to a page that is gone. */
const PREPARING_LOST_MS = 120_000;
const LANES: readonly Lane[] = ['text', 'photo'];

/** Something to send. `key` orders: items with the same key go one after the other. */
export interface Draft {
  kind: OutboxKind;
  key: string;
  path: string;
  body: Record<string, unknown>;
  blobs?: readonly Blob[];
  lane?: Lane;
}

/** This device has no room. The text is kept in the outbox; the photos are not. */
export class PhoneFull extends Error {
  override readonly name = 'PhoneFull';

  constructor(readonly id: string | null) {
    super('this device has no room');
  }
}

/** Tells the other tabs of this device that something changed or went. */
export interface OutboxChannel {
  post(message: OutboxNews): void;
  listen(take: (message: OutboxNews) => void): void;
}

export type OutboxNews = { type: 'changed' } | { type: 'sent'; item: OutboxItem; answer: unknown };

export interface OutboxDoors {
  api: OutboxApi;
  store: OutboxStore;
  channel: OutboxChannel;
  /** The node's clock. */
  now(): number;
  /** The device's clock: leases are between tabs of one device. */
  wall(): number;
}

export class Outbox {
  /** What this account still has here, oldest first. */
  items = $state.raw<readonly OutboxItem[]>([]);
  /** How many items of other accounts wait on this device. */
  others = $state(0);
  /** Items a person would count: marks of having read are not among them. */
  readonly countPending: number = $derived(
    this.items.filter((item) => item.kind !== 'read' && item.kind !== 'bulletin_read').length,
  );

  readonly #tab = clientId();
  #owner: string | null = null;
  #stored: readonly StoredItem[] = [];
  readonly #tries = new Tries();
  readonly #lanes = new Lanes();
  readonly #sent = new SentListeners();

  constructor(private readonly doors: OutboxDoors) {
    doors.channel.listen((news) => {
      if (news.type === 'sent') {
        this.#sent.tell(news.item, news.answer);
      }
      void this.refresh().then(() => this.tick());
    });
  }

  /** False if this window can't keep anything: close it, and what waits is lost. */
  get durable(): boolean {
    return this.doors.store.durable;
  }

  /** Works for this account (`null`: nobody, everything waits). */
  async use(owner: string | null): Promise<void> {
    this.#owner = owner;
    this.#tries.releaseAll();
    this.#tries.lineWorks();
    await this.refresh();
    await this.#tidy();
    this.tick();
  }

  /** Calls `fn` with the node's answer to each item sent, by whichever tab. */
  onSent(fn: SentListener): () => void {
    return this.#sent.add(fn);
  }

  /** Keeps it on the disk, then sends it. Resolves with the client id once it is safe here. */
  async add(draft: Draft): Promise<string> {
    const owner = this.#owner;
    if (owner === null) {
      throw new Error('nobody is logged in: nothing can be added');
    }
    const id = clientId();
    const blobs = draft.blobs ?? [];
    const item = {
      id,
      owner,
      kind: draft.kind,
      key: draft.key,
      path: draft.path,
      body: draft.body,
      lane: draft.lane ?? (blobs.length > 0 ? ('photo' as const) : ('text' as const)),
      writtenMs: this.doors.now(),
      photos: [],
      stage: blobs.length > 0 ? ('preparing' as const) : ('waiting' as const),
      reason: null,
    };
    try {
      await this.doors.store.insert(item, this.#pointless(draft));
    } catch (error) {
      throw deviceFull(error) ? new PhoneFull(null) : error;
    }
    if (blobs.length > 0) {
      await this.#copy(id, blobs);
    }
    await this.#changed();
    this.tick();
    return id;
  }

  /** もう一度: at once, whatever the node said before. */
  async retry(id: string): Promise<void> {
    await this.doors.store.change(id, (item) => ({ ...item, stage: 'waiting', reason: null }));
    this.#tries.release(id);
    this.#tries.lineWorks();
    await this.#changed();
    this.tick();
  }

  /** 文字だけ送る: leaves the photos behind. */
  async textOnly(id: string): Promise<void> {
    await this.doors.store.change(id, (item) => ({ ...item, photos: [], lane: 'text' }));
    await this.doors.store.removePieces(id);
    await this.retry(id);
  }

  /** 消す. The function that comes back undoes it, as long as the toast shows. */
  async drop(id: string): Promise<() => Promise<void>> {
    const before = this.#stored.find((item) => item.id === id)?.stage ?? 'stuck';
    await this.doors.store.change(id, (item) => ({ ...item, stage: 'dropped' }));
    await this.#changed();
    const final = setTimeout(() => {
      void this.doors.store.remove([id]).then(() => this.#changed());
    }, UNDO_MS);
    return async () => {
      clearTimeout(final);
      await this.doors.store.change(id, (item) => ({ ...item, stage: before }));
      await this.#changed();
      this.tick();
    };
  }

  /** 書き出す: the item as files that can be carried away. */
  async export(id: string): Promise<ExportedFile[]> {
    const item = this.#stored.find((stored) => stored.id === id);
    return item === undefined ? [] : exported(this.doors.store, item);
  }

  /** The bytes of a photo that lies here, for showing it before it is sent. */
  async photo(id: string, at: number): Promise<Blob | null> {
    const photo = this.#stored.find((stored) => stored.id === id)?.photos[at];
    if (photo === undefined) {
      return null;
    }
    const pieces = await this.doors.store.readPieces(id, at, photo.pieces);
    return new Blob(pieces, { type: photo.type });
  }

  /** The way to the node may be open again: try at once. */
  wake(): void {
    this.#tries.lineWorks();
    this.tick();
  }

  /** Sends what can be sent now; called once a second and after each change. */
  tick(): void {
    for (const lane of LANES) {
      if (!this.#lanes.running(lane) && this.#next(lane) !== null) {
        void this.#pump(lane);
      }
    }
  }

  /** Reads everything from the disk again. */
  async refresh(): Promise<void> {
    this.#stored = await this.doors.store.all();
    this.#show();
  }

  #show(): void {
    const mine = this.#stored.filter((item) => item.owner === this.#owner);
    this.items = mine
      .filter((item) => item.stage !== 'dropped')
      .map((item) => shown(item, this.#tries.busy.get(item.id) ?? null));
    this.others = this.#stored.length - mine.length;
  }

  async #changed(): Promise<void> {
    await this.refresh();
    this.doors.channel.post({ type: 'changed' });
  }

  /** A newer mark of how far somebody has read makes the older ones pointless. */
  #pointless(draft: Draft): string[] {
    if (draft.kind !== 'read') {
      return [];
    }
    return this.#stored
      .filter(
        (item) =>
          item.owner === this.#owner &&
          item.kind === 'read' &&
          item.path === draft.path &&
          !this.#tries.busy.has(item.id),
      )
      .map((item) => item.id);
  }

  async #copy(id: string, blobs: readonly Blob[]): Promise<void> {
    const { store } = this.doors;
    try {
      for (const [at, blob] of blobs.entries()) {
        const pieces: ArrayBuffer[] = [];
        for (let start = 0; start < blob.size; start += PIECE_BYTES) {
          pieces.push(await blob.slice(start, start + PIECE_BYTES).arrayBuffer());
        }
        await store.writePieces(id, at, pieces);
        const photo: StoredPhoto = {
          name: blob instanceof File ? blob.name : '',
          type: blob.type === '' ? 'image/jpeg' : blob.type,
          bytes: blob.size,
          pieces: pieces.length,
          sent: null,
        };
        await store.change(id, (item) => ({ ...item, photos: [...item.photos, photo] }));
      }
      await store.change(id, (item) => ({ ...item, stage: 'waiting' }));
    } catch (error) {
      await store.removePieces(id);
      const reason = { code: deviceFull(error) ? 'phone_full' : 'photo_unreadable', detail: '' };
      await store.change(id, (item) => ({ ...item, photos: [], stage: 'stuck', reason }));
      await this.#changed();
      throw deviceFull(error) ? new PhoneFull(id) : error;
    }
  }

  /** Ends what an earlier page left half done. */
  async #tidy(): Promise<void> {
    const old = this.doors.now() - PREPARING_LOST_MS;
    const gone = this.#stored.filter((item) => item.stage === 'dropped' && item.writtenMs < old);
    const half = this.#stored.filter((item) => item.stage === 'preparing' && item.writtenMs < old);
    await this.doors.store.remove(gone.map((item) => item.id));
    const reason = { code: 'photo_unreadable', detail: '' };
    for (const { id } of half) {
      await this.doors.store.change(id, (item) => ({ ...item, stage: 'stuck', reason }));
    }
    if (gone.length + half.length > 0) {
      await this.#changed();
    }
  }

  #next(lane: Lane): StoredItem | null {
    const nowMs = this.doors.wall();
    if (this.#owner === null || this.#tries.paused(nowMs)) {
      return null;
    }
    const sending = {
      owner: this.#owner,
      nowMs,
      busy: this.#tries.busy,
      held: this.#tries.held,
    };
    return nextItem(this.#stored, lane, sending);
  }

  async #pump(lane: Lane): Promise<void> {
    this.#lanes.begin(lane);
    const renewal = setInterval(() => void this.#lead(), LEASE_RENEW_MS);
    try {
      let item = this.#next(lane);
      while (item !== null && (await this.#lead())) {
        await this.#send(item);
        item = this.#next(lane);
      }
    } finally {
      clearInterval(renewal);
      this.#lanes.end(lane);
    }
  }

  #lead(): Promise<boolean> {
    return this.doors.store.lead(this.#tab, LEASE_MS, this.doors.wall());
  }

  async #send(item: StoredItem): Promise<void> {
    const { api, store } = this.doors;
    this.#tries.busy.set(item.id, 0);
    this.#show();
    try {
      const trip = {
        api,
        store,
        now: () => this.doors.now(),
        stillMine: () => item.owner === this.#owner,
        onProgress: (share: number) => {
          this.#tries.busy.set(item.id, share);
          this.#show();
        },
      };
      const answer = await sendItem(trip, item);
      this.#tries.lineWorks();
      this.#tries.forget(item.id);
      const view = shown(item, 1);
      this.#sent.tell(view, answer);
      this.doors.channel.post({ type: 'sent', item: view, answer });
      await store.remove([item.id]);
    } catch (error) {
      await this.#failed(item, error);
    } finally {
      this.#tries.busy.delete(item.id);
      await this.#changed();
    }
  }

  async #failed(item: StoredItem, error: unknown): Promise<void> {
    if (!(error instanceof ApiProblem)) {
      if (!(error instanceof Unreachable)) {
        await this.#stick(item, { code: 'unexpected', detail: String(error) });
        return;
      }
      this.#tries.lineFailed(this.doors.wall());
      return;
    }
    const reason = { code: error.code, detail: error.detail };
    if (error.passing) {
      const afterMs = error.retryAfter === null ? null : error.retryAfter * 1000;
      this.#tries.hold(item.id, this.doors.wall(), afterMs);
      if (item.reason?.code !== reason.code) {
        await this.doors.store.change(item.id, (stored) => ({ ...stored, reason }));
      }
    } else if (item.kind === 'read' || item.kind === 'bulletin_read') {
      await this.doors.store.remove([item.id]);
    } else if (error.code === 'unknown_file' && this.#tries.mayRepeatPhotos(item.id)) {
      await this.#sendPhotosAgain(item);
    } else {
      await this.#stick(item, reason);
    }
  }

  /** The node has lost a photo that it had taken: it gets it once more, not for ever. */
  async #sendPhotosAgain(item: StoredItem): Promise<void> {
    await this.doors.store.change(item.id, (stored) => ({
      ...stored,
      photos: stored.photos.map((photo) => ({ ...photo, sent: null })),
    }));
  }

  async #stick(item: StoredItem, reason: { code: string; detail: string }): Promise<void> {
    this.#tries.forget(item.id);
    await this.doors.store.change(item.id, (stored) => ({ ...stored, stage: 'stuck', reason }));
  }
}
