// Both languages complete, their parameters the same, and times as people here read them.
import { describe, expect, it } from 'vitest';
import { hqFact, meFact } from '../../src/app/link';
import { Dictionary, translator } from '../../src/lib/i18n';
import { common as enCommon } from '../../src/lib/i18n/en/common';
import { desk as enDesk } from '../../src/lib/i18n/en/desk';
import { phone as enPhone } from '../../src/lib/i18n/en/phone';
import { common } from '../../src/lib/i18n/ja/common';
import { desk } from '../../src/lib/i18n/ja/desk';
import { phone } from '../../src/lib/i18n/ja/phone';
import type { Entry } from '../../src/lib/i18n/types';
import {
  age,
  clock,
  clockOrDate,
  dateClock,
  dateClockWithYear,
  minutesSeconds,
  span,
} from '../../src/lib/time';

type Everything = Record<'ja' | 'en', Record<string, Entry>>;
const everything: Everything = {
  ja: { ...common, ...phone, ...desk },
  en: { ...enCommon, ...enPhone, ...enDesk },
};
const dictionary = new Dictionary();
await dictionary.load('en', ['phone']);
const ja = translator({ language: 'ja' }, dictionary);
const en = translator({ language: 'en' }, dictionary);
const sentences = (entry: Entry): string[] =>
  typeof entry === 'string' ? [entry] : [entry.one, entry.other];
const names = (sentence: string): string[] =>
  [...sentence.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '').sort();

describe('the dictionary', () => {
  it('has every key in both languages', () => {
    expect(Object.keys(everything.en).sort()).toEqual(Object.keys(everything.ja).sort());
    expect(Object.keys(everything.ja).length).toBeGreaterThan(279);
  });

  it('asks for the same parameters in both', () => {
    const different = Object.entries(everything.ja).filter(([key, japanese]) => {
      const wanted = sentences(japanese).flatMap(names);
      return sentences(everything.en[key] ?? '').some(
        (sentence) => names(sentence).join() !== wanted.join(),
      );
    });
    expect(different.map(([key]) => key)).toEqual([]);
  });

  it('has no empty sentence, no exclamation mark, no word of machines', () => {
    const bad = Object.entries(everything.ja).filter(([, entry]) =>
      sentences(entry).some(
        (sentence) =>
          sentence === '' || /[!！]|サーバー|同期|ペンディング|オフライン/.test(sentence),
      ),
    );
    expect(bad).toEqual([]);
  });

  it('fills in parameters and chooses English plurals', () => {
    expect(ja('link.wait', { n: 3 })).toBe('送信待ち 3件');
    expect(en('common.items', { n: 1 })).toBe('1 item');
    expect(en('common.items', { n: 2 })).toBe('2 items');
  });
});

describe('words that come later', () => {
  it('are Japanese until English is there, and the desk’s words when asked for', async () => {
    const late = new Dictionary();
    const t = translator({ language: 'en' }, late);
    expect(t('tab.home')).toBe('ホーム');
    await late.load('en', ['phone', 'desk']);
    expect(t('tab.home')).toBe('Home');
    expect(t('desk.trial')).toBe('Demo');
  });
});

describe('times', () => {
  const at = Date.UTC(2026, 9, 8, 5, 12, 8);

  it("are Japan's, with 24 hours", () => {
    expect(clock(at)).toBe('14:12');
    expect(clock(Date.UTC(2026, 9, 7, 15, 0))).toBe('00:00');
    expect(dateClock(at)).toBe('10月8日(木) 14:12');
    expect(dateClockWithYear(at, at)).toBe('10月8日(木) 14:12');
    const old = Date.parse('2018-07-25T16:34:00+09:00');
    expect(dateClockWithYear(old, at)).toBe('2018年7月25日 16:34');
    expect(clockOrDate(at, at + 3600_000)).toBe('14:12');
    expect(clockOrDate(at, at + 86_400_000)).toBe('10月8日(木) 14:12');
  });

  it('as ages and lengths', () => {
    expect(age(12_000, ja)).toBe('12秒前');
    expect(age(119_000, ja)).toBe('1分前');
    expect(span(40_000, ja)).toBe('40秒');
    expect(span(119_000, ja)).toBe('119秒');
    expect(span(8 * 60_000, ja)).toBe('8分');
    expect(minutesSeconds(187_400)).toBe('3:07');
    expect(age(-5000, ja), 'a clock that ran ahead').toBe('0秒前');
  });
});

describe('the two facts', () => {
  const hq = { state: 'up', last_exchange_ms: 100_000, since_ms: 0 } as const;

  it('about this device', () => {
    expect(meFact('ok', 0)).toEqual({ kind: 'ok' });
    expect(meFact('ok', 2)).toEqual({ kind: 'wait', count: 2 });
    expect(meFact('off', 2)).toEqual({ kind: 'off' });
  });

  it('about the box and headquarters', () => {
    expect(hqFact(hq, 112_000, 'ok', 0)).toEqual({ kind: 'fresh', ms: 12_000 });
    expect(hqFact(hq, 220_000, 'ok', 0)).toEqual({ kind: 'cut', ms: 120_000 });
    const down = { ...hq, state: 'down', since_ms: 90_000 } as const;
    expect(hqFact(down, 130_000, 'ok', 0), 'a known cut is told at once').toEqual({
      kind: 'cut',
      ms: 40_000,
    });
    expect(hqFact(hq, 112_000, 'off', 3)).toEqual({ kind: 'hidden', count: 3 });
  });
});
