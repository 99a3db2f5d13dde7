// The sentences that are loaded. The phone's Japanese is in the first load; the desk's words and
// English come when somebody needs them, which spares a thin line 20 kB.
import { common } from './ja/common';
import { phone } from './ja/phone';
import type { Entry } from './types';

export type Language = 'ja' | 'en';

/** `phone`: what everybody needs. `desk`: what headquarters' screens say besides. */
export type Part = 'phone' | 'desk';

type Entries = Readonly<Record<string, Entry>>;

const LOADERS: Record<Language, Record<Part, () => Promise<Entries>>> = {
  ja: {
    phone: () => Promise.resolve({ ...common, ...phone }),
    desk: async () => (await import('./ja/desk')).desk,
  },
  en: {
    phone: async () => {
      const [all, own] = await Promise.all([import('./en/common'), import('./en/phone')]);
      return { ...all.common, ...own.phone };
    },
    desk: async () => (await import('./en/desk')).desk,
  },
};

export class Dictionary {
  #entries = $state.raw<Record<Language, Entries>>({ ja: { ...common, ...phone }, en: {} });
  #loaded: readonly string[] = ['ja phone'];

  /** The sentence for a key; Japanese until the other language has come. */
  entry(language: Language, key: string): Entry {
    return this.#entries[language][key] ?? this.#entries.ja[key] ?? key;
  }

  /** Loads what is missing of these parts. Fails if the box is out of reach. */
  async load(language: Language, parts: readonly Part[]): Promise<void> {
    for (const part of parts) {
      const name = `${language} ${part}`;
      if (!this.#loaded.includes(name)) {
        const more = await LOADERS[language][part]();
        const entries = { ...this.#entries[language], ...more };
        this.#entries = { ...this.#entries, [language]: entries };
        this.#loaded = [...this.#loaded, name];
      }
    }
  }
}
