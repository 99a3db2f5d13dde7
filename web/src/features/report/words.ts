// Reports in words: what, how deep, where, when by the camera, and how far it got.
import type { Report, What } from '../../lib/api/types';
import type { Key, Translate } from '../../lib/i18n';
import { dateClockWithYear } from '../../lib/time';

/** What can have happened, in the order of the form. */
export const WHATS: readonly What[] = ['flood', 'river', 'slide', 'other'];

const whats: Record<
  What,
  Key & ('report.flood' | 'report.river' | 'report.slide' | 'phone.report.other')
> = {
  flood: 'report.flood',
  river: 'report.river',
  slide: 'report.slide',
  other: 'phone.report.other',
};

/** The word for what happened. */
export function whatWord(what: What, t: Translate): string {
  return t(whats[what]);
}

/** True where a depth of water means something. */
export function hasDepth(what: What | null): boolean {
  return what === 'flood' || what === 'river';
}

/** The five depths as the picker shows them: word and measure apart. */
export function depthWords(t: Translate): { word: string; measure: string }[] {
  return [
    { word: t('report.depth0'), measure: '' },
    { word: t('phone.report.ankle'), measure: t('phone.report.ankleCm') },
    { word: t('phone.report.knee'), measure: t('phone.report.kneeCm') },
    { word: t('phone.report.waist'), measure: t('phone.report.waistCm') },
    { word: t('phone.report.chest'), measure: t('phone.report.chestCm') },
  ];
}

/** Depth as one word with its measure, or null. */
export function depthWord(depth: number | null, t: Translate): string | null {
  const words = depth === null ? undefined : depthWords(t)[depth];
  return words === undefined ? null : `${words.word} ${words.measure}`.trim();
}

/** The place in a few words: its name, near what it is, or its coordinates. */
export function placeWord(place: Report['place'], t: Translate): string {
  if (place === null) {
    return t('phone.report.noPlace');
  }
  if (place.name !== '') {
    return place.name;
  }
  return place.nearest === null
    ? coordinates(place.lat, place.lon, t)
    : t('phone.report.near', { name: place.nearest.name });
}

/** Latitude and longitude as people read them out. */
export function coordinates(lat: number, lon: number, t: Translate): string {
  return t('phone.report.coordinates', { lat: lat.toFixed(4), lon: lon.toFixed(4) });
}

/** A distance in metres or kilometres. */
export function distance(metres: number): string {
  return metres < 1000 ? `${Math.round(metres / 10) * 10} m` : `${(metres / 1000).toFixed(1)} km`;
}

/** The camera's clock, which knows no zone, as date and time of day. */
export function cameraTime(civil: string, nowMs: number, language: 'ja' | 'en'): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})/.exec(civil);
  if (parts === null) {
    return civil;
  }
  const [, year, month, day, hour, minute] = parts.map(Number);
  // The numbers are Japan's own clock: nine hours ahead of UTC.
  const ms = Date.UTC(year ?? 0, (month ?? 1) - 1, day, (hour ?? 0) - 9, minute);
  return dateClockWithYear(ms, nowMs, language);
}
