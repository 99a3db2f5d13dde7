// What people rely on when they tap send: nothing lost, nothing twice, in the order of writing.
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { PhoneFull } from '../../src/app/outbox.svelte';
import { ApiProblem } from '../../src/lib/api/client';
import { IdbOutboxStore, PIECE_BYTES } from '../../src/lib/db/outbox-store';
import { Device, FakeNode, message, until } from './outbox-bench';

const ME = '4:daiichi-uke';
const refused = new ApiProblem(422, 'text_too_long', 'too long', null);

let device: Device;
let node: FakeNode;

beforeEach(() => {
  device = new Device();
  node = new FakeNode();
});

describe('order', () => {
  it('sends what was written in one room in the order of writing', async () => {
    const outbox = device.tab(node);
    await outbox.use(ME);
    for (const text of ['one', 'two', 'three']) {
      await outbox.add(message(text));
    }
    await until(() => outbox.items.length === 0, 'the outbox empties');
    expect(node.texts()).toEqual(['one', 'two', 'three']);
  });

  it('keeps the order when the first one fails and is tried again', async () => {
    node.plan('/rooms/r1/messages', new ApiProblem(503, 'busy', 'busy', 5));
    const outbox = device.tab(node);
    await outbox.use(ME);
    await outbox.add(message('one'));
    await outbox.add(message('two'));
    await until(() => outbox.items[0]?.reason?.code === 'busy', 'the node asks to wait');
    outbox.tick();
    expect(node.texts(), 'two must not overtake one').toEqual([]);
    device.wallMs += 6000;
    outbox.tick();
    await until(() => outbox.items.length === 0, 'both are sent after the wait');
    expect(node.texts()).toEqual(['one', 'two']);
  });

  it('lets other rooms go on while one has to wait', async () => {
    node.plan('/rooms/r1/messages', new ApiProblem(503, 'busy', 'busy', 60));
    const outbox = device.tab(node);
    await outbox.use(ME);
    await outbox.add(message('held'));
    await outbox.add(message('free', 'r2'));
    await until(() => node.log.length === 1, 'the other room is served');
    await until(() => outbox.items.length === 1, 'what was sent leaves the outbox');
    expect(node.texts()).toEqual(['free']);
    expect(outbox.items.map((item) => item.body['text'])).toEqual(['held']);
  });

  it('lets text pass a photo that the node has no room for', async () => {
    node.plan('/photos', new ApiProblem(507, 'disk_nearly_full', 'photos wait', 600));
    const outbox = device.tab(node);
    await outbox.use(ME);
    await outbox.add({ ...message('with photo'), blobs: [new Blob(['x'])] });
    await until(() => outbox.items[0]?.reason?.code === 'disk_nearly_full', 'the photo is put off');
    await outbox.add(message('text'));
    await until(() => node.log.length === 1, 'the text goes');
    expect(node.texts()).toEqual(['text']);
  });
});

describe('retry', () => {
  it('uses the same client id, so that a lost answer doubles nothing', async () => {
    node.plan('/rooms/r1/messages', 'lose_answer');
    const outbox = device.tab(node);
    await outbox.use(ME);
    const id = await outbox.add(message('once'));
    await until(() => node.requests.length === 1, 'the first try');
    expect(outbox.items).toHaveLength(1);
    device.wallMs += 10_000;
    outbox.tick();
    await until(() => outbox.items.length === 0, 'the second try is answered');
    expect(node.requests.map((request) => request.body['client_id'])).toEqual([id, id]);
    expect(node.texts()).toEqual(['once']);
  });

  it('tells the node when it was written once it waited for more than two seconds', async () => {
    node.plan('/rooms/r1/messages', 'no_line');
    const outbox = device.tab(node);
    await outbox.use(ME);
    const written = device.wallMs;
    await outbox.add(message('late'));
    await until(() => node.requests.length === 1, 'the first try');
    device.wallMs += 60_000;
    outbox.wake();
    await until(() => outbox.items.length === 0, 'it is sent');
    expect(node.requests[0]?.body['written_ms']).toBeUndefined();
    expect(node.log[0]?.body['written_ms']).toBe(written);
  });

  it('keeps everything over a reload of the page', async () => {
    node.plan('/rooms/r1/messages', 'no_line');
    const before = device.tab(node);
    await before.use(ME);
    await before.add(message('kept'));
    await until(() => node.requests.length === 1, 'the first try');
    await before.use(null);
    const after = device.tab(node);
    device.wallMs += 20_000;
    await after.use(ME);
    await until(() => node.log.length === 1, 'the new page sends it');
    expect(node.texts()).toEqual(['kept']);
  });

  it('sends nothing of one account in the name of another', async () => {
    node.plan('/rooms/r1/messages', 'no_line');
    const outbox = device.tab(node);
    await outbox.use(ME);
    await outbox.add(message('mine'));
    await until(() => node.requests.length === 1, 'the first try');
    device.wallMs += 20_000;
    await outbox.use('5:daiichi-seki');
    outbox.wake();
    expect(outbox.items).toEqual([]);
    expect(outbox.others).toBe(1);
    expect(node.requests).toHaveLength(1);
    await outbox.use(ME);
    await until(() => node.log.length === 1, 'sent once its writer is back');
  });
});

