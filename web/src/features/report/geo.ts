// Distances on the ground, good enough to say "near".
import type { Site } from '../../lib/api/types';

/** A place by its coordinates, degrees. */
export interface Spot {
  lat: number;
  lon: number;
}

/** A place of the list with its distance from somewhere, if that is known. */
export interface NearSite {
  site: Site & Spot;
  distanceM: number | null;
}

const EARTH_M = 6_371_000;

/** Metres between two places. */
export function distanceM(a: Spot, b: Spot): number {
  const rad = Math.PI / 180;
  const mean = ((a.lat + b.lat) / 2) * rad;
  const x = (b.lon - a.lon) * rad * Math.cos(mean);
  const y = (b.lat - a.lat) * rad;
  return Math.hypot(x, y) * EARTH_M;
}

function placed(site: Site): (Site & Spot) | null {
  const { lat, lon } = site;
  return lat === null || lon === null ? null : { ...site, lat, lon };
}

/** Places with coordinates: the nearest first if `from` is known, else as the list has them. */
export function nearest(sites: readonly Site[], from: Spot | null): NearSite[] {
  const all = sites
    .map(placed)
    .filter((site) => site !== null)
    .map((site) => ({ site, distanceM: from === null ? null : distanceM(from, site) }));
  return from === null ? all : all.sort((a, b) => (a.distanceM ?? 0) - (b.distanceM ?? 0));
}
