// Hands a file to the person: plain http has no better way than a link that downloads.

export function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Revoking at once would stop slow phones from reading it.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
