// One item's way to the node: photos first, then the item that names them. What the node already
// has is not sent again: each photo's name there is kept as soon as it is known.
// Not here: order, waiting, who sends (outbox.svelte.ts).
import { Unreachable } from '../lib/api/client';
import type { Progress } from '../lib/api/client';
import type { PhotoSeen } from '../lib/api/types';
import type { OutboxStore, StoredItem, StoredPhoto } from '../lib/db/outbox-store';

/** The part of the client that the outbox uses. */
export interface OutboxApi {
  readonly node: string | null;
  post<T>(path: string, body: unknown): Promise<T>;
  postBytes<T>(
    path: string,
    bytes: Blob,
    headers: Record<string, string>,
    onProgress?: Progress,
  ): Promise<T>;
}

/** From this difference on the node is told when the person wrote it, in milliseconds. */
const WRITTEN_DIFFERS_MS = 2000;

/** Kinds whose reader cares when they were written. */
function tellsWhen(item: StoredItem): boolean {
  return item.kind === 'message' || item.kind === 'report' || item.kind === 'answer';
}

function photoPart(item: StoredItem, hashes: readonly string[]): Record<string, unknown> {
  if (item.kind === 'report') {
    return { photos: hashes };
  }
  return hashes[0] === undefined ? {} : { photo: hashes[0] };
}

/** The JSON that goes to the node. */
export function bodyOf(
  item: StoredItem,
  hashes: readonly string[],
  nowMs: number,
): Record<string, unknown> {
  const waited = nowMs - item.writtenMs > WRITTEN_DIFFERS_MS;
  const written = tellsWhen(item) && waited ? { written_ms: item.writtenMs } : {};
  return { ...item.body, ...photoPart(item, hashes), ...written, client_id: item.id };
}

/** What one item needs on its way. */
export interface Trip {
  api: OutboxApi;
  store: OutboxStore;
  /** The node's clock. */
  now(): number;
  /** False once somebody else is logged in: nothing more goes in their name. */
  stillMine(): boolean;
  onProgress: Progress;
}

function goOn(trip: Trip): void {
  if (!trip.stillMine()) {
    throw new Unreachable('stranger');
  }
}

async function sendPhoto(
  trip: Trip,
  item: StoredItem,
  at: number,
  photo: StoredPhoto,
  onProgress: Progress,
): Promise<string> {
  const { api, store } = trip;
  const pieces = await store.readPieces(item.id, at, photo.pieces);
  const bytes = new Blob(pieces, { type: photo.type });
  const headers = {
    'Content-Type': photo.type,
    'X-File-Name': encodeURIComponent(photo.name),
  };
  const seen = await api.postBytes<PhotoSeen>('/photos', bytes, headers, onProgress);
  const { node } = api;
  if (node !== null) {
    await store.change(item.id, (stored) => ({
      ...stored,
      photos: stored.photos.map((old, index) =>
        index === at ? { ...old, sent: { node, hash: seen.hash } } : old,
      ),
    }));
  }
  return seen.hash;
}

/** Sends the whole item; resolves with the node's answer after its commit there. */
export async function sendItem(trip: Trip, item: StoredItem): Promise<unknown> {
  const { api, onProgress } = trip;
  const total = item.photos.reduce((sum, photo) => sum + photo.bytes, 0);
  const hashes: string[] = [];
  let before = 0;
  for (const [at, photo] of item.photos.entries()) {
    goOn(trip);
    if (photo.sent !== null && photo.sent.node === api.node) {
      hashes.push(photo.sent.hash);
    } else {
      const done = before;
      const share: Progress = (part) => onProgress((done + part * photo.bytes) / total);
      hashes.push(await sendPhoto(trip, item, at, photo, share));
    }
    before += photo.bytes;
    onProgress(total === 0 ? 0 : before / total);
  }
  goOn(trip);
  return api.post<unknown>(item.path, bodyOf(item, hashes, trip.now()));
}
