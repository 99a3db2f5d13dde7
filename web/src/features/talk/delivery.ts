// How far a message got, in stages and words. Which stages there are depends on where I am: at a
// shelter the box comes before headquarters, at headquarters the shelters come after it.
import type { Message, NodeRole } from '../../lib/api/types';
import type { Translate } from '../../lib/i18n';

/** A wait of this length is worth a colour, in milliseconds. */
export const STAY_MS = 10_000;

/** What the mark beside a bubble shows. */
export interface DeliveryView {
  steps: number;
  lit: number;
  word: string;
  tone: 'grey' | 'read' | 'stay';
}

function readWord(message: Message, t: Translate): string {
  return message.read_count >= message.reader_total
    ? t('deliver.readAll')
    : t('deliver.read', { n: message.read_count });
}

/** The mark of a message that a node holds. `here` is the role of the node I am at. */
export function deliveryOf(message: Message, here: NodeRole, t: Translate): DeliveryView {
  const { delivery } = message;
  if (message.read_count > 0) {
    return { steps: 4, lit: 4, word: readWord(message, t), tone: 'read' };
  }
  const first = here === 'hq' ? t('deliver.hq') : t('deliver.shelter');
  if (delivery.local) {
    return { steps: 3, lit: 2, word: first, tone: 'grey' };
  }
  if (here !== 'hq') {
    return delivery.hq
      ? { steps: 4, lit: 3, word: t('deliver.hq'), tone: 'grey' }
      : { steps: 4, lit: 2, word: first, tone: 'grey' };
  }
  if (delivery.reached === 0) {
    return { steps: 4, lit: 2, word: first, tone: 'grey' };
  }
  const word =
    delivery.place === null
      ? t('deliver.places', { n: delivery.reached, m: delivery.total })
      : t('deliver.place', { place: delivery.place });
  return { steps: 4, lit: 3, word, tone: 'grey' };
}

/** The mark of a message that only this device holds, written at `writtenMs`. */
export function waitingView(
  local: boolean,
  writtenMs: number,
  nowMs: number,
  t: Translate,
): DeliveryView {
  const tone = nowMs - writtenMs >= STAY_MS ? 'stay' : 'grey';
  return { steps: local ? 3 : 4, lit: 1, word: t('deliver.phone'), tone };
}
