/* Which desk screen an address opens, and which screens stand in the list for a role. */
import type { Counts, Role } from '../lib/api/types';
import type { PlainKey } from '../lib/i18n/plain';
import type { IconName } from '../ui/icons';
import type { Route, RouteName } from './router.svelte';

/** The desk's screens. */
export type ScreenName =
  | 'shelters'
  | 'talk'
  | 'bulletins'
  | 'compose'
  | 'correct'
  | 'bulletin'
  | 'reports'
  | 'safety'
  | 'import'
  | 'admin';

/** A screen and the id of what it shows. */
export interface Place {
  screen: ScreenName;
  id: string | null;
}

/** One entry of the list of screens. */
export interface NavItem {
  path: string;
  icon: IconName;
  words: PlainKey;
  key: string;
  count: keyof Counts | null;
  screens: readonly ScreenName[];
}

const SHELTERS: NavItem = {
  path: 'shelters',
  icon: 'house',
  words: 'nav.shelters',
  key: '1',
  count: null,
  screens: ['shelters'],
};
const IMPORT: NavItem = {
  path: 'import',
  icon: 'swap',
  words: 'nav.import',
  key: '6',
  count: null,
  screens: ['import'],
};
const PUBLISHER: readonly NavItem[] = [
  SHELTERS,
  { path: 'talk', icon: 'talk', words: 'tab.talk', key: '2', count: 'talk', screens: ['talk'] },
  {
    path: 'bulletins',
    icon: 'board',
    words: 'tab.board',
    key: '3',
    count: 'bulletins',
    screens: ['bulletins', 'compose', 'correct', 'bulletin'],
  },
  {
    path: 'reports',
    icon: 'camera',
    words: 'tab.report',
    key: '4',
    count: 'reports',
    screens: ['reports'],
  },
  {
    path: 'safety',
    icon: 'safe',
    words: 'nav.safety',
    key: '5',
    count: 'safety',
    screens: ['safety'],
  },
  IMPORT,
];
const ADMIN: readonly NavItem[] = [
  SHELTERS,
  IMPORT,
  {
    path: 'admin',
    icon: 'people',
    words: 'desk.nav.admin',
    key: '7',
    count: null,
    screens: ['admin'],
  },
];

/** The list of screens for a role. An administrator neither talks nor publishes. */
export function navItems(role: Role): readonly NavItem[] {
  return role === 'admin' ? ADMIN : PUBLISHER;
}

/** The screen of an address; an address without a desk screen opens the start page. */
export function screenOf(route: Route, role: Role): Place {
  const id = route.params['id'] ?? null;
  const wanted = SCREENS[route.name];
  const allowed = navItems(role).some((item) => item.screens.includes(wanted));
  return allowed
    ? { screen: wanted, id }
    : { screen: role === 'admin' ? 'admin' : 'shelters', id: null };
}

const SCREENS: Readonly<Record<RouteName, ScreenName>> = {
  login: 'shelters',
  home: 'shelters',
  talk: 'talk',
  room: 'talk',
  bulletins: 'bulletins',
  bulletinNew: 'compose',
  bulletinNewFor: 'compose',
  bulletin: 'bulletin',
  bulletinCorrect: 'correct',
  bulletinStatus: 'bulletin',
  reports: 'reports',
  reportNew: 'reports',
  report: 'reports',
  safety: 'safety',
  safetyCheck: 'safety',
  safetyList: 'safety',
  link: 'shelters',
  account: 'shelters',
  shelters: 'shelters',
  import: 'import',
  admin: 'admin',
};