describe('refusal', () => {
  it('sets one refused item aside and goes on with the rest', async () => {
    node.plan('/rooms/r1/messages', 'take', refused, 'take');
    const outbox = device.tab(node);
    await outbox.use(ME);
    for (const text of ['one', 'poisoned', 'three']) {
      await outbox.add(message(text));
    }
    await until(() => node.log.length === 2, 'the others pass');
    await until(() => outbox.items[0]?.state === 'stuck', 'the refused one is shown');
    expect(node.texts()).toEqual(['one', 'three']);
    expect(outbox.items[0]?.reason).toEqual({ code: 'text_too_long', detail: 'too long' });
    await outbox.retry(outbox.items[0]?.id ?? '');
    await until(() => outbox.items.length === 0, 'a try by hand sends it');
    expect(node.texts()).toEqual(['one', 'three', 'poisoned']);
  });

  it('forgets a refused mark of having read: nobody has to care', async () => {
    node.plan('/rooms/r1/read', new ApiProblem(404, 'room_unknown', 'gone', null));
    const outbox = device.tab(node);
    await outbox.use(ME);
    await outbox.add({ kind: 'read', key: 'read:r1', path: '/rooms/r1/read', body: { upto: 3 } });
    await until(() => outbox.items.length === 0, 'the mark goes away');
    expect(node.log).toEqual([]);
  });

  it('keeps only the newest mark of having read', async () => {
    node.plan('/rooms/r1/read', 'no_line');
    const outbox = device.tab(node);
    await outbox.use(ME);
    for (const upto of [1, 2, 3]) {
      await outbox.add({ kind: 'read', key: 'read:r1', path: '/rooms/r1/read', body: { upto } });
      await until(() => outbox.items[0]?.state !== 'sending', 'the try ends');
    }
    expect(outbox.items.map((item) => item.body['upto'])).toEqual([3]);
    expect(outbox.countPending, 'marks are not counted as waiting').toBe(0);
  });

  it('can take back that something was thrown away', async () => {
    node.plan('/rooms/r1/messages', refused);
    const outbox = device.tab(node);
    await outbox.use(ME);
    const id = await outbox.add(message('poisoned'));
    await until(() => outbox.items[0]?.state === 'stuck', 'refused');
    const undo = await outbox.drop(id);
    expect(outbox.items).toEqual([]);
    await undo();
    expect(outbox.items.map((item) => item.state)).toEqual(['stuck']);
  });
});

