// One typed dictionary, two languages. `getT()` is called once in a component's script; the
// function it gives reads the person's language at each call, so the screen follows a change.
import { getContext, setContext } from 'svelte';
import { Dictionary } from './dictionary.svelte';
import type { Language } from './dictionary.svelte';
import type { common } from './ja/common';
import type { desk } from './ja/desk';
import type { phone } from './ja/phone';
import type { Entry, Params } from './types';

export { Dictionary } from './dictionary.svelte';
export type { Language, Part } from './dictionary.svelte';

type Ja = typeof common & typeof phone & typeof desk;

/** A key of the dictionary. */
export type Key = keyof Ja;

/** Gives the sentence for `key` in the current language, its parameters filled in. */
export type Translate = <K extends Key>(key: K, ...params: Params<Ja[K]>) => string;

/** Where the current language stands; reading `language` must be reactive. */
export interface LanguageSource {
  readonly language: Language;
}

const CONTEXT = Symbol('translate');
const plural = new Intl.PluralRules('en');

function fill(entry: Entry, params: Record<string, string | number>): string {
  const { n } = params;
  const number = typeof n === 'number' ? n : Number(n ?? 0);
  const form = plural.select(number) === 'one' ? 'one' : 'other';
  const sentence = typeof entry === 'string' ? entry : entry[form];
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

/** A translator that follows `source`. */
export function translator(source: LanguageSource, dictionary: Dictionary): Translate {
  return (key, ...params) => fill(dictionary.entry(source.language, key), params[0] ?? {});
}

/** Gives the components below their translator; called once by the root component. */
export function provideLanguage(source: LanguageSource, dictionary: Dictionary): void {
  setContext(CONTEXT, translator(source, dictionary));
}

/** The translator of this component tree. */
export function getT(): Translate {
  const t = getContext<Translate | undefined>(CONTEXT);
  return t ?? translator({ language: 'ja' }, new Dictionary());
}
