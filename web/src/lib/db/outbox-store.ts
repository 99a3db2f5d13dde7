// Where the outbox lies on this device: one record per item, photos beside them in pieces.
// Pieces and not Blobs, because browsers have lost Blobs; 256 KiB each.
// Not here: what is sent when (app/outbox.svelte.ts).
import { committed, connectionLost, result } from './idb';

/** Bytes of one piece of a photo. */
export const PIECE_BYTES = 256 * 1024;

export type OutboxKind =
  'message' | 'read' | 'ack' | 'bulletin_read' | 'answer' | 'report' | 'withdraw';

/** Photos go in a lane of their own, so that no text waits behind megabytes. */
export type Lane = 'text' | 'photo';

export interface StoredPhoto {
  name: string;
  type: string;
  bytes: number;
  pieces: number;
  /** The node that has the whole photo already, and its name there. */
  sent: { node: string; hash: string } | null;
}

/** `preparing`: photos are being copied. `dropped`: thrown away, undo still possible. */
export type Stage = 'preparing' | 'waiting' | 'stuck' | 'dropped';

export interface StoredItem {
  /** Client id: the same in every retry. */
  id: string;
  /** Order of writing on this device. */
  n: number;
  /** The account that wrote it; nobody else's session sends it. */
  owner: string;
  kind: OutboxKind;
  /** Items with the same key go in order. */
  key: string;
  path: string;
  body: Readonly<Record<string, unknown>>;
  lane: Lane;
  /** When the person tapped send, on the node's clock as far as known. */
  writtenMs: number;
  photos: readonly StoredPhoto[];
  stage: Stage;
  reason: { code: string; detail: string } | null;
}

export type NewItem = Omit<StoredItem, 'n'>;

export interface OutboxStore {
  /** False if things live in memory only and end with the page. */
  readonly durable: boolean;
  /** Every item, oldest first. */
  all(): Promise<StoredItem[]>;
  /** Writes a new item and removes those it makes pointless, in one step. */
  insert(item: NewItem, instead: readonly string[]): Promise<void>;
  /** Reads, changes, writes in one step. Does nothing if the item is gone. */
  change(id: string, by: (item: StoredItem) => StoredItem): Promise<void>;
  /** Removes items and their pieces. */
  remove(ids: readonly string[]): Promise<void>;
  writePieces(id: string, photo: number, pieces: readonly ArrayBuffer[]): Promise<void>;
  readPieces(id: string, photo: number, count: number): Promise<ArrayBuffer[]>;
  removePieces(id: string): Promise<void>;
  /** Takes or renews the right to send for `ms`; false if another tab has it. */
  lead(tab: string, ms: number, nowMs: number): Promise<boolean>;
}

interface Lease {
  tab: string;
  untilMs: number;
}

const STRICT: IDBTransactionOptions = { durability: 'strict' };
/** A lease further in the future than this was written before the clock was set back. */
const LEASE_ABSURD_MS = 60_000;

function mayLead(lease: Lease | undefined, tab: string, nowMs: number): boolean {
  return (
    lease === undefined ||
    lease.tab === tab ||
    lease.untilMs < nowMs ||
    lease.untilMs > nowMs + LEASE_ABSURD_MS
  );
}

function piecesOf(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id], [id, []]);
}

/** The store in IndexedDB. */
export class IdbOutboxStore implements OutboxStore {
  readonly durable = true;
  #db: Promise<IDBDatabase> | null = null;

  constructor(private readonly name = 'noroshi') {}

