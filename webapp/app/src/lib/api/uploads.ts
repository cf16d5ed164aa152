// The part of the API that is about uploads and files.
import { base, json, request, send, type Headers } from './http';
import type { NewUpload, RemoteFile, Upload } from './types';

// Rights are what the reader can show for an upload.
export interface Rights {
  token?: string; // upload token
}

export const rightsHeaders = ({ token }: Rights): Headers => (token ? { 'X-UploadToken': token } : {});

const enc = encodeURIComponent;

export const createUpload = (wanted: NewUpload, signal?: AbortSignal): Promise<Upload> => send<Upload>('upload', wanted, { signal });

export const getUpload = (id: string, rights: Rights, signal?: AbortSignal): Promise<Upload> =>
  json<Upload>(`upload/${enc(id)}`, { headers: rightsHeaders(rights), signal });

// Ticket stands for the password of an upload: as the cookie that comes with it, or in an address.
export interface Ticket { ticket: string; expireAt: string }

// unlockUpload shows a password, or that none is needed: an owner's right, an earlier ticket.
export const unlockUpload = (id: string, rights: Rights, shown: { login?: string; password?: string } = {}): Promise<Ticket> =>
  send<Ticket>(`upload/${enc(id)}/unlock`, shown, { headers: rightsHeaders(rights) });

export const deleteUpload = (id: string, rights: Rights): Promise<Response> => request(`upload/${enc(id)}`, { method: 'DELETE', headers: rightsHeaders(rights) });

export const deleteFile = (upload: Upload, file: RemoteFile, rights: Rights): Promise<Response> =>
  request(filePath(upload, file), { method: 'DELETE', headers: rightsHeaders(rights) });

type Of = Pick<Upload, 'id' | 'stream'>;

// filePath is where a file is sent to and fetched from, relative to base.
export function filePath(upload: Of, file: Pick<RemoteFile, 'id' | 'fileName'>): string {
  return `${upload.stream ? 'stream' : 'file'}/${enc(upload.id)}/${enc(file.id)}/${enc(file.fileName)}`;
}

// zipPath is where all files, or those named, come as one archive.
export function zipPath(upload: Of, files: string[] = []): string {
  const some = files.length > 0 ? `?files=${files.map(enc).join(',')}` : '';
  return `archive/${enc(upload.id)}/archive.zip${some}`;
}

// hostOf is the host that serves an upload's bytes, which may be another than the page's.
export const hostOf = (upload: { downloadDomain?: string }): string => (upload.downloadDomain ? `${upload.downloadDomain.replace(/\/+$/, '')}/` : base);

// saveURL is the address of path that makes a browser save what it gets. A stream waits for its sender.
// The ticket is for another host, where the cookie does not go.
export function saveURL(upload: Of & { downloadDomain?: string }, path: string, ticket = ''): string {
  const url = new URL(path, hostOf(upload));
  url.searchParams.set('dl', '1');
  if (upload.stream) url.searchParams.set('wait', '60');
  if (ticket && upload.downloadDomain) url.searchParams.set('ticket', ticket);
  return url.href.replaceAll('%2C', ',');
}

export const shareLink = (id: string): string => `${base}#/?id=${enc(id)}`;
export const manageLink = (id: string, token: string): string => `${shareLink(id)}&uploadToken=${enc(token)}`;
