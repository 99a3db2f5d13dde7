// Copies text where the clipboard interface is absent: on plain http only the old command works.

/** Puts `text` on the clipboard. True if the browser says that it did. */
export function copyText(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.setAttribute('readonly', '');
  field.className = 'vh';
  document.body.append(field);
  field.select();
  // Deprecated, and the only way without a secure context.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const done = document.execCommand('copy');
  field.remove();
  return done;
}
