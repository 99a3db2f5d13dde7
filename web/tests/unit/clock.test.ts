// The node's clock on a phone whose own clock is wrong, or is set while the page is open.
import { describe, expect, it } from 'vitest';
import { NodeClock } from '../../src/app/clock.svelte';

class Watch {
  steadyMs = 10_000;
  wallMs = 1_700_000_000_000;
  steady = (): number => this.steadyMs;
  wall = (): number => this.wallMs;

  pass(ms: number): void {
    this.steadyMs += ms;
    this.wallMs += ms;
  }
}

describe("the node's clock", () => {
  it('is the phone’s own until a node has spoken, and says so', () => {
    const watch = new Watch();
    const clock = new NodeClock(watch);
    expect(clock.now()).toBe(watch.wallMs);
    expect(clock.known).toBe(false);
  });

  it('goes on from what the node said, whatever happens to the phone’s clock', () => {
    const watch = new Watch();
    const clock = new NodeClock(watch);
    const node = watch.wallMs - 86_400_000;
    clock.adopt(node);
    watch.pass(5000);
    watch.wallMs += 3_600_000;
    expect(clock.now(), 'one day behind, five seconds later').toBe(node + 5000);
    expect(clock.offsetMs).toBe(-86_400_000 - 3_600_000);
  });

  it('does not tremble with the time that answers take', () => {
    const watch = new Watch();
    const clock = new NodeClock(watch);
    clock.adopt(watch.wallMs);
    watch.pass(5000);
    const before = clock.now();
    clock.adopt(before - 300);
    expect(clock.now()).toBe(before);
    clock.adopt(before + 2000);
    expect(clock.now(), 'a real difference counts').toBe(before + 2000);
  });

  it('shows a new second only when told to', () => {
    const watch = new Watch();
    const clock = new NodeClock(watch);
    clock.adopt(watch.wallMs);
    const shown = clock.ms;
    watch.pass(1000);
    expect(clock.ms).toBe(shown);
    clock.tick();
    expect(clock.ms).toBe(shown + 1000);
  });
});
