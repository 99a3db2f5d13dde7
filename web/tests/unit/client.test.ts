// What the page believes: only JSON from a node that names itself.
import { describe, expect, it } from 'vitest';
import { Api, ApiProblem, Unreachable } from '../../src/lib/api/client';

function api(answer: () => Response | Promise<Response>): Api {
  return new Api('/api/v1', {
    fetch: () => Promise.resolve().then(answer),
    upload: () => Promise.reject(new Unreachable('network')),
  });
}

const json = (body: unknown, status = 200, more: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', 'Noroshi-Node': 'node-a', ...more },
  });

const failure = async (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => 'no error',
    (error: unknown) => error,
  );

describe('an answer', () => {
  it('is taken if it is JSON from a node, whose id is remembered', async () => {
    const client = api(() => json({ x: 1 }));
    expect(await client.get('/home')).toEqual({ x: 1 });
    expect(client.node).toBe('node-a');
  });

  const strangers: [string, () => Response][] = [
    ['a sign-in page with status 200', () => new Response('<html>', { status: 200 })],
    [
      'HTML, though it names a node',
      () =>
        new Response('<html>', {
          headers: { 'Content-Type': 'text/html', 'Noroshi-Node': 'node-a' },
        }),
    ],
    [
      'JSON of something that is no node',
      () => new Response('{}', { headers: { 'Content-Type': 'application/json' } }),
    ],
    [
      'JSON that is cut off',
      () =>
        new Response('{"a":', {
          headers: { 'Content-Type': 'application/json', 'Noroshi-Node': 'node-a' },
        }),
    ],
    ['a refusal without a code', () => json({ message: 'bad gateway' }, 502)],
  ];
  it.each(strangers)('is not believed: %s', async (_name, answer) => {
    const error = await failure(api(answer).get('/home'));
    expect(error).toBeInstanceOf(Unreachable);
    expect((error as Unreachable).reason).toBe('stranger');
  });

  it('that never comes is the line, not the node', async () => {
    const error = await failure(api(() => Promise.reject(new TypeError('failed'))).get('/home'));
    expect((error as Unreachable).reason).toBe('network');
  });
});

describe('a refusal', () => {
  it('carries code, sentence and the time to wait', async () => {
    const body = { type: '', title: '', status: 507, code: 'disk_full', detail: 'full' };
    const error = await failure(api(() => json(body, 507, { 'Retry-After': '30' })).get('/home'));
    expect(error).toBeInstanceOf(ApiProblem);
    expect(error).toMatchObject({
      code: 'disk_full',
      detail: 'full',
      retryAfter: 30,
      passing: true,
    });
  });

  it('of the session is told, but not while logging in', async () => {
    const body = { type: '', title: '', status: 401, code: 'session_ended', detail: '' };
    const client = api(() => json(body, 401));
    let ended = 0;
    client.listener = { heard: () => undefined, sessionEnded: () => (ended += 1) };
    await failure(client.post('/session', {}));
    expect(ended).toBe(0);
    await failure(client.get('/home'));
    expect(ended).toBe(1);
  });
});
