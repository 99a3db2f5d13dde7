/* Rules of the call list: what a row says and how many are still to be called. Pure, for tests. */
import type { CallRow, SafetyAnswer, SafetyPerson } from '../../lib/api/types';
import type { PlainKey } from '../../lib/i18n/plain';

/** What a call ended with, in the order of the buttons in the row. */
export type Outcome = SafetyAnswer | 'absent' | 'wrong';

/** The buttons of a row, in their fixed order; their keys are 1 to 5. */
export const OUTCOMES: readonly { id: Outcome; words: PlainKey }[] = [
  { id: 'safe', words: 'safety.safe' },
  { id: 'hurt', words: 'safety.hurt' },
  { id: 'help', words: 'desk.calls.help' },
  { id: 'absent', words: 'safety.absent' },
  { id: 'wrong', words: 'safety.wrongNumber' },
];

/** Body of the write for an outcome. */
export function markOf(outcome: Outcome): { mark: string; answer?: SafetyAnswer } {
  switch (outcome) {
    case 'safe':
    case 'hurt':
    case 'help':
      return { mark: 'reached', answer: outcome };
    case 'absent':
      return { mark: 'not_reached' };
    case 'wrong':
      return { mark: 'wrong_number' };
  }
}

/** Why somebody has not answered. */
export function stateKey(state: CallRow['state']): PlainKey {
  switch (state) {
    case 'not_delivered':
      return 'bulletin.notArrived';
    case 'delivered':
      return 'safety.reachedNoAnswer';
    case 'read':
      return 'desk.calls.readNoAnswer';
  }
}

/** Counts over the list: reached, absent (or wrong number), not called yet. */
export function tally(rows: readonly CallRow[]): { reached: number; absent: number; open: number } {
  const reached = rows.filter((row) => row.call?.mark === 'reached').length;
  const absent = rows.filter(
    (row) => row.call?.mark === 'not_reached' || row.call?.mark === 'wrong_number',
  ).length;
  return { reached, absent, open: rows.length - reached - absent };
}

/** Not yet answered by place: those with most open first. */
export function byPlace(
  people: readonly SafetyPerson[],
): { place: string; open: number; total: number }[] {
  const places = [...new Set(people.map((one) => one.node_name))];
  return places
    .map((place) => {
      const there = people.filter((one) => one.node_name === place);
      const open = there.filter((one) => one.answer === null).length;
      return { place, open, total: there.length };
    })
    .sort((a, b) => b.open - a.open || b.total - a.total);
}
