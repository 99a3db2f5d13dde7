// The live link to the node: one socket, judged by time. A socket whose line was cut stays open for
// minutes, and nothing tells: so silence counts, not events. Where a socket can't be had, the same
// facts are asked for every five seconds.
// Invariant: after every new connection each subscriber is told once that anything may have changed.
import { ApiProblem, Unreachable } from '../lib/api/client';
import type { Api } from '../lib/api/client';
import type { LiveHandlers, LiveSocket } from '../lib/api/socket';
import type { Counts, Home, HqLink, Link, LiveEvent } from '../lib/api/types';
import type { NodeClock } from './clock.svelte';
import { Topics } from './topics';
import type { LiveListener } from './topics';

/** The node beats every 5 s: three beats missed, and the link counts as dead. */
const SILENCE_MS = 15_000;
/** A socket that is not open by then won't be: into a hole it would wait for two minutes. */
const CONNECT_MS = 8_000;
/** So long after the last answer a page without a socket still says that it is connected. */
const GRACE_MS = 10_000;
/** 「つないでいます」 at most so long after opening. */
const OPENING_MS = 3_000;
const POLL_MS = 5_000;
const RETRY_BASE_MS = 500;
const RETRY_CAP_MS = 8_000;
const RETRY_LEAST_MS = 250;

export type LiveState = 'connecting' | 'ok' | 'off';

/** Something may have changed while nobody listened: load everything shown anew. */
const EVERYTHING: LiveEvent = { type: 'changed', topics: ['*'] };
const NO_COUNTS: Counts = { home: 0, talk: 0, bulletins: 0, reports: 0, safety: 0 };
const NO_LINK: HqLink = { state: 'never', last_exchange_ms: null, since_ms: null };

/** The outside world of the link; tests hand in their own. */
export interface LiveDoors {
  open(handlers: LiveHandlers): LiveSocket;
  /** Milliseconds that only ever grow. */
  steady(): number;
  /** 0 to 1. */
  random(): number;
}

export class Live {
  state = $state<LiveState>('connecting');
  hq = $state.raw<HqLink>(NO_LINK);
  counts = $state.raw<Counts>(NO_COUNTS);
  /** How many items the box has not yet passed on to headquarters. */
  waitingBox = $state(0);
  cutSites = $state(0);
  connectedSites = $state(0);

  readonly #topics = new Topics();
  #running = false;
  #socket: LiveSocket | null = null;
  #open = false;
  #began = 0;
  #startedAt = 0;
  /** Last believed answer by whatever way; the socket's own last word is `#lastEvent`. */
  #lastHeard: number | null = null;
  #lastEvent = 0;
  #retryAt = 0;
  #failures = 0;
  #pollAt = 0;
  #polling = false;

  constructor(
    private readonly api: Api,
    private readonly clock: NodeClock,
    private readonly doors: LiveDoors,
  ) {}

  /** Node's clock minus device's clock, in milliseconds. */
  get offsetMs(): number {
    return this.clock.offsetMs;
  }

  /** Calls `fn` for events of `topic`, and whenever anything may have changed. */
  on(topic: string, fn: LiveListener): () => void {
    return this.#topics.on(topic, fn);
  }

  /** Begins for a person who has logged in. */
  start(): void {
    this.stop();
    this.#running = true;
    this.#startedAt = this.doors.steady();
    this.#lastHeard = null;
    this.state = 'connecting';
    this.#connect();
  }

  /** Ends: the person has left, the figures are not the next person's. */
  stop(): void {
    this.#running = false;
    this.#drop();
    this.counts = NO_COUNTS;
    this.hq = NO_LINK;
    this.waitingBox = 0;
    this.#failures = 0;
  }

  /** Any believed answer of the node, by whatever way. */
  heard(): void {
    this.#lastHeard = this.doors.steady();
    this.#judge();
  }

  /** The page is looked at again, or the device thinks it is online: look at once. */
  wake(): void {
    this.#retryAt = 0;
    this.tick();
  }

  /** Looks at the time; called once a second. */
  tick(): void {
    if (!this.#running) {
      return;
    }
    const now = this.doors.steady();
    if (this.#socket !== null && this.#open && now - this.#lastEvent >= SILENCE_MS) {
      this.#lose();
    } else if (this.#socket !== null && !this.#open && now - this.#began >= CONNECT_MS) {
      this.#lose();
    } else if (this.#socket === null && now >= this.#retryAt) {
      this.#connect();
    }
    if (!this.#open && this.#failures > 1 && now >= this.#pollAt) {
      void this.#poll();
    }
    this.#judge();
  }

  #connect(): void {
    this.#began = this.doors.steady();
    this.#open = false;
    this.#socket = this.doors.open({
      opened: () => {
        this.#open = true;
        this.#lastEvent = this.doors.steady();
        this.heard();
        this.#topics.tellAll(EVERYTHING);
      },
      event: (event) => this.#take(event),
      closed: () => this.#lose(),
    });
  }

  #drop(): void {
    this.#socket?.drop();
    this.#socket = null;
    this.#open = false;
  }

  #lose(): void {
    this.#drop();
    const spread = Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#retryAt = this.doors.steady() + RETRY_LEAST_MS + this.doors.random() * spread;
    this.#judge();
  }

  #take(event: LiveEvent): void {
    this.#failures = 0;
    this.#lastEvent = this.doors.steady();
    this.heard();
    switch (event.type) {
      case 'beat':
        this.#socket?.beat();
        this.clock.adopt(event.now_ms);
        this.hq = event.hq;
        this.waitingBox = event.waiting;
        this.cutSites = event.cut_sites;
        this.connectedSites = event.connected_sites;
        this.counts = event.counts;
        break;
      case 'message':
        this.#topics.tell(`room:${event.room}`, event);
        this.#topics.tell('rooms', event);
        break;
      case 'changed':
        for (const topic of event.topics) {
          this.#topics.tell(topic, event);
        }
        break;
    }
  }

  async #poll(): Promise<void> {
    if (this.#polling) {
      return;
    }
    this.#polling = true;
    try {
      const [link, home] = await Promise.all([
        this.api.get<Link>('/link'),
        this.api.get<Home>('/home'),
      ]);
      this.hq = link.hq;
      this.waitingBox = link.waiting.total;
      this.cutSites = link.cut_sites;
      this.connectedSites = link.connected_sites;
      this.counts = home.counts;
      this.#topics.tellAll(EVERYTHING);
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof ApiProblem)) {
        throw error;
      }
    } finally {
      this.#polling = false;
      this.#pollAt = this.doors.steady() + POLL_MS;
    }
  }

  #judge(): void {
    const now = this.doors.steady();
    const patience = this.#open ? SILENCE_MS : GRACE_MS;
    if (this.#lastHeard !== null && now - this.#lastHeard < patience) {
      this.state = 'ok';
    } else if (this.#lastHeard === null && now - this.#startedAt < OPENING_MS) {
      this.state = 'connecting';
    } else {
      this.state = 'off';
    }
  }
}
