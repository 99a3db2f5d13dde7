// Times as people read them here: 24-hour clock, always Japan's, whatever the phone's zone says.
// Ages and spans are bare parts ({unit, n}) and sentences; the words come from the dictionary.
import type { Translate } from './i18n';

const ZONE = 'Asia/Tokyo';
const clockFormat = new Intl.DateTimeFormat('ja-JP', {
  timeZone: ZONE,
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const secondsFormat = new Intl.DateTimeFormat('ja-JP', {
  timeZone: ZONE,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const dateFormats = {
  ja: new Intl.DateTimeFormat('ja-JP', {
    timeZone: ZONE,
    month: 'long',
    day: 'numeric',
    weekday: 'short',
  }),
  en: new Intl.DateTimeFormat('en-GB', {
    timeZone: ZONE,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  }),
};
const yearFormats = {
  ja: new Intl.DateTimeFormat('ja-JP', {
    timeZone: ZONE,
    year: 'numeric',
    month: 'long',
    day: 'numeric',
  }),
  en: new Intl.DateTimeFormat('en-GB', {
    timeZone: ZONE,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }),
};
const dayFormat = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE });

/** "14:12" */
export function clock(ms: number): string {
  return clockFormat.format(ms);
}

/** "14:12:08" */
export function clockSeconds(ms: number): string {
  return secondsFormat.format(ms);
}

/** "2026-10-08": for comparing days, not for showing. */
export function dayKey(ms: number): string {
  return dayFormat.format(ms);
}

/** 「10月8日(木)」, "Thu 8 Oct" */
export function date(ms: number, language: 'ja' | 'en' = 'ja'): string {
  return dateFormats[language].format(ms);
}

/** 「10月8日(木) 14:12」 */
export function dateClock(ms: number, language: 'ja' | 'en' = 'ja'): string {
  return `${date(ms, language)} ${clock(ms)}`;
}

/** 「10月8日(木) 14:12」 this year, 「2018年7月25日 16:34」 in another: an old photo must not look like a new one. */
export function dateClockWithYear(ms: number, nowMs: number, language: 'ja' | 'en' = 'ja'): string {
  const isThisYear = dayKey(ms).slice(0, 4) === dayKey(nowMs).slice(0, 4);
  const day = isThisYear ? date(ms, language) : yearFormats[language].format(ms);
  return `${day} ${clock(ms)}`;
}

/** "14:12" today, 「10月7日(水) 14:12」 on another day. */
export function clockOrDate(ms: number, nowMs: number, language: 'ja' | 'en' = 'ja'): string {
  return dayKey(ms) === dayKey(nowMs) ? clock(ms) : dateClock(ms, language);
}

/** 「12秒前」 below a minute, then 「3分前」, hours, days. */
export function age(elapsedMs: number, t: Translate): string {
  const seconds = Math.max(0, Math.floor(elapsedMs / 1000));
  if (seconds < 60) {
    return t('time.secAgo', { n: seconds });
  }
  if (seconds < 3600) {
    return t('time.minAgo', { n: Math.floor(seconds / 60) });
  }
  return seconds < 86_400
    ? t('time.hourAgo', { n: Math.floor(seconds / 3600) })
    : t('time.dayAgo', { n: Math.floor(seconds / 86_400) });
}

/** 「40秒」 below two minutes, then 「8分」, 「3時間」, 「2日」. */
export function span(lengthMs: number, t: Translate): string {
  const seconds = Math.max(0, Math.floor(lengthMs / 1000));
  if (seconds < 120) {
    return t('time.seconds', { n: seconds });
  }
  if (seconds < 3600 * 2) {
    return t('time.minutes', { n: Math.floor(seconds / 60) });
  }
  return seconds < 86_400 * 2
    ? t('time.hours', { n: Math.floor(seconds / 3600) })
    : t('time.days', { n: Math.floor(seconds / 86_400) });
}

/** "3:07", for a countdown. */
export function minutesSeconds(lengthMs: number): string {
  const seconds = Math.max(0, Math.floor(lengthMs / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
