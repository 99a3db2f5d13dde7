/** Keeps the keyboard inside a dialog while it is open, closes it by Escape, and gives the focus back afterwards. */

const FOCUSABLE =
  'a[href],button:not([disabled]),input:not([disabled]),select:not([disabled]),textarea:not([disabled]),summary,[tabindex="0"]';

/** An attachment for the dialog's element. `close` is called on Escape. */
export function trapFocus(close: () => void): (dialog: HTMLElement) => () => void {
  return (dialog) => {
    const origin = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    dialog.focus({ preventScroll: true });

    const keydown = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.isComposing) {
        event.preventDefault();
        event.stopPropagation();
        close();
        return;
      }
      if (event.key !== 'Tab') {
        return;
      }
      const stops = [...dialog.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
        (stop) => stop.getClientRects().length > 0,
      );
      const first = stops[0];
      const last = stops.at(-1);
      if (!first || !last) {
        event.preventDefault();
        return;
      }
      const at = document.activeElement;
      if (!dialog.contains(at)) {
        event.preventDefault();
        first.focus();
      } else if (event.shiftKey && (at === first || at === dialog)) {
        event.preventDefault();
        last.focus();
      } else if (!event.shiftKey && at === last) {
        event.preventDefault();
        first.focus();
      }
    };
    // On the document: the focus may have been on something that has gone since.
    document.addEventListener('keydown', keydown, true);
    return () => {
      document.removeEventListener('keydown', keydown, true);
      if (origin?.isConnected) {
        origin.focus({ preventScroll: true });
      }
    };
  };
}
