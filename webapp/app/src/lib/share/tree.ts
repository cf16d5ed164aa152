// The files of an upload as the folders they stood in.
import type { RemoteFile } from '../api/types';

export interface Folder { name: string; path: string; folders: Folder[]; files: RemoteFile[]; size: number }

// pathOf is the folder a file stood in, as its sender's page told it; empty: none. It is only ever
// shown, and parts that mean other places are dropped.
export function pathOf(file: Pick<RemoteFile, 'reference'>): string {
  if (!file.reference.startsWith('/')) return '';
  const parts = file.reference.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.slice(0, -1).join('/');
}

export type Order = 'name' | 'size';

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

// treeOf sorts files into folders, each list in order.
export function treeOf(files: RemoteFile[], order: Order = 'name'): Folder {
  const root: Folder = { name: '', path: '', folders: [], files: [], size: 0 };
  const known = new Map<string, Folder>([['', root]]);
  const folder = (path: string): Folder => {
    const found = known.get(path);
    if (found) return found;
    const at = path.lastIndexOf('/');
    const made: Folder = { name: path.slice(at + 1), path, folders: [], files: [], size: 0 };
    known.set(path, made);
    folder(at < 0 ? '' : path.slice(0, at)).folders.push(made);
    return made;
  };
  for (const file of files) folder(pathOf(file)).files.push(file);
  const finish = (f: Folder): number => {
    f.size = f.files.reduce((sum, file) => sum + file.fileSize, 0) + f.folders.reduce((sum, sub) => sum + finish(sub), 0);
    f.folders.sort((a, b) => (order === 'size' ? b.size - a.size : 0) || collator.compare(a.name, b.name));
    f.files.sort((a, b) => (order === 'size' ? b.fileSize - a.fileSize : 0) || collator.compare(a.fileName, b.fileName));
    return f.size;
  };
  finish(root);
  return root;
}

// flatten lists the files in the order the tree shows them.
export const flatten = (f: Folder): RemoteFile[] => [...f.folders.flatMap(flatten), ...f.files];
