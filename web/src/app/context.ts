// The app's parts, built once by main.ts and handed down to every component. No instance lives at
// module level, so that tests can make two.
import { createContext } from 'svelte';
import type { Api } from '../lib/api/client';
import type { Keep } from '../lib/db/keep';
import type { Dictionary } from '../lib/i18n';
import type { NodeClock } from './clock.svelte';
import type { Layout } from './layout.svelte';
import type { Live } from './live.svelte';
import type { Outbox } from './outbox.svelte';
import type { Prefs } from './prefs.svelte';
import type { Router } from './router.svelte';
import type { SessionState } from './session.svelte';
import type { Toasts } from './toast.svelte';

export interface App {
  readonly api: Api;
  readonly session: SessionState;
  readonly live: Live;
  readonly outbox: Outbox;
  readonly nav: Router;
  readonly toast: Toasts;
  readonly prefs: Prefs;
  readonly dictionary: Dictionary;
  readonly layout: Layout;
  readonly clock: NodeClock;
  /** Small things this device remembers, such as drafts. */
  readonly keep: Keep;
  /** The node's clock now, Unix milliseconds. */
  now(): number;
}

const [get, set] = createContext<App>();

/** The app that the calling component belongs to. */
export const getApp = get;

/** Hands the app down; called by the root component alone. */
export const provideApp = set;
