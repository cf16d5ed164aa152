// What a choice of options means for the server, and whether it takes it.
import type { Config, NewUpload } from './api/types';
import { flag, never, switches, type Values } from './options.svelte';

// wire is values as POST /upload takes them, without the files.
export function wire(config: Config, values: Values): Omit<NewUpload, 'files'> {
  const wanted: Omit<NewUpload, 'files'> = {};
  for (const name of switches) if (flag(config, name) !== 'disabled') wanted[name] = values[name];
  if (flag(config, 'ttl') !== 'disabled') wanted.ttl = values.ttl;
  if (values.protect && values.password) wanted.password = values.password;
  if (values.comment && values.comments.trim()) wanted.comments = values.comments.trim();
  return wanted;
}

// times are those on offer: the usual ones that are allowed, and no end where there is none.
export function times(maxTTL: number): number[] {
  const usual = [3600, 86400, 7 * 86400, 30 * 86400].filter((ttl) => maxTTL <= 0 || ttl <= maxTTL);
  return maxTTL <= 0 ? [...usual, never] : usual;
}

export type TimeFault = 'none' | 'short' | 'long';

export function timeFault(ttl: number, maxTTL: number): TimeFault {
  if (ttl === never) return maxTTL > 0 ? 'long' : 'none';
  if (!(ttl >= 60)) return 'short';
  return maxTTL > 0 && ttl > maxTTL ? 'long' : 'none';
}
