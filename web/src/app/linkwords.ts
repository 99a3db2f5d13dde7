// The two facts of link.ts in words, as the strip under the banner shows them.
import type { HqLink } from '../lib/api/types';
import type { Translate } from '../lib/i18n';
import { age, span } from '../lib/time';
import { hqFact, meFact } from './link';
import type { HqFact, MeFact } from './link';
import type { LiveState } from './live.svelte';

/** What the strip draws, and what a screen reader hears once per change. */
export interface LinkWords {
  me: { tone: 'ok' | 'wait' | 'off' | 'connecting'; words: string };
  hq: { tone: 'plain' | 'cut'; words: string; icon: boolean };
  spoken: string;
}

function meWords(fact: MeFact, t: Translate): LinkWords['me'] {
  switch (fact.kind) {
    case 'ok':
      return { tone: 'ok', words: t('link.ok') };
    case 'off':
      return { tone: 'off', words: t('link.off') };
    case 'connecting':
      return { tone: 'connecting', words: t('link.connecting') };
    case 'wait':
      return { tone: 'wait', words: t('link.wait', { n: fact.count }) };
  }
}

function hqWords(fact: HqFact, t: Translate): LinkWords['hq'] {
  switch (fact.kind) {
    case 'self':
      return { tone: 'plain', words: t('phone.atHq'), icon: true };
    case 'never':
      return { tone: 'plain', words: t('phone.hqUnknown'), icon: true };
    case 'fresh':
      return { tone: 'plain', words: t('link.hqAge', { age: age(fact.ms, t) }), icon: true };
    case 'cut':
      return { tone: 'cut', words: t('link.hqCut', { span: span(fact.ms, t) }), icon: true };
    case 'stalled':
      return { tone: 'cut', words: t('link.hqStalled', { span: span(fact.ms, t) }), icon: true };
    case 'hidden':
      return { tone: 'plain', words: t('link.onThisPhone', { n: fact.count }), icon: false };
  }
}

/** A sentence that changes only when the state does, never with each second. */
function spokenWords(me: LinkWords['me'], fact: HqFact, t: Translate): string {
  switch (fact.kind) {
    case 'cut':
      return t('phone.spokenCut', { me: me.words });
    case 'stalled':
      return t('phone.spokenStalled', { me: me.words });
    case 'self':
    case 'never':
    case 'fresh':
    case 'hidden':
      return me.words;
  }
}

/** Both facts in words. `nowMs` is the node's clock. */
export function linkWords(
  t: Translate,
  state: LiveState,
  hq: HqLink,
  pending: number,
  nowMs: number,
): LinkWords {
  const me = meWords(meFact(state, pending), t);
  const fact = hqFact(hq, nowMs, state, pending);
  const right =
    state === 'connecting'
      ? ({ tone: 'plain', words: t('phone.hqUnknown'), icon: true } as const)
      : hqWords(fact, t);
  return { me, hq: right, spoken: spokenWords(me, fact, t) };
}
