// The language of the page: the one chosen, else the browser's, else English. Texts come in two parts:
// core with the page, more with the screens that need it.
import { local } from '../lib/store';
import { core, type Core } from './en/core';
import type { More } from './en/more';

export type Messages = Core & More;
export const languages = { en: 'English', fr: 'Français', de: 'Deutsch', es: 'Español' } as const;
export type Language = keyof typeof languages;

interface Parts { core: () => Promise<Core>; more: () => Promise<More> }

const parts: Record<Language, Parts> = {
  en: { core: () => Promise.resolve(core), more: () => import('./en/more').then((m) => m.more) },
  fr: { core: () => import('./fr/core').then((m) => m.core), more: () => import('./fr/more').then((m) => m.more) },
  de: { core: () => import('./de/core').then((m) => m.core), more: () => import('./de/more').then((m) => m.more) },
  es: { core: () => import('./es/core').then((m) => m.core), more: () => import('./es/more').then((m) => m.more) },
};

const known = (code: string): code is Language => Object.hasOwn(languages, code);

// preferred picks the first of the reader's languages that there is.
export function preferred(chosen: string | null, wanted: readonly string[]): Language {
  for (const code of [chosen ?? '', ...wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '')]) if (known(code)) return code;
  return 'en';
}

// regional is the reader's own kind of a language, "en-GB", where the browser names one.
export const regional = (lang: Language, wanted: readonly string[]): string => wanted.find((tag) => tag.toLowerCase().startsWith(`${lang}-`)) ?? lang;

class I18n {
  // m is all texts. Those of more are there once full has resolved.
  m = $state.raw(core as Messages);
  lang = $state<Language>('en');
  // locale is how dates and numbers are written: that language as it is where the reader lives.
  readonly locale = $derived(regional(this.lang, navigator.languages ?? [navigator.language]));
  #full = false;

  // start shows the page in the reader's language.
  start(): Promise<void> {
    return this.#show(preferred(local.getItem('plik.lang'), navigator.languages ?? [navigator.language]));
  }

  // choose remembers a language and shows it.
  choose(lang: Language): Promise<void> {
    try {
      local.setItem('plik.lang', lang);
    } catch {
      // For this visit, then.
    }
    return this.#show(lang);
  }

  // full brings the texts of the screens that come later.
  async full(): Promise<void> {
    if (this.#full) return;
    const more = await parts[this.lang].more();
    this.#full = true;
    this.m = { ...this.m, ...more };
  }

  async #show(lang: Language): Promise<void> {
    try {
      const [first, second] = await Promise.all([parts[lang].core(), this.#full ? parts[lang].more() : undefined]);
      this.m = { ...(core as Messages), ...first, ...second };
      this.lang = lang;
    } catch {
      return; // its texts did not arrive: the page stays readable as it is
    }
    document.documentElement.lang = lang;
    document.documentElement.dir = 'ltr'; // of all languages there are
  }
}

export const i18n = new I18n();
