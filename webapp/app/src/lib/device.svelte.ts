// The uploads made from this browser, with the rights to manage them.
import { load, local, save, type Box } from './store';

export interface Kept {
  id: string;
  token: string;
  title: string;
  count: number;
  size: number; // bytes
  at: number; // ms
  expire: number; // ms; 0: never
}

const name = 'plik.uploads';
const most = 300;

const isKept = (v: unknown): v is Kept => typeof v === 'object' && v !== null && typeof (v as Kept).id === 'string' && typeof (v as Kept).token === 'string' && typeof (v as Kept).at === 'number';
const isList = (v: unknown): v is Kept[] => Array.isArray(v) && v.every(isKept);

export class Device {
  list = $state.raw<Kept[]>([]);
  #session = new Map<string, string>(); // rights that came with a link, for this visit

  constructor(
    private readonly box: Box = local,
    private readonly now: () => number = Date.now,
  ) {
    this.refresh();
  }

  // refresh reads what other tabs have written, and leaves out what is over.
  refresh(): void {
    this.list = load(this.box, name, isList, []).filter((u) => !u.expire || u.expire > this.now());
  }

  keep(upload: Kept): void {
    this.refresh();
    this.list = [upload, ...this.list.filter((u) => u.id !== upload.id)].slice(0, most);
    save(this.box, name, this.list);
  }

  // update changes what is known of an upload that is on the list.
  update(id: string, change: Partial<Kept>): void {
    this.refresh();
    if (!this.list.some((u) => u.id === id)) return;
    this.list = this.list.map((u) => (u.id === id ? { ...u, ...change } : u));
    save(this.box, name, this.list);
  }

  forget(id: string): void {
    this.refresh();
    this.list = this.list.filter((u) => u.id !== id);
    this.#session.delete(id);
    save(this.box, name, this.list);
  }

  // lend gives the right to an upload for this visit.
  lend(id: string, token: string): void {
    this.#session.set(id, token);
  }

  token(id: string): string {
    return this.#session.get(id) ?? this.list.find((u) => u.id === id)?.token ?? '';
  }
}

export const device = new Device();
