// The lines of a trial run: cut one, restore it, see what waits. Exists only where a node was started
// as a trial; everywhere else this file is never fetched.
import type { App } from '../../app/context';
import { ApiProblem, Unreachable } from '../../lib/api/client';
import type { DemoState } from '../../lib/api/types';

/** How often the figures are asked for while the panel is open, in milliseconds. */
const EVERY_MS = 2000;

export class DemoControl {
  state = $state.raw<DemoState | null>(null);
  error = $state.raw<ApiProblem | Unreachable | null>(null);
  /** The node whose line is being changed. */
  busy = $state<string | null>(null);

  constructor(private readonly app: App) {}

  /** Follows the lines; gives back what ends it. */
  attach(): () => void {
    void this.load();
    const timer = setInterval(() => void this.load(), EVERY_MS);
    return () => clearInterval(timer);
  }

  async load(): Promise<void> {
    await this.#run(() => this.app.api.get<DemoState>('/demo'));
  }

  /** Cuts or restores the line of a shelter's node. */
  async setLine(node: string, up: boolean): Promise<void> {
    this.busy = node;
    const path = `/demo/lines/${encodeURIComponent(node)}`;
    await this.#run(() => this.app.api.post<DemoState>(path, { up }));
    this.busy = null;
  }

  async #run(ask: () => Promise<DemoState>): Promise<void> {
    try {
      this.state = await ask();
      this.error = null;
    } catch (error) {
      if (!(error instanceof ApiProblem) && !(error instanceof Unreachable)) {
        throw error;
      }
      this.error = error;
    }
  }
}