  all(): Promise<StoredItem[]> {
    return this.#in(['items'], 'readonly', async (t) => {
      const items = await result<StoredItem[]>(t.objectStore('items').getAll());
      return items.sort((a, b) => a.n - b.n);
    });
  }

  insert(item: NewItem, instead: readonly string[]): Promise<void> {
    return this.#in(['items', 'meta'], 'readwrite', async (t) => {
      const meta = t.objectStore('meta');
      const n = ((await result<number | undefined>(meta.get('n'))) ?? 0) + 1;
      meta.put(n, 'n');
      for (const id of instead) {
        t.objectStore('items').delete(id);
      }
      t.objectStore('items').put({ ...item, n });
    });
  }

  change(id: string, by: (item: StoredItem) => StoredItem): Promise<void> {
    return this.#in(['items'], 'readwrite', async (t) => {
      const items = t.objectStore('items');
      const item = await result<StoredItem | undefined>(items.get(id));
      if (item !== undefined) {
        items.put(by(item));
      }
    });
  }

  remove(ids: readonly string[]): Promise<void> {
    return this.#in(['items', 'pieces'], 'readwrite', (t) => {
      for (const id of ids) {
        t.objectStore('items').delete(id);
        t.objectStore('pieces').delete(piecesOf(id));
      }
      return Promise.resolve();
    });
  }

  writePieces(id: string, photo: number, pieces: readonly ArrayBuffer[]): Promise<void> {
    return this.#in(['pieces'], 'readwrite', (t) => {
      for (const [at, piece] of pieces.entries()) {
        t.objectStore('pieces').put(piece, [id, photo, at]);
      }
      return Promise.resolve();
    });
  }

  readPieces(id: string, photo: number, count: number): Promise<ArrayBuffer[]> {
    return this.#in(['pieces'], 'readonly', async (t) => {
      const range = IDBKeyRange.bound([id, photo, 0], [id, photo, count]);
      return result<ArrayBuffer[]>(t.objectStore('pieces').getAll(range));
    });
  }

  removePieces(id: string): Promise<void> {
    return this.#in(['pieces'], 'readwrite', (t) => {
      t.objectStore('pieces').delete(piecesOf(id));
      return Promise.resolve();
    });
  }

  lead(tab: string, ms: number, nowMs: number): Promise<boolean> {
    return this.#in(['meta'], 'readwrite', async (t) => {
      const meta = t.objectStore('meta');
      const lease = await result<Lease | undefined>(meta.get('lease'));
      const mine = mayLead(lease, tab, nowMs);
      if (mine) {
        meta.put({ tab, untilMs: nowMs + ms } satisfies Lease, 'lease');
      }
      return mine;
    });
  }

  /** Runs `work` in one transaction and waits for its end; a dropped connection is reopened once. */
  async #in<T>(
    stores: readonly string[],
    mode: IDBTransactionMode,
    work: (transaction: IDBTransaction) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#once(stores, mode, work);
    } catch (error) {
      if (!connectionLost(error)) {
        throw error;
      }
      this.#db = null;
      return this.#once(stores, mode, work);
    }
  }

  async #once<T>(
    stores: readonly string[],
    mode: IDBTransactionMode,
    work: (transaction: IDBTransaction) => Promise<T>,
  ): Promise<T> {
    const db = await (this.#db ??= this.#open());
    const transaction = db.transaction([...stores], mode, mode === 'readwrite' ? STRICT : {});
    const end = committed(transaction);
    // A refused end is reported below; without this a failing request would report it twice.
    end.catch(() => undefined);
    const value = await work(transaction);
    await end;
    return value;
  }

  async #open(): Promise<IDBDatabase> {
    const request = indexedDB.open(this.name, 1);
    request.onupgradeneeded = () => {
      const db = request.result;
      db.createObjectStore('items', { keyPath: 'id' });
      db.createObjectStore('pieces');
      db.createObjectStore('meta');
    };
    try {
      const db = await result<IDBDatabase>(request);
      const forget = (): void => {
        this.#db = null;
      };
      // A newer page wants to change the shape: let it, or it waits for ever.
      db.onversionchange = () => {
        db.close();
        forget();
      };
      db.onclose = forget;
      return db;
    } catch (error) {
      this.#db = null;
      throw error;
    }
  }
}
