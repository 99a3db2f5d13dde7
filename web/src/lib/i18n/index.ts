// One typed dictionary, two languages. `getT()` is called once in a component's script; the
// function it gives reads the person's language at each call, so the screen follows a change.
import { getContext, setContext } from 'svelte';
import { common as enCommon } from './en/common';
import { desk as enDesk } from './en/desk';
import { phone as enPhone } from './en/phone';
import { common } from './ja/common';
import { desk } from './ja/desk';
import { phone } from './ja/phone';
import type { Entry, Params, Translation } from './types';

export type Language = 'ja' | 'en';

const ja = { ...common, ...phone, ...desk } as const;
const en: Translation<typeof ja> = { ...enCommon, ...enPhone, ...enDesk };
const dictionaries: Record<Language, Record<string, Entry>> = { ja, en };

type Ja = typeof ja;

/** A key of the dictionary. */
export type Key = keyof Ja;

/** Gives the sentence for `key` in the current language, its parameters filled in. */
export type Translate = <K extends Key>(key: K, ...params: Params<Ja[K]>) => string;

/** Where the current language stands; reading `language` must be reactive. */
export interface LanguageSource {
  readonly language: Language;
}

const CONTEXT = Symbol('language');
const plural = new Intl.PluralRules('en');

function fill(entry: Entry, params: Record<string, string | number>): string {
  const { n } = params;
  const number = typeof n === 'number' ? n : Number(n ?? 0);
  const form = plural.select(number) === 'one' ? 'one' : 'other';
  const sentence = typeof entry === 'string' ? entry : entry[form];
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

/** A translator that follows `source`. */
export function translator(source: LanguageSource): Translate {
  return (key, ...params) => {
    const entry: Entry = dictionaries[source.language][key] ?? key;
    return fill(entry, params[0] ?? {});
  };
}

/** Tells the components below where the language stands; called once by the root component. */
export function provideLanguage(source: LanguageSource): void {
  setContext(CONTEXT, source);
}

/** The translator of this component tree. */
export function getT(): Translate {
  return translator(getContext<LanguageSource | undefined>(CONTEXT) ?? { language: 'ja' });
}

/** Every key in both languages, for tests. */
export const everything: Readonly<Record<Language, Readonly<Record<string, Entry>>>> = dictionaries;
