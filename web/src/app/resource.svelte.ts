// One thing that a screen shows, loaded from the node and kept true by the live link. In the first
// three seconds shapes stand in its place, afterwards what this device received last, with its time.
// Not here: what somebody wrote and the node hasn't got (the outbox), and how it is merged in.
import { ApiProblem, Unreachable } from '../lib/api/client';
import type { Api } from '../lib/api/client';
import type { Keep } from '../lib/db/keep';
import type { NodeClock } from './clock.svelte';
import type { Live } from './live.svelte';

/** So long the shapes stay before the last known content takes their place. */
const PATIENCE_MS = 3000;
/** Longer texts are not kept: the store of a phone is small, and the outbox goes first. */
const KEPT_CHARACTERS = 300_000;

/** What a resource needs of the app. */
export interface ResourceHost {
  readonly api: Api;
  readonly live: Live;
  readonly clock: NodeClock;
  readonly keep: Keep;
  readonly session: { readonly me: { account: number; node: string } | null };
}

/** Why nothing new came: the node refused, or nobody answered. */
export type LoadProblem = ApiProblem | Unreachable;

interface Kept<T> {
  at: number;
  data: T;
}

export class Resource<T> {
  /** The content, or null while there is none. */
  data = $state.raw<T | null>(null);
  /** When `data` came, on the node's clock; null as long as it is this connection's. */
  receivedMs = $state<number | null>(null);
  /** When the last answer came, on the node's clock; 0 before the first. */
  loadedMs = $state(0);
  problem = $state.raw<LoadProblem | null>(null);
  /** Three seconds have passed. */
  late = $state(false);
  #loading = false;
  #again = false;
  #attached = 0;

  constructor(
    private readonly host: ResourceHost,
    readonly path: string,
    private readonly topics: readonly string[],
  ) {}

  /** True where shapes should be drawn. */
  get waiting(): boolean {
    return this.data === null && this.problem === null && !this.late;
  }

  /** Loads, follows the live link, and gives back what ends it. */
  attach(): () => void {
    this.#attached += 1;
    const stops = this.topics.map((topic) => this.host.live.on(topic, () => void this.load()));
    const patience = setTimeout(() => {
      this.late = true;
      this.#recall();
    }, PATIENCE_MS);
    if (this.host.live.state === 'off') {
      // Nobody will answer soon: what is known stands at once.
      this.#recall();
    }
    void this.load();
    return () => {
      this.#attached -= 1;
      clearTimeout(patience);
      for (const stop of stops) {
        stop();
      }
    };
  }

  /** Asks the node. Calls that come while one is under way end in one more. */
  async load(): Promise<void> {
    if (this.#loading) {
      this.#again = true;
      return;
    }
    this.#loading = true;
    try {
      do {
        this.#again = false;
        await this.#once();
      } while (this.#askedAgain() && this.#attached > 0);
    } finally {
      this.#loading = false;
    }
  }

  /** Takes an answer that came another way, such as that of a write. */
  put(data: T): void {
    this.data = data;
    this.receivedMs = null;
    this.loadedMs = this.host.clock.now();
    this.problem = null;
    this.#remember(data);
  }

  /** Somebody asked while the last answer was on its way. */
  #askedAgain(): boolean {
    return this.#again;
  }

  async #once(): Promise<void> {
    try {
      this.put(await this.host.api.get<T>(this.path));
    } catch (error) {
      if (!(error instanceof ApiProblem) && !(error instanceof Unreachable)) {
        throw error;
      }
      this.problem = error;
      this.#recall();
    }
  }

  get #key(): string | null {
    const me = this.host.session.me;
    return me === null ? null : `last.${me.node}.${me.account}.${this.path}`;
  }

  #remember(data: T): void {
    const key = this.#key;
    const text = JSON.stringify({ at: this.host.clock.now(), data } satisfies Kept<T>);
    if (key !== null && text.length <= KEPT_CHARACTERS) {
      this.host.keep.write(key, text);
    }
  }

  #recall(): void {
    const key = this.#key;
    if (key === null || this.data !== null) {
      return;
    }
    const text = this.host.keep.read(key);
    if (text !== null) {
      // Written by `#remember` of the same version of this app, or thrown away.
      const kept = JSON.parse(text) as Kept<T>;
      this.data = kept.data;
      this.receivedMs = kept.at;
    }
  }
}
