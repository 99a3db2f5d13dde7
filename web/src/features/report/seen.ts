// Headquarters has looked at a report: said to the node at once, since it is said from headquarters.
import type { App } from '../../app/context';
import { problemWords } from '../../app/words';
import { ApiProblem, Unreachable } from '../../lib/api/client';
import type { Translate } from '../../lib/i18n';
import { clientId } from '../../lib/ids';

/** Marks the report `id` as seen; says so if it could not. */
export async function markSeen(app: App, id: string, t: Translate): Promise<void> {
  try {
    await app.api.post(`/reports/${encodeURIComponent(id)}/status`, {
      client_id: clientId(),
      seen: true,
    });
  } catch (error) {
    if (!(error instanceof ApiProblem) && !(error instanceof Unreachable)) {
      throw error;
    }
    app.toast.show(problemWords(error, t).title);
  }
}
