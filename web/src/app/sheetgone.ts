/* A sheet takes one step of the window's history and gives it back when it goes. Who goes elsewhere after closing one waits for that, or the step back would undo the way there. */
import { tick } from 'svelte';

/** Longer than this no browser takes for one step of history, in milliseconds. */
const PATIENCE_MS = 500;

/** Resolves once the sheet that was just closed has given its step of history back. */
export async function sheetGone(): Promise<void> {
  await tick();
  const state: unknown = history.state;
  if (typeof state !== 'object' || state === null || !('mark' in state)) {
    return;
  }
  await new Promise<void>((done) => {
    const timer = setTimeout(done, PATIENCE_MS);
    addEventListener(
      'popstate',
      () => {
        clearTimeout(timer);
        done();
      },
      { once: true },
    );
  });
}
