// What a person chose for this device: text size, look, language. Kept per device, not per account:
// the phone is wet or its owner is far-sighted, whoever is logged in.
import type { Language } from '../lib/i18n';
import type { Keep } from '../lib/db/keep';

export type TextSize = 'm' | 'l' | 'xl';
export type Look = 'light' | 'dark' | 'outdoor' | 'system';

const SIZES: readonly TextSize[] = ['m', 'l', 'xl'];
const LOOKS: readonly Look[] = ['light', 'dark', 'outdoor', 'system'];
const LANGUAGES: readonly Language[] = ['ja', 'en'];

function oneOf<T extends string>(allowed: readonly T[], value: string | null): T | null {
  return allowed.find((candidate) => candidate === value) ?? null;
}

export class Prefs {
  #text = $state<TextSize>('m');
  #theme = $state<Look>('system');
  #language = $state<Language>('ja');

  constructor(private readonly keep: Keep) {
    this.#text = oneOf(SIZES, keep.read('text')) ?? 'm';
    this.#theme = oneOf(LOOKS, keep.read('theme')) ?? 'system';
    this.#language = oneOf(LANGUAGES, keep.read('language')) ?? 'ja';
  }

  get text(): TextSize {
    return this.#text;
  }
  set text(value: TextSize) {
    this.#text = value;
    this.keep.write('text', value);
  }

  get theme(): Look {
    return this.#theme;
  }
  set theme(value: Look) {
    this.#theme = value;
    this.keep.write('theme', value);
  }

  get language(): Language {
    return this.#language;
  }
  set language(value: Language) {
    this.#language = value;
    this.keep.write('language', value);
  }
}

/** Writes the choices onto `<html>`, and follows the system's dark mode. Returns the undoing. */
export function applyPrefs(prefs: Prefs, root: HTMLElement): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const apply = (): void => {
    const system = dark.matches ? 'dark' : 'light';
    root.dataset['text'] = prefs.text;
    root.dataset['theme'] = prefs.theme === 'system' ? system : prefs.theme;
    root.lang = prefs.language;
  };
  const stop = $effect.root(() => {
    $effect(apply);
  });
  dark.addEventListener('change', apply);
  return () => {
    stop();
    dark.removeEventListener('change', apply);
  };
}
