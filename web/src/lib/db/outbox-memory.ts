// The outbox where nothing can be kept: private and captive windows. It ends with the page, and
// the person is told so.
import type { NewItem, OutboxStore, StoredItem } from './outbox-store';
import { IdbOutboxStore } from './outbox-store';

export class MemoryOutboxStore implements OutboxStore {
  readonly durable = false;
  #items: StoredItem[] = [];
  #n = 0;
  readonly #pieces = new Map<string, readonly ArrayBuffer[]>();

  all(): Promise<StoredItem[]> {
    return Promise.resolve([...this.#items]);
  }

  insert(item: NewItem, instead: readonly string[]): Promise<void> {
    this.#n += 1;
    const kept = this.#items.filter((old) => !instead.includes(old.id));
    this.#items = [...kept, { ...item, n: this.#n }];
    return Promise.resolve();
  }

  change(id: string, by: (item: StoredItem) => StoredItem): Promise<void> {
    this.#items = this.#items.map((item) => (item.id === id ? by(item) : item));
    return Promise.resolve();
  }

  async remove(ids: readonly string[]): Promise<void> {
    this.#items = this.#items.filter((item) => !ids.includes(item.id));
    await Promise.all(ids.map((id) => this.removePieces(id)));
  }

  writePieces(id: string, photo: number, pieces: readonly ArrayBuffer[]): Promise<void> {
    this.#pieces.set(`${id} ${photo}`, pieces);
    return Promise.resolve();
  }

  readPieces(id: string, photo: number): Promise<ArrayBuffer[]> {
    return Promise.resolve([...(this.#pieces.get(`${id} ${photo}`) ?? [])]);
  }

  removePieces(id: string): Promise<void> {
    for (const key of [...this.#pieces.keys()]) {
      if (key.startsWith(`${id} `)) {
        this.#pieces.delete(key);
      }
    }
    return Promise.resolve();
  }

  lead(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

/** The best store this window allows. */
export async function openOutboxStore(): Promise<OutboxStore> {
  try {
    const store = new IdbOutboxStore();
    await store.all();
    return store;
  } catch {
    return new MemoryOutboxStore();
  }
}
