// Hands a file to the browser's own download, the only way out of a page on plain http.

/** Time after which the browser has surely taken the bytes, in milliseconds. */
const TAKEN_MS = 60_000;

/** Saves `blob` under `name`. */
export function saveFile(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), TAKEN_MS);
}
