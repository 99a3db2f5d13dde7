// Builds the app's parts and ties them to each other and to the window. The only place that knows
// all of them.
import { Api } from '../lib/api/client';
import { openLiveSocket } from '../lib/api/socket';
import { Keep } from '../lib/db/keep';
import { openOutboxChannel } from '../lib/db/outbox-channel';
import { openOutboxStore } from '../lib/db/outbox-memory';
import { Dictionary } from '../lib/i18n';
import { NodeClock } from './clock.svelte';
import type { App } from './context';
import { Layout } from './layout.svelte';
import { Live } from './live.svelte';
import { Outbox } from './outbox.svelte';
import type { OutboxNews } from './outbox.svelte';
import { Prefs, applyPrefs } from './prefs.svelte';
import { Router } from './router.svelte';
import { SessionState } from './session.svelte';
import { Toasts } from './toast.svelte';

/** Builds everything; nothing is asked of the node yet. */
export async function buildApp(): Promise<App> {
  const keep = new Keep();
  const api = new Api();
  const clock = new NodeClock();
  const session = new SessionState(api, clock);
  const live = new Live(api, clock, {
    open: openLiveSocket,
    steady: () => performance.now(),
    random: () => Math.random(),
  });
  const now = (): number => clock.now();
  const outbox = new Outbox({
    api,
    store: await openOutboxStore(),
    channel: openOutboxChannel<OutboxNews>(),
    now,
    wall: () => Date.now(),
  });
  return {
    api,
    session,
    live,
    outbox,
    nav: new Router(),
    toast: new Toasts(),
    prefs: new Prefs(keep),
    dictionary: new Dictionary(),
    layout: new Layout(session),
    clock,
    keep,
    now,
  };
}

/** Lets the parts work: asks the node, follows the window and the time. */
export function runApp(app: App): void {
  app.api.listener = {
    heard: (node) => {
      app.live.heard();
      app.session.heard(node);
    },
    sessionEnded: () => app.session.lost(),
  };
  applyPrefs(app.prefs, document.documentElement);
  app.nav.watch();
  app.layout.watch();
  followPerson(app);
  followWindow(app);
  void app.session.start();
}

/** Who is logged in decides what is sent, what is heard and which screens are open. */
function followPerson(app: App): void {
  $effect.root(() => {
    $effect(() => {
      app.api.language = app.prefs.language;
      void loadWords(app);
    });
    const person = $derived(
      app.session.me === null ? null : `${app.session.me.account}:${app.session.me.login}`,
    );
    $effect(() => {
      void app.outbox.use(person);
      if (person === null) {
        app.live.stop();
      } else {
        app.live.start();
      }
    });
    $effect(() => {
      if (app.live.state === 'ok') {
        app.outbox.wake();
      }
    });
  });
}

/** Fetches the words of the chosen language; until they come the screen speaks Japanese. */
async function loadWords(app: App): Promise<void> {
  const role = app.session.me?.role;
  const desk = role === 'publisher' || role === 'admin';
  const { language } = app.prefs;
  try {
    await app.dictionary.load(language, desk ? ['phone', 'desk'] : ['phone']);
  } catch {
    // Out of range: asked again with the next person or choice.
  }
}

function followWindow(app: App): void {
  const second = (): void => {
    app.clock.tick();
    app.live.tick();
    app.outbox.tick();
  };
  const wake = (): void => {
    app.live.wake();
    app.outbox.wake();
    second();
  };
  setInterval(second, 1000);
  addEventListener('pageshow', wake);
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') {
      wake();
    }
  });
}
