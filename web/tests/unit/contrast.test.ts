// Contrast of the colours that are used on each other, computed over the CSS that ships, in the
// three looks. Limits: text 4.5 (outdoors 7), controls and graphics 3 (outdoors 4.5).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../src/styles/tokens.css', import.meta.url), 'utf8');

type Colours = ReadonlyMap<string, string>;

function declarations(block: string): [string, string][] {
  return [...block.matchAll(/--nr-([\w-]+):\s*(#[0-9a-f]{6})\b/gi)].map((found) => [
    found[1] ?? '',
    found[2] ?? '',
  ]);
}

function look(name: 'light' | 'dark' | 'outdoor'): Colours {
  const blocks = [...css.matchAll(/([^{}]+)\{([^{}]*)\}/g)].filter(([, selector = '']) => {
    const plain = selector.replace(/\/\*[^]*?\*\//g, '');
    const screen = !plain.includes('print') && !plain.includes('@media');
    const named = new RegExp(`["']${name}["']`).test(plain);
    return screen && (/:root\s*$/.test(plain.trim()) || named);
  });
  return new Map(blocks.flatMap(([, , body = '']) => declarations(body)));
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(colours: Colours, front: string, back: string): number {
  const [a, b] = [front, back].map((name) => luminance(colours.get(name) ?? ''));
  const [low = 0, high = 0] = [a ?? Number.NaN, b ?? Number.NaN].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const TEXT: Record<string, string[]> = {
  text: ['surface', 'bg', 'surface-2', 'attn-weak', 'ok-weak', 'primary-weak', 'room'],
  'text-2': ['surface', 'bg', 'surface-2', 'room', 'attn-weak', 'primary-weak'],
  link: ['surface', 'bg', 'surface-2'],
  ok: ['surface', 'ok-weak', 'bg', 'room', 'primary-weak'],
  attn: ['surface', 'attn-weak', 'bg', 'room', 'primary-weak', 'surface-2'],
  'on-primary': ['primary'],
  'on-primary-weak': ['primary-weak'],
  'on-attn-fill': ['attn-fill'],
  'on-off': ['off'],
  'on-mine': ['mine'],
  'on-theirs': ['theirs'],
  'drill-text': ['drill-plate'],
  'on-role': ['role-hq', 'role-shelter', 'role-field', 'role-admin'],
};
const GRAPHICS: Record<string, string[]> = {
  'line-strong': ['surface', 'bg'],
  primary: ['surface', 'bg'],
  'ok-line': ['surface', 'ok-weak'],
  'attn-line': ['surface', 'attn-weak'],
  off: ['surface', 'room'],
  focus: ['surface', 'bg'],
  'focus-gap': ['primary'],
  'lv-edge': ['surface'],
  'attn-fill': ['surface'],
};
const LEVELS: Record<string, string[]> = Object.fromEntries(
  [1, 2, 3, 4, 5].map((level) => [`on-lv${level}`, [`lv${level}`]]),
);

const pairs = (table: Record<string, string[]>): [string, string][] =>
  Object.entries(table).flatMap(([front, backs]) =>
    backs.map((back): [string, string] => [front, back]),
  );

describe.each(['light', 'dark', 'outdoor'] as const)('in the look "%s"', (name) => {
  const colours = look(name);
  const below = (table: Record<string, string[]>, least: number): string[] =>
    pairs(table)
      .map(([front, back]): [string, number] => [
        `${front} on ${back}`,
        contrast(colours, front, back),
      ])
      .filter(([, found]) => !(found >= least))
      .map(([pair, found]) => `${pair}: ${found.toFixed(2)} < ${least}`);

  it('text can be read', () => {
    expect(below(TEXT, name === 'outdoor' ? 7 : 4.5)).toEqual([]);
  });

  it('controls and marks can be seen', () => {
    expect(below(GRAPHICS, name === 'outdoor' ? 4.5 : 3)).toEqual([]);
  });

  it('numbers of alert levels can be read', () => {
    expect(below(LEVELS, 4.5)).toEqual([]);
  });
});

describe('the three looks', () => {
  it('are really three', () => {
    const grounds = (['light', 'dark', 'outdoor'] as const).map((name) => look(name).get('bg'));
    expect(new Set(grounds).size, 'each look was found in the file').toBe(3);
  });
});

describe('the alert levels', () => {
  it('have the colours that the government fixed, in every look', () => {
    for (const name of ['light', 'dark', 'outdoor'] as const) {
      const fixed = [1, 2, 3, 4, 5].map((level) => look(name).get(`lv${level}`)?.toLowerCase());
      expect(fixed).toEqual(['#ffffff', '#f2e700', '#ff2800', '#aa00aa', '#0c000c']);
    }
  });
});
