// Items of the outbox as screens and files see them. Pure but for reading photos' pieces.
import type { Lane, OutboxKind, OutboxStore, StoredItem } from '../lib/db/outbox-store';

export type OutboxState = 'preparing' | 'waiting' | 'sending' | 'stuck';

export interface OutboxItem {
  /** Client id. */
  id: string;
  kind: OutboxKind;
  key: string;
  path: string;
  body: Readonly<Record<string, unknown>>;
  lane: Lane;
  /** When the person tapped send, node's clock, Unix milliseconds. */
  writtenMs: number;
  state: OutboxState;
  /** Share of the photos' bytes that the node has, 0 to 1. */
  progress: number;
  photos: readonly { name: string; type: string; bytes: number }[];
  /** Bytes of all photos. */
  bytes: number;
  /** Why it waits or is stuck, in the node's words. Also: phone_full, photo_unreadable. */
  reason: { code: string; detail: string } | null;
}

export interface ExportedFile {
  name: string;
  blob: Blob;
}

function stateOf(item: StoredItem, share: number | null): OutboxState {
  if (item.stage === 'stuck' || item.stage === 'preparing') {
    return item.stage;
  }
  return share === null ? 'waiting' : 'sending';
}

function sentShare(item: StoredItem, bytes: number): number {
  const sent = item.photos.reduce((sum, photo) => sum + (photo.sent === null ? 0 : photo.bytes), 0);
  return bytes === 0 ? 0 : sent / bytes;
}

/** `share`: how much of it has left while it is being sent, else `null`. */
export function shown(item: StoredItem, share: number | null): OutboxItem {
  const bytes = item.photos.reduce((sum, photo) => sum + photo.bytes, 0);
  return {
    id: item.id,
    kind: item.kind,
    key: item.key,
    path: item.path,
    body: item.body,
    lane: item.lane,
    writtenMs: item.writtenMs,
    state: stateOf(item, share),
    progress: Math.max(share ?? 0, sentShare(item, bytes)),
    photos: item.photos.map(({ name, type, bytes: size }) => ({ name, type, bytes: size })),
    bytes,
    reason: item.reason,
  };
}

/** The text as JSON, each photo as it was taken. */
export async function exported(store: OutboxStore, item: StoredItem): Promise<ExportedFile[]> {
  const text = JSON.stringify(
    { kind: item.kind, client_id: item.id, written_ms: item.writtenMs, ...item.body },
    null,
    2,
  );
  const files = [
    { name: `noroshi-${item.id}.json`, blob: new Blob([text], { type: 'application/json' }) },
  ];
  for (const [at, photo] of item.photos.entries()) {
    const pieces = await store.readPieces(item.id, at, photo.pieces);
    const name = photo.name === '' ? `noroshi-${item.id}-${at + 1}` : photo.name;
    files.push({ name, blob: new Blob(pieces, { type: photo.type }) });
  }
  return files;
}
