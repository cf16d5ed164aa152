// What is chosen to be sent, before it is.
import { fixName, free, junk, nameFault } from './names';
import type { Found } from './read';

export interface Item {
  key: number;
  file: File;
  name: string;
  folder: string;
  written: boolean; // text of this page
}

export interface Group {
  key: string;
  folder: string; // top folder, empty for a single file
  items: Item[];
  size: number;
}

let serial = 0;

// Picked is the list. It is replaced and never changed in place, so that a thousand files cost one
// update.
export class Picked {
  items = $state.raw<Item[]>([]);
  left = $state.raw<Found[]>([]); // files of the system that were left out

  size = $derived(this.items.reduce((sum, item) => sum + item.file.size, 0));
  faults = $derived(this.items.filter((item) => nameFault(item.name)).length);
  groups = $derived(group(this.items));

  // add puts files on the list, but for those that are on it already, and returns how many it added.
  add(found: Found[], written = false): number {
    const wanted = found.filter(({ file, folder }) => !folder || !junk(file.name));
    this.left = [...this.left, ...found.filter(({ file, folder }) => folder && junk(file.name))];
    return this.#add(wanted, written);
  }

  keepLeft(): void {
    const left = this.left;
    this.left = [];
    this.#add(left, false);
  }

  #add(found: Found[], written: boolean): number {
    const id = (file: File, folder: string): string => `${folder}/${file.name}/${file.size}/${file.lastModified}`;
    const there = new Set(this.items.map((item) => id(item.file, item.folder)));
    const paths = new Set(this.items.map((item) => `${item.folder}/${item.name}`));
    const fresh: Item[] = [];
    for (const { file, folder } of found) {
      if (there.has(id(file, folder))) continue;
      there.add(id(file, folder));
      const name = free(folder ? fixName(file.name) : file.name, (candidate) => paths.has(`${folder}/${candidate}`));
      paths.add(`${folder}/${name}`);
      fresh.push({ key: ++serial, file, name, folder, written });
    }
    if (fresh.length > 0) this.items = [...this.items, ...fresh];
    return fresh.length;
  }

  rename(key: number, name: string): void {
    this.items = this.items.map((item) => (item.key === key ? { ...item, name } : item));
  }

  // remove takes items off the list and returns the list as it was, to go back to.
  remove(keys: Iterable<number>): Item[] {
    const gone = new Set(keys);
    const before = this.items;
    this.items = before.filter((item) => !gone.has(item.key));
    if (!this.items.some((item) => item.folder)) this.left = [];
    return before;
  }

  restore(items: Item[]): void {
    this.items = items;
  }

  clear(): Item[] {
    this.left = [];
    const before = this.items;
    this.items = [];
    return before;
  }
}

// group puts the files of a folder into one row.
function group(items: Item[]): Group[] {
  const groups = new Map<string, Group>();
  for (const item of items) {
    const folder = item.folder.split('/')[0] ?? '';
    const key = folder ? `folder/${folder}` : `file/${item.key}`;
    const at = groups.get(key);
    if (at) {
      at.items.push(item);
      at.size += item.file.size;
    } else groups.set(key, { key, folder, items: [item], size: item.file.size });
  }
  return [...groups.values()];
}

export const picked = new Picked();
