import { i18n } from '../../i18n/index.svelte';
import { asFailure } from '../api/http';
import { deleteUpload, type Rights } from '../api/uploads';
import type { RemoteFile, Upload } from '../api/types';
import { device } from '../device.svelte';
import { explain } from '../explain';
import { router } from '../router.svelte';
import { sendings } from '../send/sendings.svelte';
import { ui } from '../ui.svelte';
import { pathOf } from './tree';

// titleOf is what an upload is called: its folder, its only file, or one of many.
export function titleOf(upload: Pick<Upload, 'files'>): string {
  const files = (upload.files ?? []).filter((f) => f.status !== 'deleted');
  const [first] = files;
  if (!first) return i18n.m.files(0);
  if (files.length === 1) return first.fileName;
  const folder = topOf(first);
  if (folder && files.every((f) => topOf(f) === folder)) return folder;
  return i18n.m.andMore(first.fileName, files.length - 1);
}

const topOf = (file: RemoteFile): string => pathOf(file).split('/')[0] ?? '';

// forget drops what this browser keeps of an upload that is gone.
function forget(id: string): void {
  const running = sendings.find(id);
  if (running) running.closed = true;
  sendings.forget(id);
  device.forget(id);
}

// deleteUploads deletes uploads, a few at a time, and returns those that are still there.
export async function deleteUploads(uploads: Upload[]): Promise<Upload[]> {
  const queue = [...uploads];
  const left: Upload[] = [];
  const work = async (): Promise<void> => {
    for (let u = queue.shift(); u; u = queue.shift()) {
      try {
        await deleteUpload(u.id, { token: u.uploadToken });
        forget(u.id);
      } catch (err) {
        if (![404, 410].includes(asFailure(err).status)) left.push(u);
      }
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  return left;
}

// confirmDelete asks, deletes an upload and forgets it here. It tells whether it is gone.
export async function confirmDelete(upload: Upload, rights: Rights, count: number, stay = false): Promise<boolean> {
  const { m } = i18n;
  if (!(await ui.ask({ title: m.deleteTitle(titleOf(upload)), text: m.deleteText(count), yes: m.deleteUpload, no: m.keepIt }))) return false;
  try {
    await deleteUpload(upload.id, rights);
  } catch (err) {
    const failure = asFailure(err);
    if (failure.status !== 404 && failure.status !== 410) {
      ui.toast(explain(failure, m, i18n.locale));
      return false;
    }
  }
  forget(upload.id);
  ui.toast(m.deleted);
  if (!stay) router.go('#/_');
  return true;
}
