// Who is logged in, at which box: the same address may be another box a kilometre further.
import { describe, expect, it } from 'vitest';
import { NodeClock } from '../../src/app/clock.svelte';
import { SessionState } from '../../src/app/session.svelte';
import { Api } from '../../src/lib/api/client';

interface Box {
  id: string;
  me: { account: number; login: string } | null;
  reachable: boolean;
}

function sessionAt(box: Box): SessionState {
  const answer = (body: unknown, status = 200): Response =>
    new Response(status === 204 ? null : JSON.stringify(body), {
      status,
      headers: { 'Content-Type': 'application/json', 'Noroshi-Node': box.id },
    });
  const fetchIt = (input: unknown, init?: RequestInit): Promise<Response> => {
    if (!box.reachable) {
      return Promise.reject(new TypeError('no line'));
    }
    if (String(input).endsWith('/node')) {
      return Promise.resolve(answer({ id: box.id, now_ms: 5000 }));
    }
    if (init?.method === 'DELETE') {
      return Promise.resolve(answer(undefined, 204));
    }
    const refusal = { status: 401, code: 'session_ended', detail: '' };
    return Promise.resolve(box.me === null ? answer(refusal, 401) : answer({ me: box.me }));
  };
  const api = new Api('', {
    fetch: fetchIt,
    upload: () => Promise.reject(new Error()),
  });
  const clock = new NodeClock({ steady: () => 0, wall: () => 0 });
  const session = new SessionState(api, clock, async () => {
    box.reachable = true;
    await Promise.resolve();
  });
  api.listener = {
    heard: (node) => session.heard(node),
    sessionEnded: () => session.lost(),
  };
  return session;
}

const clerk = { account: 4, login: 'daiichi-uke' };
const settled = (): Promise<unknown> => new Promise((next) => setTimeout(next, 5));

describe('at the start', () => {
  it('finds who is logged in', async () => {
    const session = sessionAt({ id: 'a', me: clerk, reachable: true });
    await session.start();
    expect(session.stage).toBe('in');
    expect(session.me?.login).toBe('daiichi-uke');
  });

  it('asks for a log in where nobody is', async () => {
    const session = sessionAt({ id: 'a', me: null, reachable: true });
    await session.start();
    expect(session.stage).toBe('out');
    expect(session.ended).toBe(false);
  });

  it('tries again until a box answers', async () => {
    const session = sessionAt({ id: 'a', me: clerk, reachable: false });
    await session.start();
    expect(session.stage).toBe('in');
    expect(session.unreachable).toBe(false);
  });
});

describe('later', () => {
  it('knows that another box under the same address has its own log in', async () => {
    const box: Box = { id: 'a', me: clerk, reachable: true };
    const session = sessionAt(box);
    await session.start();
    box.id = 'b';
    box.me = null;
    await session.refreshNode();
    await settled();
    expect(session.node?.id).toBe('b');
    expect(session.stage).toBe('out');
  });

  it('says that nothing is lost when the node ends the session', async () => {
    const session = sessionAt({ id: 'a', me: clerk, reachable: true });
    await session.start();
    session.lost();
    expect(session.stage).toBe('out');
    expect(session.ended).toBe(true);
  });

  it('leaves without such a sentence when the person leaves', async () => {
    const session = sessionAt({ id: 'a', me: clerk, reachable: true });
    await session.start();
    await session.logout();
    expect(session.me).toBeNull();
    expect(session.ended).toBe(false);
  });
});
