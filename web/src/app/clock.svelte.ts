// The node's clock as this page knows it. Phones are wrong by minutes or days: ages, countdowns and
// the written time of a message follow the node. Between two answers the page's own steady counter
// carries it on, so that a phone whose clock is set meanwhile shows nothing wrong.

/** Where time comes from; tests hand in their own. */
export interface TimeSource {
  /** Milliseconds that only ever grow, from any origin. */
  steady(): number;
  /** The device's wall clock, Unix milliseconds. */
  wall(): number;
}

const device: TimeSource = { steady: () => performance.now(), wall: () => Date.now() };

/** Below this an answer's age explains the difference; the old offset stays. */
const JITTER_MS = 400;

export class NodeClock {
  /** The node's time at the last tick of a second: read it to be redrawn each second. */
  ms = $state(0);
  /** True once a node has told its time. Without it no countdown may be shown. */
  known = $state(false);
  #ahead: number;

  constructor(private readonly source: TimeSource = device) {
    this.#ahead = source.wall() - source.steady();
    this.ms = this.now();
  }

  /** The node's time now, Unix milliseconds. */
  now(): number {
    return Math.round(this.source.steady() + this.#ahead);
  }

  /** Node's clock minus this device's, in milliseconds. */
  get offsetMs(): number {
    return this.now() - this.source.wall();
  }

  /** The node has just said that it is `nodeMs`. */
  adopt(nodeMs: number): void {
    const ahead = nodeMs - this.source.steady();
    if (!this.known || Math.abs(ahead - this.#ahead) > JITTER_MS) {
      this.#ahead = ahead;
    }
    this.known = true;
    this.tick();
  }

  /** Shows the current time; called once a second and when the page comes back. */
  tick(): void {
    this.ms = this.now();
  }
}
