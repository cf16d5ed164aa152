// Names of files: which the server takes, and the nearest one it would.

export type NameFault = { kind: 'empty' } | { kind: 'long' } | { kind: 'dots' } | { kind: 'control' } | { kind: 'char'; char: string };

export const maxNameBytes = 1024;
const length = (name: string): number => new TextEncoder().encode(name).length;

// nameFault says why name cannot be sent; undefined when it can.
export function nameFault(name: string): NameFault | undefined {
  if (name.trim() === '') return { kind: 'empty' };
  if (name === '.' || name === '..') return { kind: 'dots' };
  const char = /[/\\]/.exec(name)?.[0];
  if (char) return { kind: 'char', char };
  if (/\p{Cc}/u.test(name)) return { kind: 'control' };
  if (length(name) > maxNameBytes) return { kind: 'long' };
  return undefined;
}

// fixName is the name nearest to name that can be sent.
export function fixName(name: string): string {
  let clean = name.replace(/[/\\\p{Cc}]/gu, '_').trim();
  if (clean === '' || clean === '.' || clean === '..') clean = 'file';
  if (length(clean) <= maxNameBytes) return clean;
  const ending = /\.[^.]{1,16}$/.exec(clean)?.[0] ?? '';
  const stem = [...clean.slice(0, clean.length - ending.length)];
  while (length(stem.join('') + ending) > maxNameBytes) stem.pop();
  return stem.join('') + ending;
}

// junk are files that systems leave in folders.
export const junk = (name: string): boolean => /^(\.DS_Store|Thumbs\.db|desktop\.ini|\._.*|\.Spotlight-V100|\.Trashes)$/i.test(name);

// visible shows what would change the order of letters, so that a name cannot pretend to be another.
export const visible = (name: string): string =>
  name.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);

// free returns name, with a number when it is taken already.
export function free(name: string, taken: (name: string) => boolean): string {
  if (!taken(name)) return name;
  const ending = /\.[^.]{1,16}$/.exec(name)?.[0] ?? '';
  const stem = name.slice(0, name.length - ending.length);
  for (let i = 2; ; i++) if (!taken(`${stem} ${i}${ending}`)) return `${stem} ${i}${ending}`;
}
