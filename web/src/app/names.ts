/* Names of role accounts where their place is already said above them. */

/** "Reception" for "First School Shelter reception" under the heading of that shelter; else the whole name. */
export function withoutPlace(name: string, place: string): string {
  const rest = name.startsWith(place) ? name.slice(place.length).trim() : name;
  return rest === '' ? name : rest;
}
