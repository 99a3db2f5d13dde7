/* The words of the alert levels while a bulletin is being written; an issued one brings its own from the node. */
import type { PlainKey } from '../../lib/i18n/plain';

/** Levels with the key of their word. 1 and 2 are the weather agency's, 3 to 5 the municipality's. */
export const LEVELS: readonly { level: number; words: PlainKey }[] = [
  { level: 5, words: 'level.5' },
  { level: 4, words: 'level.4' },
  { level: 3, words: 'level.3' },
  { level: 2, words: 'desk.level.2' },
  { level: 1, words: 'desk.level.1' },
];

/** Key of a level's word. */
export function levelKey(level: number): PlainKey {
  return LEVELS.find((one) => one.level === level)?.words ?? 'desk.level.none';
}
