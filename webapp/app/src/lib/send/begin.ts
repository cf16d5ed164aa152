// Starting to send: a new upload, more files for one, or what an earlier visit left.
import { asFailure } from '../api/http';
import { createUpload, getUpload } from '../api/uploads';
import type { NewUpload, Upload } from '../api/types';
import { device } from '../device.svelte';
import { session } from '../session.svelte';
import { lockName, type Record as Left } from './journal';
import { match } from './match';
import { Sending } from './sending.svelte';
import { sendings } from './sendings.svelte';
import { Transfer } from './transfer.svelte';

export interface Chosen { file: File; name: string; folder: string }

// reference is the mark of a file of a new upload. One that begins with a slash is where the file
// stood: the page of the upload shows its folders again. Other clients' are whatever they like.
export function reference(folder: string, name: string, serial: number): string {
  const path = `/${folder}/${name}`;
  return folder && new TextEncoder().encode(path).length <= 1000 ? path : String(serial);
}

// begin creates an upload of what is chosen and starts to send it.
export async function begin(wanted: Omit<NewUpload, 'files'>, chosen: Chosen[]): Promise<Sending> {
  const references = chosen.map(({ folder, name }, i) => reference(folder, name, i));
  const files = chosen.map(({ file, name }, i) => ({ fileName: name, fileType: file.type, fileSize: file.size, reference: references[i] ?? '' }));
  const upload = await createUpload({ ...wanted, files });
  const ids = new Map((upload.files ?? []).map((f) => [f.reference, f.id]));
  const transfers = chosen.map((one, i) => fresh(one, ids.get(references[i] ?? '') ?? ''));
  keep(upload, transfers);
  return run(upload, upload.uploadToken ?? '', transfers);
}

const fresh = ({ file, name, folder }: Chosen, id: string): Transfer =>
  new Transfer({ id, name, folder, size: file.size, modified: file.lastModified, type: file.type, file });

// extend sends more files to an upload that is there.
export function extend(upload: Upload, token: string, chosen: Chosen[]): Sending {
  const transfers = chosen.map((one) => fresh(one, ''));
  const running = sendings.find(upload.id);
  if (!running?.unfinished) return run(upload, token, transfers);
  running.add(transfers);
  return running;
}

export interface Resumed { sending?: Sending; other: string[]; gone: boolean }

// goOn takes up what is left of an upload with the files that were chosen again. Without a sending
// the upload is gone, or other names files that are not the same, or none is wanted there.
export async function goOn(left: Left, found: { file: File; folder: string }[]): Promise<Resumed> {
  const { same, other } = await match(left.entries, found);
  if (same.length === 0) return { other, gone: false };
  let upload: Upload;
  try {
    upload = await getUpload(left.id, { token: left.token });
  } catch (err) {
    if (![404, 410].includes(asFailure(err).status)) throw err;
    sendings.forget(left.id);
    return { other, gone: true };
  }
  const files = new Map(same.map((m) => [m.entry, m.file]));
  const there = new Set((upload.files ?? []).filter((f) => f.status === 'uploaded').map((f) => f.id));
  const transfers = left.entries.filter((e) => !there.has(e.file)).map((e) => new Transfer({ ...e, id: e.file, file: files.get(e) }));
  return { sending: run(upload, left.token, transfers), other, gone: false };
}

// more gives files to those of a sending that still miss theirs, and names those that are not the same.
export async function more(sending: Sending, found: { file: File; folder: string }[]): Promise<string[]> {
  const entries = new Map(sending.transfers.filter((t) => t.state === 'absent').map((t) => [t.entry(), t]));
  const { same, other } = await match([...entries.keys()], found);
  for (const { entry, file } of same) {
    const t = entries.get(entry);
    if (t) Object.assign(t, { file, state: 'waiting' });
  }
  sending.start();
  return other;
}

function run(upload: Upload, token: string, transfers: Transfer[]): Sending {
  const sending = new Sending(upload, token, session.config?.resumableUploads ?? '');
  sendings.add(sending);
  sending.add(transfers);
  hold(upload.id, sending);
  return sending;
}

function keep(upload: Upload, transfers: Transfer[]): void {
  const [first] = transfers;
  device.keep({
    id: upload.id,
    token: upload.uploadToken ?? '',
    title: first ? first.folder.split('/')[0] || first.name : '',
    count: transfers.length,
    size: transfers.reduce((sum, t) => sum + t.size, 0),
    at: Date.now(),
    expire: upload.expireAt ? Date.parse(upload.expireAt) : 0,
  });
}

// hold tells other tabs that this one sends the upload, until it is done.
function hold(id: string, sending: Sending): void {
  const done = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setInterval(() => {
        if (sending.unfinished) return;
        clearInterval(timer);
        resolve();
      }, 2000);
    });
  navigator.locks?.request(lockName(id), { ifAvailable: true }, done).catch(() => {});
}
