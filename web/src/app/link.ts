// The two facts that every screen tells, worked out: this device and the box, the box and
// headquarters. Pure; words and looks belong to the component.
import type { HqLink } from '../lib/api/types';
import type { LiveState } from './live.svelte';

/** This device and the box. `wait` has things of this device not yet at the box. */
export type MeFact = { kind: 'ok' | 'off' | 'connecting' } | { kind: 'wait'; count: number };

/** The box and headquarters; `ms` is an age or a length. */
export type HqFact =
  | { kind: 'self' | 'never' }
  | { kind: 'fresh' | 'cut' | 'stalled'; ms: number }
  | { kind: 'hidden'; count: number };

/** From this age on a line that says nothing counts as cut. */
export const CUT_AFTER_MS = 120_000;

export function meFact(state: LiveState, pending: number): MeFact {
  if (state !== 'ok') {
    return { kind: state };
  }
  return pending > 0 ? { kind: 'wait', count: pending } : { kind: 'ok' };
}

/** `pending` is shown instead while the box is out of reach: the phone can't know its line. */
export function hqFact(hq: HqLink, nowMs: number, state: LiveState, pending: number): HqFact {
  if (state === 'off') {
    return { kind: 'hidden', count: pending };
  }
  const age = Math.max(0, nowMs - (hq.last_exchange_ms ?? nowMs));
  const since = Math.max(0, nowMs - (hq.since_ms ?? hq.last_exchange_ms ?? nowMs));
  switch (hq.state) {
    case 'self':
    case 'never':
      return { kind: hq.state };
    case 'down':
      return { kind: 'cut', ms: since };
    case 'stalled':
      return { kind: 'stalled', ms: since };
    case 'up':
      return age >= CUT_AFTER_MS ? { kind: 'cut', ms: age } : { kind: 'fresh', ms: age };
  }
}
