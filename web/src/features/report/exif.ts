// Where and when a JPEG was taken, as a hint before it is sent: the node reads it again and decides.
// Reads only the first segment of metadata, checks every offset, and gives up without a word.
// Not here: other formats (the node reads them), and anything but place and time.

/** What the camera wrote. */
export interface ExifHint {
  position: { lat: number; lon: number; accuracyM: number | null } | null;
  /** The camera's own clock without a zone: "2026-10-08 14:05". */
  taken: string | null;
}

/** Metadata stands in the first bytes of a file; a camera's preview picture may follow in it. */
const HEAD_BYTES = 256 * 1024;
const NOTHING: ExifHint = { position: null, taken: null };

const EXIF_IFD = 0x8769;
const GPS_IFD = 0x8825;
const DATE_TIME_ORIGINAL = 0x9003;
const GPS = { latRef: 1, lat: 2, lonRef: 3, lon: 4, error: 31 } as const;
const ASCII = 2;
const LONG = 4;
const RATIONAL = 5;

interface Tiff {
  view: DataView;
  /** Where the offsets of the file count from. */
  start: number;
  little: boolean;
}
interface Entry {
  type: number;
  count: number;
  /** Where its four bytes of value or offset stand. */
  at: number;
}

function fits(view: DataView, at: number, length: number): boolean {
  return at >= 0 && length >= 0 && at + length <= view.byteLength;
}

/** Where the TIFF structure of the metadata begins, or null. */
function tiffStart(view: DataView): number | null {
  if (!fits(view, 0, 4) || view.getUint16(0) !== 0xffd8) {
    return null;
  }
  let at = 2;
  while (fits(view, at, 10)) {
    const marker = view.getUint16(at);
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) {
      return at + 10;
    }
    if ((marker & 0xff00) !== 0xff00 || marker === 0xffda) {
      return null;
    }
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function entriesAt(tiff: Tiff, offset: number): Map<number, Entry> {
  const { view, start, little } = tiff;
  const entries = new Map<number, Entry>();
  const at = start + offset;
  if (!fits(view, at, 2)) {
    return entries;
  }
  const count = view.getUint16(at, little);
  for (let n = 0; n < count; n += 1) {
    const entry = at + 2 + n * 12;
    if (!fits(view, entry, 12)) {
      break;
    }
    entries.set(view.getUint16(entry, little), {
      type: view.getUint16(entry + 2, little),
      count: view.getUint32(entry + 4, little),
      at: entry + 8,
    });
  }
  return entries;
}

function text(tiff: Tiff, entry: Entry | undefined): string | null {
  if (entry?.type !== ASCII || entry.count > 64) {
    return null;
  }
  const { view, start, little } = tiff;
  const at = entry.count <= 4 ? entry.at : start + view.getUint32(entry.at, little);
  if (!fits(view, at, entry.count)) {
    return null;
  }
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, entry.count);
  return String.fromCharCode(...bytes.filter((byte) => byte !== 0)).trim();
}

function rationals(tiff: Tiff, entry: Entry | undefined, want: number): number[] | null {
  if (entry?.type !== RATIONAL || entry.count < want) {
    return null;
  }
  const { view, start, little } = tiff;
  const at = start + view.getUint32(entry.at, little);
  if (!fits(view, at, want * 8)) {
    return null;
  }
  const values = Array.from({ length: want }, (_, n) => {
    const top = view.getUint32(at + n * 8, little);
    const bottom = view.getUint32(at + n * 8 + 4, little);
    return top / bottom;
  });
  return values.every((value) => Number.isFinite(value)) ? values : null;
}

function degrees(tiff: Tiff, ref: Entry | undefined, value: Entry | undefined): number | null {
  const parts = rationals(tiff, value, 3);
  if (parts === null) {
    return null;
  }
  const [degree = 0, minute = 0, second = 0] = parts;
  const letter = text(tiff, ref);
  const sign = letter === 'S' || letter === 'W' ? -1 : 1;
  return sign * (degree + minute / 60 + second / 3600);
}

function positionOf(tiff: Tiff, gps: Map<number, Entry>): ExifHint['position'] {
  const lat = degrees(tiff, gps.get(GPS.latRef), gps.get(GPS.lat));
  const lon = degrees(tiff, gps.get(GPS.lonRef), gps.get(GPS.lon));
  // Exactly 0/0 is what phones write before they know where they are.
  if (lat === null || lon === null || Math.abs(lat) > 90 || Math.abs(lon) > 180) {
    return null;
  }
  if (lat === 0 && lon === 0) {
    return null;
  }
  const error = rationals(tiff, gps.get(GPS.error), 1)?.[0] ?? null;
  return { lat, lon, accuracyM: error === null ? null : Math.round(error) };
}

function subEntries(tiff: Tiff, entry: Entry | undefined): Map<number, Entry> {
  return entry?.type === LONG
    ? entriesAt(tiff, tiff.view.getUint32(entry.at, tiff.little))
    : new Map<number, Entry>();
}

/** Place and time in the bytes of a JPEG's beginning. */
export function readExif(bytes: ArrayBuffer): ExifHint {
  const view = new DataView(bytes);
  const start = tiffStart(view);
  if (start === null || !fits(view, start, 8)) {
    return NOTHING;
  }
  const tiff: Tiff = { view, start, little: view.getUint16(start) === 0x4949 };
  const main = entriesAt(tiff, view.getUint32(start + 4, tiff.little));
  const taken = text(tiff, subEntries(tiff, main.get(EXIF_IFD)).get(DATE_TIME_ORIGINAL));
  const parts = /^(\d{4}):(\d{2}):(\d{2}) (\d{2}:\d{2})/.exec(taken ?? '');
  return {
    position: positionOf(tiff, subEntries(tiff, main.get(GPS_IFD))),
    taken: parts === null ? null : `${parts[1]}-${parts[2]}-${parts[3]} ${parts[4]}`,
  };
}

/** The same for a file that was picked. Never throws: without a hint the report goes all the same. */
export async function exifOf(file: Blob): Promise<ExifHint> {
  try {
    return readExif(await file.slice(0, HEAD_BYTES).arrayBuffer());
  } catch {
    return NOTHING;
  }
}
