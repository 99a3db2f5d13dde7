// A screen that is fetched after the first one stands. Once it is there it opens without a moment
// of emptiness.
import type { Component } from 'svelte';

export class LateScreen<Props extends Record<string, never> | { id: string }> {
  component = $state.raw<Component<Props> | null>(null);
  /** The box was out of reach when it was last asked for. */
  failed = $state(false);

  constructor(private readonly fetchIt: () => Promise<{ default: Component<Props> }>) {}

  async load(): Promise<void> {
    if (this.component !== null) {
      return;
    }
    this.failed = false;
    try {
      this.component = (await this.fetchIt()).default;
    } catch {
      this.failed = true;
    }
  }
}
