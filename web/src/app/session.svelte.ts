// Who is logged in at the node that answers. A session belongs to one node: when another box
// answers under the same address, whoever was logged in at the first is not logged in here.
import { ApiProblem, Unreachable } from '../lib/api/client';
import type { Api } from '../lib/api/client';
import type { Me, NodeInfo, Session } from '../lib/api/types';
import type { NodeClock } from './clock.svelte';

/** `starting`: nothing known yet. `out`: somebody must log in. `in`: `me` is logged in. */
export type SessionStage = 'starting' | 'out' | 'in';

/** Waiting time before the next try at the start, in milliseconds. */
const RETRY_MS = 2000;

export class SessionState {
  me = $state.raw<Me | null>(null);
  node = $state.raw<NodeInfo | null>(null);
  stage = $state<SessionStage>('starting');
  /** The node ended the session while somebody worked: the log in page says that nothing is lost. */
  ended = $state(false);
  /** No node answers at the start: the log in page says which Wi-Fi to join. */
  unreachable = $state(false);
  #run = 0;

  constructor(
    private readonly api: Api,
    private readonly clock: NodeClock,
    private readonly wait: (ms: number) => Promise<void> = (ms) =>
      new Promise((done) => setTimeout(done, ms)),
  ) {}

  /** Asks the node who it is and who I am, again and again until it answers. */
  async start(): Promise<void> {
    const run = ++this.#run;
    while (run === this.#run) {
      try {
        await this.#ask(run);
        return;
      } catch (error) {
        if (!(error instanceof Unreachable) && !(error instanceof ApiProblem)) {
          throw error;
        }
        this.unreachable = error instanceof Unreachable;
      }
      await this.wait(RETRY_MS);
    }
  }

  async login(login: string, password: string): Promise<void> {
    const session = await this.api.post<Session>('/session', { login, password });
    this.#enter(session.me);
  }

  /** Leaves this device. What waits in the outbox stays, for the same account. */
  async logout(): Promise<void> {
    try {
      await this.api.del('/session');
    } catch (error) {
      if (!(error instanceof ApiProblem && error.status === 401)) {
        throw error;
      }
    }
    this.#leave(false);
  }

  /** The node no longer knows this page's session. */
  lost(): void {
    if (this.stage === 'in') {
      this.#leave(true);
    }
  }

  /** An answer came from the node `id`: if it is another box, everything is asked anew. */
  heard(id: string): void {
    if (this.node !== null && this.node.id !== id) {
      this.node = null;
      this.#leave(this.stage === 'in');
      void this.start();
    }
  }

  /** Asks again what the node says about itself: a drill may have begun. */
  async refreshNode(): Promise<void> {
    this.#learn(await this.api.get<NodeInfo>('/node'));
  }

  async #ask(run: number): Promise<void> {
    const node = await this.api.get<NodeInfo>('/node');
    const me = await this.#whoAmI();
    if (run !== this.#run) {
      return;
    }
    this.unreachable = false;
    this.#learn(node);
    if (me === null) {
      this.me = null;
      this.stage = 'out';
    } else {
      this.#enter(me);
    }
  }

  async #whoAmI(): Promise<Me | null> {
    try {
      return (await this.api.get<Session>('/session')).me;
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) {
        return null;
      }
      throw error;
    }
  }

  #learn(node: NodeInfo): void {
    this.node = node;
    this.clock.adopt(node.now_ms);
  }

  #enter(me: Me): void {
    this.me = me;
    this.ended = false;
    this.unreachable = false;
    this.stage = 'in';
  }

  #leave(ended: boolean): void {
    this.me = null;
    this.ended = ended;
    this.stage = 'out';
  }
}
