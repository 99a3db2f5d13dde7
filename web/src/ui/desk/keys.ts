/* Keys of the desk: single letters act only when nobody is writing, and never while an input method composes kanji. */

/** What a key does. `true` means: handled, keep the browser's own action away. */
export type KeyBindings = Record<string, (() => void) | undefined>;

/** True while an input method is choosing characters. Safari reports the last key only by its old number. */
export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) {
    return false;
  }
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) {
    return true;
  }
  if (target instanceof HTMLSelectElement) {
    return true;
  }
  return (
    target instanceof HTMLInputElement &&
    !['checkbox', 'radio', 'button', 'submit', 'file'].includes(target.type)
  );
}

/** Is a sheet open? Then the keys of the page below rest; the sheet has its own. */
function underSheet(event: KeyboardEvent): boolean {
  const sheet = document.querySelector('[role="dialog"]');
  return sheet !== null && !(event.target instanceof Node && sheet.contains(event.target));
}

function nameOf(event: KeyboardEvent): string {
  if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
    return 'ctrl+enter';
  }
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return '';
  }
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

/** Makes a handler for `<svelte:window onkeydown>`. `letters` false switches single characters off. */
export function onKeys(
  bindings: KeyBindings,
  letters: () => boolean = () => true,
): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.defaultPrevented || composing(event)) {
      return;
    }
    const name = nameOf(event);
    const act = bindings[name];
    if (act === undefined || name === '') {
      return;
    }
    const single = name.length === 1;
    const inDialog =
      event.target instanceof Element && event.target.closest('[role="dialog"]') !== null;
    if (single && (!letters() || isWriting(event.target) || inDialog || underSheet(event))) {
      return;
    }
    if ((name === 'ArrowDown' || name === 'ArrowUp') && isWriting(event.target)) {
      return;
    }
    if (name === 'Escape' && (isWriting(event.target) || inDialog)) {
      // Escape leaves the field first; the text stays.
      if (isWriting(event.target) && event.target instanceof HTMLElement && !inDialog) {
        event.target.blur();
      }
      return;
    }
    if (name === 'Enter' && event.target instanceof Element && event.target.closest('a,button')) {
      return;
    }
    if (name === 'ctrl+enter' && underSheet(event)) {
      return;
    }
    event.preventDefault();
    act();
  };
}

/** The neighbour of `current` in `keys`, `by` rows on; stays at the ends, begins at the first. */
export function step(keys: readonly string[], current: string | null, by: number): string | null {
  if (keys.length === 0) {
    return null;
  }
  const at = current === null ? -1 : keys.indexOf(current);
  const next = at < 0 ? 0 : Math.min(keys.length - 1, Math.max(0, at + by));
  return keys[next] ?? null;
}

/** Puts the focus on the row with this key (`data-row`) and brings it into view. */
export function focusRow(key: string | null): void {
  if (key === null) {
    return;
  }
  requestAnimationFrame(() => {
    const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`);
    row?.scrollIntoView({ block: 'nearest' });
    row?.focus({ preventScroll: true });
  });
}
