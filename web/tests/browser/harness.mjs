// A handful of lines in place of a test framework: tests in order, one line each, totals at the end.
// Nothing here waits a fixed time: `eventually` asks again until a condition holds or its time is up.
import { setTimeout as pause } from 'node:timers/promises';

/** How long a condition may take before the test tells its story, in milliseconds. */
const PATIENCE_MS = 15_000;
const ASK_AGAIN_MS = 50;

/** Thrown by a test that cannot run here; the reason is printed. */
export class Skip extends Error {}

/** Asks until `condition` gives something true; its last error or `story` explains a failure. */
export async function eventually(story, condition, patienceMs = PATIENCE_MS) {
  const end = performance.now() + patienceMs;
  let last = null;
  for (;;) {
    try {
      const value = await condition();
      if (value) {
        return value;
      }
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      const why = last === null ? '' : ` (${String(last).split('\n')[0]})`;
      throw new Error(`within ${patienceMs / 1000} s this did not happen: ${story}${why}`);
    }
    await pause(ASK_AGAIN_MS);
  }
}

export function equal(story, found, wanted) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) {
    throw new Error(`${story}: found ${a}, wanted ${b}`);
  }
}

export class Suite {
  #tests = [];
  passed = 0;
  failed = 0;
  skipped = 0;

  test(name, run) {
    this.#tests.push({ name, run });
  }

  /** The line of totals that ends every run. */
  totals() {
    return `${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`;
  }

  /** Runs everything whose name contains `filter`. `onFailure` may take pictures. */
  async run(filter, onFailure) {
    for (const { name, run } of this.#tests.filter((test) => test.name.includes(filter))) {
      const began = performance.now();
      try {
        await run();
        this.passed += 1;
        console.log(`ok    ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
      } catch (error) {
        if (error instanceof Skip) {
          this.skipped += 1;
          console.log(`SKIP  ${name}: ${error.message}`);
        } else {
          this.failed += 1;
          console.log(
            `FAIL  ${name}\n      ${String(error.stack ?? error).replaceAll('\n', '\n      ')}`,
          );
          await onFailure(name);
        }
      }
    }
    return this.failed === 0;
  }
}
