/* What a report says in words at the desk: what happened, how deep, where, and how its photos stand. */
import type { Photo, Report, What } from '../../lib/api/types';
import type { Translate } from '../../lib/i18n';

/** The word for what happened. */
export function whatWord(what: What, t: Translate): string {
  switch (what) {
    case 'flood':
      return t('report.flood');
    case 'river':
      return t('report.river');
    case 'slide':
      return t('report.slide');
    case 'other':
      return t('desk.reports.other');
  }
}

/** The depth with its measure, or null where none was given. */
export function depthWord(depth: number | null, t: Translate): string | null {
  switch (depth) {
    case 0:
      return t('report.depth0');
    case 1:
      return t('report.depth1');
    case 2:
      return t('report.depth2');
    case 3:
      return t('report.depth3');
    case 4:
      return t('report.depth4');
    case null:
    default:
      return null;
  }
}

/** The place's name; its nearest shelter where it has no name of its own; or that it has none. */
export function placeWord(report: Report, t: Translate): string {
  const place = report.place;
  if (place === null) {
    return t('report.noPlace');
  }
  if (place.name !== '') {
    return place.name;
  }
  return place.nearest === null
    ? coordinates(place)
    : t('desk.reports.near', { name: place.nearest.name });
}

/** "38.2521, 140.3396" */
export function coordinates(at: { lat: number; lon: number }): string {
  return `${at.lat.toFixed(4)}, ${at.lon.toFixed(4)}`;
}

/** Distance rounded so that it promises no more than it knows. */
export function distance(metres: number): string {
  return metres >= 1000 ? `${(metres / 1000).toFixed(1)} km` : `${Math.round(metres / 10) * 10} m`;
}

/** Formats that browsers show; HEIC they don't. */
export function showable(photo: Photo): boolean {
  return photo.format !== 'heic';
}

/** The best picture this node has for looking at. */
export function viewOf(
  photo: Photo,
  original: boolean,
): 'original' | 'preview' | 'thumbnail' | null {
  if (original && photo.original === 'here' && showable(photo)) {
    return 'original';
  }
  if (photo.preview) {
    return 'preview';
  }
  return photo.thumbnail ? 'thumbnail' : null;
}

/** Reads "38.25, 140.33" as people type or paste it, full-width digits included. Null if it is no place on earth. */
export function parseCoordinates(text: string): { lat: number; lon: number } | null {
  const parts = text
    .normalize('NFKC')
    .split(/[,、\s]+/)
    .filter((part) => part !== '');
  const [lat, lon] = parts.map(Number);
  if (parts.length !== 2 || lat === undefined || lon === undefined) {
    return null;
  }
  const real =
    Number.isFinite(lat) && Number.isFinite(lon) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  return real ? { lat, lon } : null;
}

/** The camera's clock as it stood, in milliseconds that show the same hands again in Japan's zone. */
export function cameraTime(civil: string): number {
  return Date.parse(`${civil.slice(0, 19).replace(' ', 'T')}+09:00`);
}
