// The only door to the node's HTTP interface. It believes an answer only if it is JSON (or the
// bytes asked for) and names its node: captive windows and strangers' boxes answer with HTML.
// Not here: retries (the outbox), the live socket (socket.ts).
import { ApiProblem, Unreachable, problemFrom } from './problem';
import { upload } from './upload';
import type { Progress, UploadAnswer } from './upload';

export { ApiProblem, Unreachable } from './problem';
export type { UnreachableReason } from './problem';
export type { Progress } from './upload';

/** How long a request may stay without an answer, in milliseconds. */
const ANSWER_MS = 15_000;

/** The outside world of the client; tests hand in their own. */
export interface ApiDoors {
  fetch: typeof fetch;
  upload: typeof upload;
}

/** What the rest of the app wants to hear about every believed answer. */
export interface ApiListener {
  /** An answer of a node has arrived; `node` is its id. */
  heard(node: string): void;
  /** The node refuses this page's session (401 on anything but the log in). */
  sessionEnded(): void;
}

const realDoors: ApiDoors = { fetch: (input, init) => fetch(input, init), upload };

export class Api {
  /** Id of the node that answered last. */
  node: string | null = null;
  /** Language of the sentences in refusals. */
  language = 'ja';
  listener: ApiListener | null = null;

  constructor(
    private readonly base = '/api/v1',
    private readonly doors: ApiDoors = realDoors,
  ) {}

  /** Address of something that an `<img>` or a link loads by itself. */
  url(path: string): string {
    return this.base + path;
  }

  get<T>(path: string): Promise<T> {
    return this.send<T>('GET', path, null);
  }

  /** Sends JSON. The answer is `undefined` for 204. */
  post<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>('POST', path, JSON.stringify(body));
  }

  del(path: string): Promise<void> {
    return this.send<undefined>('DELETE', path, null);
  }

  /** Sends raw bytes; given up when no byte moved for a while, however large the whole is. */
  async postBytes<T>(
    path: string,
    bytes: Blob,
    headers: Record<string, string>,
    onProgress?: Progress,
  ): Promise<T> {
    const answer = await this.doors.upload({
      url: this.base + path,
      bytes,
      headers: { ...headers, Accept: 'application/json', 'Accept-Language': this.language },
      stallMs: ANSWER_MS,
      onProgress,
    });
    return this.believe(path, answer) as T;
  }

  private async send<T>(method: string, path: string, body: string | null): Promise<T> {
    const headers: Record<string, string> = {
      Accept: 'application/json',
      'Accept-Language': this.language,
    };
    if (body !== null) {
      headers['Content-Type'] = 'application/json';
    }
    const limit = AbortSignal.timeout(ANSWER_MS);
    let answer: UploadAnswer;
    try {
      const response = await this.doors.fetch(this.base + path, {
        method,
        headers,
        body,
        signal: limit,
        credentials: 'same-origin',
        cache: 'no-store',
      });
      answer = {
        status: response.status,
        text: await response.text(),
        header: (name) => response.headers.get(name),
      };
    } catch {
      throw new Unreachable(limit.aborted ? 'timeout' : 'network');
    }
    // The shape is the contract's: types.ts says the same as the node's own description.
    return this.believe(path, answer) as T;
  }

  private believe(path: string, answer: UploadAnswer): unknown {
    const node = answer.header('Noroshi-Node');
    const empty = answer.status === 204;
    const json = /^application\/(?:problem\+)?json\b/.test(answer.header('Content-Type') ?? '');
    if (node === null || (!empty && !json)) {
      throw new Unreachable('stranger');
    }
    let body: unknown;
    try {
      body = empty ? undefined : (JSON.parse(answer.text) as unknown);
    } catch {
      throw new Unreachable('stranger');
    }
    this.node = node;
    this.listener?.heard(node);
    if (answer.status >= 200 && answer.status < 300) {
      return body;
    }
    const problem = problemFrom(answer.status, body, answer.header('Retry-After'));
    if (problem.status === 401 && path !== '/session') {
      this.listener?.sessionEnded();
    }
    throw problem;
  }
}

/** True if `error` is the node's own refusal with this code. */
export function refusedWith(error: unknown, code: string): boolean {
  return error instanceof ApiProblem && error.code === code;
}
