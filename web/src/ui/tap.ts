/** Guards against the second half of a nervous double tap: the same control does nothing twice within this time. */
export const DOUBLE_TAP_MS = 600;

/** Returns a function that runs `act` at most once per `DOUBLE_TAP_MS`, measured with `clock` (milliseconds). */
export function once<Args extends unknown[]>(
  act: (...args: Args) => void,
  clock: () => number = () => performance.now(),
): (...args: Args) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (...args: Args) => {
    const now = clock();
    if (now - last < DOUBLE_TAP_MS) {
      return;
    }
    last = now;
    act(...args);
  };
}
