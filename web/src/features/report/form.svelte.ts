// A photo report while it is being made. What was chosen and written survives a reload (phones throw
// the page away while their camera is open); photos do not, they are on the phone anyway.
import type { App } from '../../app/context';
import type { NewReport, What } from '../../lib/api/types';
import { exifOf } from './exif';
import type { ExifHint } from './exif';
import { Previews } from './preview';
import { hasDepth } from './words';

/** Photos of one report. */
export const MOST_PHOTOS = 10;
/** Bytes of one photo that the node takes. */
export const MOST_MB = 30;

/** One photo that was picked. `url` is null while it is being drawn, or where it can't be. */
export interface PickedPhoto {
  id: number;
  file: File;
  url: string | null;
  hint: ExifHint;
}

/** Why a picked file was not taken. */
export type Refused =
  { kind: 'not_image'; file: string } | { kind: 'too_large'; mb: number } | { kind: 'too_many' };

type Place = NonNullable<NewReport['place']>;
interface KeptDraft {
  what: What | null;
  depth: NewReport['depth'];
  remark: string;
}

/** Some systems hand over a camera's own format without naming its type. */
function looksLikeImage(file: File): boolean {
  return file.type.startsWith('image/') || /\.(?:jpe?g|png|webp|hei[cf])$/i.test(file.name);
}

export class ReportFormState {
  photos = $state.raw<readonly PickedPhoto[]>([]);
  what = $state<What | null>(null);
  depth = $state<NewReport['depth']>(null);
  remark = $state('');
  /** A place that was chosen by hand; it goes before what the photos say. */
  chosen = $state.raw<Place | null>(null);
  refused = $state.raw<readonly Refused[]>([]);
  readonly #previews = new Previews();
  readonly #key: string;
  #next = 1;

  constructor(private readonly app: App) {
    const me = app.session.me;
    this.#key = `report.${me?.node ?? ''}.${me?.account ?? 0}`;
    const kept = app.keep.read(this.#key);
    if (kept !== null) {
      // Written by `keep` below: the same shape comes back.
      const draft = JSON.parse(kept) as KeptDraft;
      this.what = draft.what;
      this.depth = draft.depth;
      this.remark = draft.remark;
    }
  }

  /** The place of the first photo that has one. */
  readonly fromPhoto = $derived.by(
    () => this.photos.find((photo) => photo.hint.position !== null)?.hint.position ?? null,
  );
  /** The time of the first photo that has one. */
  readonly taken = $derived.by(
    () => this.photos.find((photo) => photo.hint.taken !== null)?.hint.taken ?? null,
  );
  /** What will be sent as the place. */
  readonly place = $derived.by((): Place | null => {
    if (this.chosen !== null || this.fromPhoto === null) {
      return this.chosen;
    }
    return { lat: this.fromPhoto.lat, lon: this.fromPhoto.lon, name: '', source: 'photo' };
  });

  /** Takes the files that are photos and says what is wrong with the others. */
  async add(files: readonly File[]): Promise<void> {
    const refused: Refused[] = [];
    for (const file of files) {
      if (!looksLikeImage(file)) {
        refused.push({ kind: 'not_image', file: file.name });
      } else if (file.size > MOST_MB * 1_000_000) {
        refused.push({ kind: 'too_large', mb: Math.ceil(file.size / 1_000_000) });
      } else if (this.photos.length >= MOST_PHOTOS) {
        refused.push({ kind: 'too_many' });
        break;
      } else {
        await this.#take(file);
      }
    }
    this.refused = refused;
  }

  remove(id: number): void {
    const gone = this.photos.find((photo) => photo.id === id);
    if (gone?.url) {
      URL.revokeObjectURL(gone.url);
    }
    this.photos = this.photos.filter((photo) => photo.id !== id);
  }

  /** Keeps what was chosen and written. */
  keep(): void {
    const draft: KeptDraft = { what: this.what, depth: this.depth, remark: this.remark };
    this.app.keep.write(this.#key, JSON.stringify(draft));
  }

  /** Puts the report into the outbox. From then on it is safe on this device. */
  async send(): Promise<void> {
    const what = this.what ?? 'other';
    await this.app.outbox.add({
      kind: 'report',
      key: 'reports',
      path: '/reports',
      body: {
        what,
        depth: hasDepth(what) ? this.depth : null,
        place: this.place,
        remark: this.remark.trim(),
        ...(this.app.session.node?.drill === true ? { drill: true } : {}),
      },
      blobs: this.photos.map((photo) => photo.file),
    });
    this.app.keep.forget(this.#key);
  }

  /** Frees the small pictures. */
  close(): void {
    for (const photo of this.photos) {
      if (photo.url !== null) {
        URL.revokeObjectURL(photo.url);
      }
    }
  }

  async #take(file: File): Promise<void> {
    const id = this.#next++;
    const hint = await exifOf(file);
    this.photos = [...this.photos, { id, file, url: null, hint }];
    const url = await this.#previews.make(file);
    this.photos = this.photos.map((photo) => (photo.id === id ? { ...photo, url } : photo));
  }
}
