import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { preferred, regional } from '../src/i18n/index.svelte';
import { core as en } from '../src/i18n/en/core';
import { more as enMore } from '../src/i18n/en/more';
import { core as de } from '../src/i18n/de/core';
import { more as deMore } from '../src/i18n/de/more';
import { core as es } from '../src/i18n/es/core';
import { more as esMore } from '../src/i18n/es/more';
import { core as fr } from '../src/i18n/fr/core';
import { more as frMore } from '../src/i18n/fr/more';

type Texts = Record<string, unknown>;
const all: Record<string, Texts> = { en: { ...en, ...enMore }, fr: { ...fr, ...frMore }, de: { ...de, ...deMore }, es: { ...es, ...esMore } };
const say = (text: unknown, ...args: unknown[]): string => String(typeof text === 'function' ? (text as (...a: unknown[]) => unknown)(...args) : text);

describe.each(Object.keys(all))('%s', (lang) => {
  const texts = all[lang] as Texts;
  it('has all texts and no others', () => expect(Object.keys(texts).sort()).toEqual(Object.keys(all.en as Texts).sort()));
  it('leaves none empty', () => {
    for (const [name, text] of Object.entries(texts)) if (typeof text !== 'object') expect(say(text, 2, 3), name).toMatch(/\S/);
  });
  it('uses what it is given', () => {
    for (const [name, text] of Object.entries(texts)) {
      if (typeof text !== 'function') continue;
      const [one, two] = [say(text, 7, 9), say(text, 8, 9)];
      expect(one, `${name} ignores its first value`).not.toBe(two);
      expect(one + two, name).not.toContain('#');
    }
  });
});

it('names of controls are as they are known', () => {
  const m = all.en as Texts;
  const names = { chooseFiles: 'Choose files', chooseFolder: 'Choose folder', writeText: 'Write text', upload: 'Upload', pause: 'Pause', resume: 'Resume', cancel: 'Cancel', retry: 'Retry', copyLink: 'Copy link', showQR: 'Show QR code', download: 'Download', downloadAll: 'Download all', deleteUpload: 'Delete upload', password: 'Password', unlock: 'Unlock', signIn: 'Sign in', signOut: 'Sign out', createToken: 'Create token', language: 'Language', theme: 'Theme', shareLink: 'Share link' };
  expect(Object.fromEntries(Object.keys(names).map((key) => [key, m[key]]))).toEqual(names);
});

it.each([[null, ['de-AT', 'en'], 'de'], ['fr', ['de'], 'fr'], ['xx', ['pt-BR', 'es-MX'], 'es'], [null, ['zh'], 'en'], [null, ['constructor'], 'en'], [null, [], 'en']])('of %s and %j it is %s', (chosen, wanted, lang) => expect(preferred(chosen, wanted)).toBe(lang));

it.each([['en', ['de', 'en-GB', 'en-US'], 'en-GB'], ['de', ['de', 'de-AT'], 'de-AT'], ['fr', ['en-GB'], 'fr']] as const)('%s of %j is written as %s', (lang, wanted, locale) => expect(regional(lang, wanted)).toBe(locale));

// Screens that come without the second part of the texts must do with the first.
it('the first views need no texts that come later', () => {
  const src = join(import.meta.dirname, '../src');
  const core = 'App parts/Header parts/AccountMenu parts/Footer parts/Overlays parts/Waiting parts/Trouble parts/Said parts/Pick parts/Tree parts/Preview parts/PreviewText parts/PreviewPdf parts/SaveLink parts/Countdown parts/CopyButton parts/Question parts/QR parts/QRDialog parts/GoOn screens/Upload screens/Drop screens/Share screens/SharePage screens/ErrorLanding'.split(' ');
  const files = [...core.map((name) => `${name}.svelte`), 'lib/explain.ts', 'lib/share/remove.ts'];
  for (const name of files) {
    const used = [...readFileSync(join(src, name), 'utf8').matchAll(/\b(?:i18n\.)?m\.([a-zA-Z]\w*)/g)].map((found) => found[1] ?? '');
    for (const key of used) expect(Object.hasOwn(en, key), `${name} uses ${key}`).toBe(true);
  }
});

it('every text is used', () => {
  const src = join(import.meta.dirname, '../src');
  const code = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(svelte|ts)$/.test(name) && !/^i18n[\\/]/.test(name)).map((name) => readFileSync(join(src, name), 'utf8')).join('\n');
  const indirect = ['days', 'hours', 'minutes']; // units of a form
  for (const key of Object.keys(all.en as Texts)) expect(indirect.includes(key) || new RegExp(`\\bm\\.${key}\\b`).test(code), `${key} is used nowhere`).toBe(true);
});
