// Files out of what people drop, paste and choose, with the folders they stood in.

export interface Found {
  file: File;
  folder: string; // "site photos/east", empty at the top
}

// fromList reads a file input; with webkitdirectory each file knows its path.
export function fromList(list: Iterable<File>): Found[] {
  return [...list].map((file) => ({ file, folder: folderOf(file.webkitRelativePath) }));
}

const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');

// fromTransfer reads a drop or a paste, folders with all that is in them. It takes what there is
// at once, for the browser empties the transfer when the event is over.
export function fromTransfer(transfer: DataTransfer): Promise<Found[]> {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  if (entries.length === 0) return Promise.resolve(fromList(transfer.files));
  return Promise.all(entries.map((entry) => (entry instanceof File ? [{ file: entry, folder: '' }] : entry ? walk(entry, '') : []))).then((all) => all.flat());
}

async function walk(entry: FileSystemEntry, folder: string): Promise<Found[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)).catch(() => undefined);
    return file ? [{ file, folder }] : [];
  }
  const inside = folder ? `${folder}/${entry.name}` : entry.name;
  const found: Found[] = [];
  for (const child of await children(entry as FileSystemDirectoryEntry)) found.push(...(await walk(child, inside)));
  return found;
}

// children reads a folder to its end: a reader hands out a hundred at a time.
async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject)).catch(() => []);
    if (some.length === 0) return all;
    all.push(...some);
  }
}

// pastedName gives a picture from the clipboard a name that tells it from others.
export function pastedName(file: File, now: Date): string {
  if (!/^image\.\w+$/.test(file.name) || !file.type.startsWith('image/')) return file.name;
  const stamp = new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
  return `pasted-image-${stamp}${file.name.slice(file.name.lastIndexOf('.'))}`;
}
