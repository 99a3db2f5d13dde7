/* How a shelter's line to headquarters stands, as kind and length; words and looks are the screens'. */
import type { HqLink } from '../lib/api/types';
import { CUT_AFTER_MS } from './link';

/** State of a line seen from headquarters. `ms` is the age of the last exchange, or since when it is cut or stalled. */
export type LineFact = { kind: 'self' | 'never' } | { kind: 'ok' | 'cut' | 'stalled'; ms: number };

/** What to say about a line at `nowMs`. */
export function lineFact(link: HqLink, nowMs: number): LineFact {
  const last = link.last_exchange_ms;
  const age = Math.max(0, nowMs - (last ?? nowMs));
  const since = Math.max(0, nowMs - (link.since_ms ?? last ?? nowMs));
  switch (link.state) {
    case 'self':
    case 'never':
      return { kind: link.state };
    case 'down':
      return { kind: 'cut', ms: since };
    case 'stalled':
      return { kind: 'stalled', ms: since };
    case 'up':
      return age >= CUT_AFTER_MS ? { kind: 'cut', ms: age } : { kind: 'ok', ms: age };
  }
}

/** True where nothing sent now arrives at once. */
export function isCut(link: HqLink, nowMs: number): boolean {
  const fact = lineFact(link, nowMs);
  return fact.kind === 'cut' || fact.kind === 'never';
}
