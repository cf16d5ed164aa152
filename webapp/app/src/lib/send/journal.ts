// What is being sent, kept over a reload or a crash: which files of which upload, where their
// transfers are, and what tells the same file from another with its name.
import { load, local, save, type Box } from '../store';

export interface Entry {
  file: string; // id
  name: string;
  folder: string;
  size: number;
  modified: number; // ms
  type: string;
  print: string; // of the contents, see fingerprint; empty: not taken
  tus: string; // address of the transfer; empty: it starts anew
  loaded: number; // bytes, as far as known
}

export interface Record {
  id: string;
  token: string;
  at: number; // ms
  entries: Entry[]; // what is not there yet
}

const name = 'plik.journal';
const maxAge = 30 * 86400_000; // what is older nobody comes back for

const isRecord = (value: unknown): value is Record => {
  const r = value as Record;
  return typeof r === 'object' && r !== null && typeof r.id === 'string' && typeof r.token === 'string' && typeof r.at === 'number' && Array.isArray(r.entries) && r.entries.every((e) => typeof e?.file === 'string' && typeof e.name === 'string' && typeof e.size === 'number');
};
const isList = (value: unknown): value is Record[] => Array.isArray(value) && value.every(isRecord);

// Journal is the list in a box, which other tabs write as well: it is read anew each time.
export class Journal {
  constructor(
    private readonly box: Box = local,
    private readonly now: () => number = Date.now,
  ) {}

  all(): Record[] {
    return load(this.box, name, isList, []).filter((r) => this.now() - r.at < maxAge && r.entries.length > 0);
  }

  get(id: string): Record | undefined {
    return this.all().find((r) => r.id === id);
  }

  // put replaces what is known of an upload; without entries it is forgotten.
  put(record: Record): boolean {
    const rest = this.all().filter((r) => r.id !== record.id);
    if (record.entries.length > 0) rest.unshift(record);
    return save(this.box, name, rest);
  }

  drop(id: string): void {
    save(this.box, name, this.all().filter((r) => r.id !== id));
  }
}

export const journal = new Journal();

// lockName is the lock that a tab holds while it sends an upload.
export const lockName = (id: string): string => `plik.send.${id}`;
