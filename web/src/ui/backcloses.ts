/** While something lies over the screen, the phone's own "back" takes it away and does not leave the screen. */

const MARK = 'over';

/** An attachment: one step of history for as long as the element is there. */
export function backCloses(close: () => void): (element: HTMLElement) => () => void {
  return () => {
    const before: unknown = history.state;
    history.pushState({ before, mark: MARK }, '');
    let left = false;
    const popped = (): void => {
      left = true;
      close();
    };
    addEventListener('popstate', popped);
    return () => {
      removeEventListener('popstate', popped);
      const state: unknown = history.state;
      const ours = typeof state === 'object' && state !== null && 'mark' in state;
      if (!left && ours) {
        history.back();
      }
    };
  };
}
