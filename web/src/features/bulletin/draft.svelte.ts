/** A bulletin while it is being written. Every keystroke is kept on this device; nothing here ever goes out by itself. */
import type { Keep } from '../../lib/db/keep';
import type { BulletinDetail, NewBulletin } from '../../lib/api/types';
import { length } from '../../lib/text';

/** Longest title, in characters: it must fit a poster and a television. */
export const TITLE_LIMIT = 40;
/** Longest point, in characters. */
export const POINT_LIMIT = 500;
/** A kept draft older than this is shown with its age before it can go out. */
export const STALE_AFTER_MS = 24 * 3600 * 1000;

interface Kept {
  at: number;
  kind: 'confirmed' | 'notice';
  title: string;
  body: string;
  level: number | null;
  due: number | null;
  public: boolean;
  drill: boolean;
}

function parsed(text: string): Kept | null {
  try {
    // Written by `keep()` of this class; a broken copy is no draft.
    return JSON.parse(text) as Kept;
  } catch {
    return null;
  }
}

/** The text's points: one per line, empty lines don't count. */
export function pointsOf(body: string): string[] {
  return body
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What the person writes and chooses. */
export class Draft {
  kind = $state<'confirmed' | 'notice'>('confirmed');
  title = $state('');
  body = $state('');
  level = $state<number | null>(null);
  /** Minutes until which 了解 is asked, or null where none is asked. */
  due = $state<number | null>(30);
  public = $state(false);
  drill = $state(false);
  /** Recipients by node; null is every shelter. */
  nodes = $state.raw<readonly string[] | null>(null);
  /** When a draft taken from the store was last written to, or null. */
  keptAt = $state<number | null>(null);

  constructor(
    private readonly store: Keep,
    private readonly key: string,
  ) {}

  /** Points as they will be numbered. */
  get points(): string[] {
    return pointsOf(this.body);
  }

  /** What is still missing before it can go out, or null. */
  get missing(): 'title' | 'titleLong' | 'points' | 'recipients' | null {
    if (this.title.trim() === '') {
      return 'title';
    }
    if (length(this.title.trim()) > TITLE_LIMIT) {
      return 'titleLong';
    }
    if (this.points.length === 0) {
      return 'points';
    }
    return this.nodes?.length === 0 ? 'recipients' : null;
  }

  /** Nothing has been written yet. */
  get empty(): boolean {
    return this.title.trim() === '' && this.body.trim() === '';
  }

  /** Takes up what this device kept. True if there was something. */
  restore(): boolean {
    const text = this.store.read(this.key);
    const kept = text === null ? null : parsed(text);
    if (kept === null) {
      return false;
    }
    this.kind = kept.kind;
    this.title = kept.title;
    this.body = kept.body;
    this.level = kept.level;
    this.due = kept.due;
    this.public = kept.public;
    this.drill = kept.drill;
    this.keptAt = kept.at;
    return true;
  }

  /** Begins a correction with everything the corrected one says; same recipients. */
  prefill(from: BulletinDetail, nodes: readonly string[] | null): void {
    this.kind = from.kind;
    this.title = from.title;
    this.body = from.points.join('\n');
    this.level = from.level;
    this.due = from.must_read ? 30 : null;
    this.public = from.public;
    this.drill = from.drill;
    this.nodes = nodes;
  }

  /** Keeps the draft on this device. */
  keep(nowMs: number): void {
    const kept: Kept = {
      at: nowMs,
      kind: this.kind,
      title: this.title,
      body: this.body,
      level: this.level,
      due: this.due,
      public: this.public,
      drill: this.drill,
    };
    this.store.write(this.key, JSON.stringify(kept));
  }

  /** It went out, or was thrown away. */
  forget(): void {
    this.store.forget(this.key);
  }

  /** Back to an empty sheet. */
  clear(): void {
    this.kind = 'confirmed';
    this.title = '';
    this.body = '';
    this.level = null;
    this.due = 30;
    this.public = false;
    this.drill = false;
    this.keptAt = null;
    this.forget();
  }

  /** What is sent. */
  toNew(clientId: string): NewBulletin {
    return {
      client_id: clientId,
      kind: this.kind,
      title: this.title.trim(),
      points: this.points,
      level: this.level,
      must_read: this.due !== null,
      due_minutes: this.due,
      public: this.public,
      drill: this.drill,
      nodes: this.nodes === null ? null : [...this.nodes],
    };
  }

  /** A second person should look first: evacuation information, or everybody must read it. */
  get wantsSecond(): boolean {
    return !this.drill && ((this.level ?? 0) >= 3 || (this.nodes === null && this.due !== null));
  }
}
