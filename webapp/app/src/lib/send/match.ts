// Telling whether a file that was chosen again is the one a transfer began with.
import type { Entry } from './journal';

const end = 64 << 10; // bytes of each end that count

// fingerprint is of the two ends of a file and its size: enough to notice that a file was changed
// or is another one, without reading gigabytes. Empty where the browser does not hash (plain HTTP).
export async function fingerprint(file: Blob): Promise<string> {
  if (!globalThis.crypto?.subtle) return '';
  const ends = new Blob([file.slice(0, end), file.slice(Math.max(end, file.size - end)), String(file.size)]);
  const sum = await crypto.subtle.digest('SHA-256', await ends.arrayBuffer());
  return [...new Uint8Array(sum).slice(0, 16)].map((b) => b.toString(16).padStart(2, '0')).join('');
}

export interface Match { entry: Entry; file: File }

// match finds the files that entries wait for. other are files with a right name that are not the
// same; files nobody waits for are in neither.
export async function match(entries: Entry[], found: { file: File; folder: string }[]): Promise<{ same: Match[]; other: string[] }> {
  const same: Match[] = [];
  const other: string[] = [];
  const open = new Set(entries);
  for (const { file, folder } of found) {
    const named = [...open].filter((e) => e.name === file.name && (folder === '' || e.folder === '' || folder === e.folder || folder.endsWith(`/${e.folder}`)));
    let hit: Entry | undefined;
    for (const e of named) {
      if (!hit && e.size === file.size && (e.print ? e.print === (await fingerprint(file)) : e.modified === file.lastModified)) hit = e;
    }
    if (hit) {
      open.delete(hit);
      same.push({ entry: hit, file });
    } else if (named.length > 0) other.push(file.name);
  }
  return { same, other };
}
