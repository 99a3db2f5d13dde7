/* The words of the hazards a place is meant for. A code this version doesn't know is shown as it came. */
import type { Translate } from '../../lib/i18n';
import type { PlainKey } from '../../lib/i18n/plain';

const WORDS: Readonly<Record<string, PlainKey>> = {
  flood: 'desk.hazard.flood',
  slope_failure: 'desk.hazard.slope',
  storm_surge: 'desk.hazard.surge',
  earthquake: 'desk.hazard.earthquake',
  tsunami: 'desk.hazard.tsunami',
  large_fire: 'desk.hazard.fire',
  inland_flood: 'desk.hazard.inland',
  volcano: 'desk.hazard.volcano',
};

/** The word for a hazard's code. */
export function hazardWord(code: string, t: Translate): string {
  const key = WORDS[code];
  return key === undefined ? code : t(key);
}