describe('photos', () => {
  const photo = (bytes: number): Blob => new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' });
  const report = (...blobs: Blob[]): Parameters<ReturnType<Device['tab']>['add']>[0] => ({
    kind: 'report',
    key: 'reports',
    path: '/reports',
    body: { what: 'flood' },
    blobs,
  });

  it('goes on after a torn line with what the node does not have yet', async () => {
    node.plan('/photos', 'take', 'no_line');
    const outbox = device.tab(node);
    await outbox.use(ME);
    await outbox.add(report(photo(PIECE_BYTES * 2 + 5), photo(700)));
    await until(() => outbox.items[0]?.state === 'waiting' && node.photos.length === 1, 'torn');
    expect(outbox.items[0]?.progress, 'the first photo counts as sent').toBeGreaterThan(0.9);
    const later = device.tab(node);
    await outbox.use(null);
    device.wallMs += 20_000;
    await later.use(ME);
    await until(() => node.log.length === 1, 'the report arrives');
    expect(node.photos, 'the first photo went once, whole').toEqual([PIECE_BYTES * 2 + 5, 700]);
    expect(node.log[0]?.body['photos']).toEqual(['hash-524293', 'hash-700']);
  });

  it('sends photos again to another box that does not have them', async () => {
    node.plan('/reports', 'no_line');
    const outbox = device.tab(node);
    await outbox.use(ME);
    await outbox.add(report(photo(900)));
    await until(() => node.requests.length === 1, 'the photo is at the first box');
    node.node = 'node-b';
    device.wallMs += 20_000;
    outbox.tick();
    await until(() => node.log.length === 1, 'the report is at the second box');
    expect(node.photos).toEqual([900, 900]);
  });

  it('sends nothing more once somebody else is logged in', async () => {
    const outbox = device.tab(node);
    await outbox.use(ME);
    const sent = node.postBytes.bind(node);
    node.postBytes = async (path, bytes) => {
      const answer = await sent(path, bytes);
      await outbox.use('5:daiichi-seki');
      return answer as never;
    };
    await outbox.add(report(photo(900)));
    await until(() => node.photos.length === 1, 'the photo goes');
    await until(() => outbox.others === 1, 'the report waits for its writer');
    expect(node.requests).toEqual([]);
  });

  it('says that this device is full, and keeps the text', async () => {
    const store = new IdbOutboxStore();
    store.writePieces = () => Promise.reject(new DOMException('no room', 'QuotaExceededError'));
    const outbox = device.tab(node, store);
    await outbox.use(ME);
    const full = await outbox.add(report(photo(900))).then(
      () => null,
      (error: unknown) => error,
    );
    expect(full).toBeInstanceOf(PhoneFull);
    expect(outbox.items[0]?.reason?.code).toBe('phone_full');
    expect(node.requests, 'nothing is sent behind the back').toEqual([]);
    await outbox.textOnly(outbox.items[0]?.id ?? '');
    await until(() => node.log.length === 1, 'the text alone goes');
    expect(node.log[0]?.body).toMatchObject({ what: 'flood', photos: [] });
  });

  it('believes a write only at the end of its transaction', async () => {
    const store = new IdbOutboxStore();
    await store.all();
    const real = Object.getOwnPropertyDescriptor(IDBObjectStore.prototype, 'put');
    const realPut = real?.value as (
      this: IDBObjectStore,
      ...args: unknown[]
    ) => IDBRequest<IDBValidKey>;
    IDBObjectStore.prototype.put = function put(this: IDBObjectStore, ...args: unknown[]) {
      const request = realPut.apply(this, args);
      // As browsers do when the disk is full: success first, then the abort.
      request.addEventListener('success', () => this.transaction.abort());
      return request;
    };
    try {
      await expect(store.writePieces('x', 0, [new ArrayBuffer(8)])).rejects.toThrow();
    } finally {
      IDBObjectStore.prototype.put = realPut;
    }
    expect(await store.readPieces('x', 0, 1)).toEqual([]);
  });
});

describe('two tabs', () => {
  it('let one of them send, and the other take over when it is gone', async () => {
    const first = new IdbOutboxStore();
    const second = new IdbOutboxStore();
    const t = device.wallMs;
    expect(await first.lead('a', 5000, t)).toBe(true);
    expect(await second.lead('b', 5000, t + 1000)).toBe(false);
    expect(await first.lead('a', 5000, t + 2000)).toBe(true);
    expect(await second.lead('b', 5000, t + 6999)).toBe(false);
    expect(await second.lead('b', 5000, t + 7001), 'the holder was silent').toBe(true);
    expect(await first.lead('a', 5000, t + 7002)).toBe(false);
    expect(await first.lead('a', 5000, t - 3_600_000), 'the clock was set back').toBe(true);
  });

  it('show the same and send each thing once', async () => {
    const left = device.tab(node);
    const right = device.tab(node);
    await left.use(ME);
    await right.use(ME);
    const heard: string[] = [];
    left.onSent((item) => heard.push(`left ${String(item.body['text'])}`));
    right.onSent((item) => heard.push(`right ${String(item.body['text'])}`));
    await Promise.all([left.add(message('from left')), right.add(message('from right', 'r2'))]);
    await until(() => node.log.length === 2, 'both are sent');
    await until(() => left.items.length + right.items.length === 0, 'both tabs see it');
    expect(node.requests).toHaveLength(2);
    expect(heard.sort()).toEqual([
      'left from left',
      'left from right',
      'right from left',
      'right from right',
    ]);
  });
});
