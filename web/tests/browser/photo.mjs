// A photo as a phone takes it: a real JPEG, drawn by the browser, with place and time written into
// its EXIF part. Made here so that the walk runs without files of anybody.

const TIFF = 8;

/** One entry of an EXIF directory: tag, type (2 text, 4 number, 5 fractions), values. */
function entry(tag, type, count, bytes) {
  return { tag, type, count, bytes };
}

function text(value) {
  return Buffer.from(`${value}\0`, 'latin1');
}

function long(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Degrees as the three fractions that EXIF wants. */
function degrees(value) {
  const whole = Math.floor(value);
  const minutes = Math.floor((value - whole) * 60);
  const seconds = Math.round(((value - whole) * 60 - minutes) * 60 * 1000);
  return Buffer.concat([whole, 1, minutes, 1, seconds, 1000].map(long));
}

/** A directory at `start`: entries, then the values that do not fit into them. */
function directory(start, entries) {
  const head = Buffer.alloc(2 + entries.length * 12 + 4);
  const rest = [];
  let free = start + head.length;
  head.writeUInt16LE(entries.length, 0);
  for (const [at, { tag, type, count, bytes }] of entries.entries()) {
    const place = 2 + at * 12;
    head.writeUInt16LE(tag, place);
    head.writeUInt16LE(type, place + 2);
    head.writeUInt32LE(count, place + 4);
    if (bytes.length <= 4) {
      bytes.copy(head, place + 8);
    } else {
      head.writeUInt32LE(free, place + 8);
      rest.push(bytes);
      free += bytes.length;
    }
  }
  return Buffer.concat([head, ...rest]);
}

/** The EXIF part for a place and a local time such as "2026:11:24 14:08:00". */
function exif({ lat, lon, time }) {
  const camera = (exifAt, gpsAt) =>
    directory(TIFF, [
      entry(0x010f, 2, 8, text('noroshi')),
      entry(0x8769, 4, 1, long(exifAt)),
      entry(0x8825, 4, 1, long(gpsAt)),
    ]);
  const taken = (at) =>
    directory(at, [
      entry(0x9003, 2, time.length + 1, text(time)),
      entry(0x9011, 2, 7, text('+09:00')),
    ]);
  const gps = (at) =>
    directory(at, [
      entry(1, 2, 2, text('N')),
      entry(2, 5, 3, degrees(lat)),
      entry(3, 2, 2, text('E')),
      entry(4, 5, 3, degrees(lon)),
    ]);
  const exifAt = TIFF + camera(0, 0).length;
  const gpsAt = exifAt + taken(exifAt).length;
  const header = Buffer.from([0x49, 0x49, 0x2a, 0, TIFF, 0, 0, 0]);
  const tiff = Buffer.concat([header, camera(exifAt, gpsAt), taken(exifAt), gps(gpsAt)]);
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const marker = Buffer.from([0xff, 0xe1, 0, 0]);
  marker.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([marker, body]);
}

/** A flooded road, 1600×1200, with place and time. */
export async function cameraPhoto(page, where) {
  const base64 = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(1600, 1200);
    const paint = canvas.getContext('2d');
    const fill = (colour, ...box) => {
      paint.fillStyle = colour;
      paint.fillRect(...box);
    };
    fill('#8d99a3', 0, 0, 1600, 600);
    fill('#5f6d63', 0, 420, 1600, 180);
    fill('#a8a39b', 1180, 300, 360, 330);
    fill('#6f6450', 0, 600, 1600, 600);
    for (let line = 0; line < 60; line += 1) {
      fill('#8b8069', (line * 397) % 1600, 620 + line * 9, 180, 5);
    }
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  const jpeg = Buffer.from(base64, 'base64');
  return Buffer.concat([jpeg.subarray(0, 2), exif(where), jpeg.subarray(2)]);
}
