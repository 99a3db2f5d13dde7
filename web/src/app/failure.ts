/* What to say when a write of the desk failed: one sentence, whatever refused. Programming errors are not swallowed. */
import { ApiProblem, Unreachable } from '../lib/api/client';
import type { Translate } from '../lib/i18n';
import { problemWords } from './words';

/** The sentence for a refused or unanswered request. */
export function failureWords(error: unknown, t: Translate): string {
  if (error instanceof ApiProblem || error instanceof Unreachable) {
    const words = problemWords(error, t);
    return words.detail === '' ? words.title : `${words.title} ${words.detail}`;
  }
  throw error;
}
