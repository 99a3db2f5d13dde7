// Where in the app this window is: the part of the address after `#`. It needs no rule at the node,
// works in captive windows, and its secrets never reach a log or a Referer.

const ROUTES = {
  login: '#/login',
  home: '#/home',
  talk: '#/talk',
  room: '#/room/:id',
  bulletins: '#/bulletins',
  bulletinNew: '#/bulletins/new',
  bulletinNewFor: '#/bulletins/new/:id',
  bulletin: '#/bulletin/:id',
  bulletinCorrect: '#/bulletin/:id/correct',
  bulletinStatus: '#/bulletin/:id/status',
  reports: '#/reports',
  reportNew: '#/report',
  report: '#/report/:id',
  safety: '#/safety',
  safetyCheck: '#/safety/:id',
  safetyList: '#/safety/:id/list',
  link: '#/link',
  account: '#/account',
  shelters: '#/shelters',
  import: '#/import',
  admin: '#/admin',
} as const;

export type RouteName = keyof typeof ROUTES;

export interface Route {
  name: RouteName;
  params: Readonly<Record<string, string>>;
}

/** Where ‹ leads when this window has no page before: the screen that lists what is shown. */
const PARENTS: Partial<Record<RouteName, RouteName>> = {
  room: 'talk',
  bulletin: 'bulletins',
  bulletinNew: 'bulletins',
  bulletinNewFor: 'bulletins',
  bulletinCorrect: 'bulletins',
  bulletinStatus: 'shelters',
  reportNew: 'reports',
  report: 'reports',
  safetyCheck: 'safety',
  safetyList: 'safety',
};

const NAMES: readonly RouteName[] = Object.keys(ROUTES) as RouteName[];

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function matched(pattern: string, parts: readonly string[]): Record<string, string> | null {
  const wanted = pattern.split('/');
  if (wanted.length !== parts.length) {
    return null;
  }
  const params: Record<string, string> = {};
  for (const [at, want] of wanted.entries()) {
    const part = parts[at] ?? '';
    if (want.startsWith(':') && part !== '') {
      params[want.slice(1)] = decoded(part);
    } else if (want !== part) {
      return null;
    }
  }
  return params;
}

/** The route that an address names; an unknown one leads home. */
export function parseRoute(hash: string): Route {
  const path = hash.split('?')[0] ?? '';
  const parts = path.replace(/\/$/, '').split('/');
  for (const name of NAMES) {
    const params = matched(ROUTES[name], parts);
    if (params !== null) {
      return { name, params };
    }
  }
  return { name: 'home', params: {} };
}

/** The address of a route. */
export function hashOf(name: RouteName, params: Readonly<Record<string, string>> = {}): string {
  return ROUTES[name].replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
}

/** The part of the browser that the router moves; tests hand in their own. */
export interface AddressBar {
  hash(): string;
  push(hash: string): void;
  replace(hash: string): void;
  back(): void;
  /** How many pages of ours lie behind the shown one, if this entry was marked. */
  depth(): number | null;
  mark(depth: number): void;
}

const browserBar: AddressBar = {
  hash: () => location.hash,
  push: (hash) => history.pushState(null, '', hash),
  replace: (hash) => history.replaceState(history.state, '', hash),
  back: () => history.back(),
  depth: () => {
    const state: unknown = history.state;
    return typeof state === 'number' ? state : null;
  },
  mark: (depth) => history.replaceState(depth, ''),
};

export class Router {
  route = $state.raw<Route>({ name: 'home', params: {} });
  #depth: number;

  constructor(private readonly bar: AddressBar = browserBar) {
    this.route = parseRoute(bar.hash());
    this.#depth = bar.depth() ?? 0;
    bar.mark(this.#depth);
  }

  go(hash: string): void {
    if (this.bar.hash() !== hash) {
      this.bar.push(hash);
      this.#depth += 1;
      this.bar.mark(this.#depth);
    }
    this.route = parseRoute(hash);
  }

  /** Goes there without leaving a page to come back to. */
  replace(hash: string): void {
    this.bar.replace(hash);
    this.route = parseRoute(hash);
  }

  back(): void {
    if (this.#depth > 0) {
      this.bar.back();
      return;
    }
    this.replace(hashOf(PARENTS[this.route.name] ?? 'home'));
  }

  /** The address has changed: by a link (a new entry), by back and forward, by hand. */
  changed(): void {
    this.#depth = this.bar.depth() ?? this.#depth + 1;
    this.bar.mark(this.#depth);
    this.route = parseRoute(this.bar.hash());
  }

  /** Follows the window. Returns the undoing. */
  watch(): () => void {
    const changed = (): void => this.changed();
    addEventListener('hashchange', changed);
    addEventListener('popstate', changed);
    return () => {
      removeEventListener('hashchange', changed);
      removeEventListener('popstate', changed);
    };
  }
}
