// What can go wrong between page and node, as two kinds: the node said no (ApiProblem), or nothing
// that can be believed came from the node (Unreachable).
import type { Problem } from './types';

/** The node answered, and refused. `detail` is a ready sentence in the request's language. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    /** Seconds to wait before the next try, if the node named a time. */
    readonly retryAfter: number | null,
    /** Reference of the node's log entry, for an unexpected error. */
    readonly reference: string | null = null,
  ) {
    super(`${String(status)} ${code}: ${detail}`);
  }

  /** True if the same request may succeed later without a change by the person. */
  get passing(): boolean {
    return this.status === 401 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** Why no answer counts: the line, the clock, or a stranger who answered in the node's place. */
export type UnreachableReason = 'network' | 'timeout' | 'stranger';

/** No answer of a node: nothing is known about whether the request was taken. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';

  constructor(readonly reason: UnreachableReason) {
    super(`no answer from the node (${reason})`);
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;
}

function seconds(text: string | null): number | null {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

/** The refusal in an answer's body. A body that is no problem document is a stranger's. */
export function problemFrom(status: number, body: unknown, retryAfter: string | null): ApiProblem {
  if (!isProblem(body)) {
    throw new Unreachable('stranger');
  }
  const wait = seconds(retryAfter) ?? body.retry_after_s ?? null;
  return new ApiProblem(status, body.code, body.detail, wait, body.id ?? null);
}
