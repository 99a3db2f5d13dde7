// A small picture of a photo on this device. A phone's photo decoded at full size costs fifty
// megabytes; ten of them end the page. So: shrunk while decoding, one after the other.

const WIDTH = 480;

/** Makes small pictures, one at a time. */
export class Previews {
  #last: Promise<unknown> = Promise.resolve();

  /** An object URL of a small picture, or null if this browser can't draw the format. The caller revokes it. */
  make(photo: Blob): Promise<string | null> {
    const next = this.#last.then(() => small(photo));
    this.#last = next.catch(() => null);
    return next;
  }
}

async function small(photo: Blob): Promise<string | null> {
  try {
    const bitmap = await createImageBitmap(photo, {
      resizeWidth: WIDTH,
      resizeQuality: 'medium',
      imageOrientation: 'from-image',
    });
    const canvas = document.createElement('canvas');
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    bitmap.close();
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.8));
    return blob === null ? null : URL.createObjectURL(blob);
  } catch {
    return null;
  }
}
