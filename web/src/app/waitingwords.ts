/* What waits towards a shelter and what is expected from it, in words. */
import type { NodeRow, Waiting } from '../lib/api/types';
import type { Translate } from '../lib/i18n';
import { bytes } from '../lib/text';

/** What still has to go to the shelter. */
function outWords(out: Waiting, t: Translate): string {
  if (out.total === 0) {
    return t('desk.none');
  }
  return out.photos > 0
    ? t('desk.waiting.outPhotos', { n: out.total, photos: out.photos })
    : t('shelter.out', { n: out.total });
}

/** What the shelter has announced and not yet brought. */
export function inWords(coming: NodeRow['in'], t: Translate): string {
  return coming.photos === 0
    ? t('desk.none')
    : t('desk.waiting.in', { n: coming.photos, size: bytes(coming.photo_bytes) });
}

/** Both in one cell of the table. */
export function waitingWords(row: NodeRow, t: Translate): string {
  const parts = [
    row.out.total > 0 ? outWords(row.out, t) : '',
    row.in.photos > 0 ? t('desk.waiting.inShort', { n: row.in.photos }) : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? t('desk.none') : parts.join(t('desk.dot'));
}
