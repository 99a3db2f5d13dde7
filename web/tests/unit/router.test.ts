// Addresses of the app, and that ‹ always leads somewhere sensible.
import { describe, expect, it } from 'vitest';
import { Router, hashOf, parseRoute } from '../../src/app/router.svelte';
import type { AddressBar } from '../../src/app/router.svelte';

/** A window's history, as browsers keep it. */
class Bar implements AddressBar {
  entries: { hash: string; depth: number | null }[];
  at = 0;
  moved: () => void = () => undefined;

  constructor(hash: string) {
    this.entries = [{ hash, depth: null }];
  }
  hash(): string {
    return this.entries[this.at]?.hash ?? '';
  }
  push(hash: string): void {
    this.entries = [...this.entries.slice(0, this.at + 1), { hash, depth: null }];
    this.at += 1;
  }
  replace(hash: string): void {
    this.entries[this.at] = { hash, depth: this.depth() };
  }
  back(): void {
    this.at -= 1;
    this.moved();
  }
  depth(): number | null {
    return this.entries[this.at]?.depth ?? null;
  }
  mark(depth: number): void {
    this.entries[this.at] = { hash: this.hash(), depth };
  }
}

function opened(hash: string): { bar: Bar; router: Router } {
  const bar = new Bar(hash);
  const router = new Router(bar);
  bar.moved = () => router.changed();
  return { bar, router };
}

describe('an address', () => {
  const table: [string, string, Record<string, string>][] = [
    ['#/home', 'home', {}],
    ['', 'home', {}],
    ['#/nonsense', 'home', {}],
    ['#/room/aB-_9', 'room', { id: 'aB-_9' }],
    ['#/room/', 'home', {}],
    ['#/bulletins/new', 'bulletinNew', {}],
    ['#/bulletin/x/correct', 'bulletinCorrect', { id: 'x' }],
    ['#/report', 'reportNew', {}],
    ['#/report/7', 'report', { id: '7' }],
    ['#/safety/q/list', 'safetyList', { id: 'q' }],
    ['#/safety/q', 'safetyCheck', { id: 'q' }],
    ['#/room/%E3%81%82', 'room', { id: 'あ' }],
    ['#/room/%E3%8', 'room', { id: '%E3%8' }],
  ];
  it.each(table)('%s leads to %s', (hash, name, params) => {
    expect(parseRoute(hash)).toEqual({ name, params });
  });

  it('is read back as it was made', () => {
    expect(parseRoute(hashOf('room', { id: 'あ/い' }))).toEqual({
      name: 'room',
      params: { id: 'あ/い' },
    });
  });
});

describe('back', () => {
  it('returns to the page before', () => {
    const { router } = opened('#/home');
    router.go('#/talk');
    router.go('#/room/1');
    router.back();
    expect(router.route.name).toBe('talk');
    router.back();
    expect(router.route.name).toBe('home');
  });

  it('leads to the list where this window began inside', () => {
    const { bar, router } = opened('#/room/1');
    router.back();
    expect(router.route.name).toBe('talk');
    expect(bar.entries, 'the window is not left').toHaveLength(1);
  });

  it('counts links that were followed and pages that were left by the browser', () => {
    const { bar, router } = opened('#/home');
    bar.push('#/talk');
    router.changed();
    bar.back();
    expect(router.route.name).toBe('home');
    bar.push('#/bulletins');
    router.changed();
    router.back();
    expect(router.route.name).toBe('home');
    router.back();
    expect(bar.at).toBe(0);
  });
});
