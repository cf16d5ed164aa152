// Sends the bytes of a file in one request. XMLHttpRequest and not fetch: it tells how far it is.
import { base, common, Failure, failureOf } from '../api/http';
import { filePath } from '../api/uploads';
import type { RemoteFile } from '../api/types';

export interface Target { id: string; stream: boolean; token: string }
export interface Job { id: string; name: string; file: File }
export interface Watch { progress: (bytes: number) => void; signal: AbortSignal }

// put resolves to what the server made of the file. A file without an id is a new one of its
// upload. An abort of the signal rejects with an AbortError.
export function put(to: Target, job: Job, { progress, signal }: Watch): Promise<RemoteFile> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const stopped = (): void => reject(new DOMException('stopped', 'AbortError'));
    if (signal.aborted) return stopped();
    const [method, path] = job.id ? ['PUT', filePath(to, { id: job.id, fileName: job.name })] : ['POST', `${to.stream ? 'stream' : 'file'}/${encodeURIComponent(to.id)}`];
    xhr.open(method, new URL(path, base));
    for (const [name, value] of Object.entries({ ...common(), Accept: 'application/json', 'X-Plik-Auth': 'form', 'X-UploadToken': to.token })) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = (event) => progress(Math.min(event.loaded, job.file.size));
    xhr.onerror = () => reject(new Failure(0, ''));
    xhr.onabort = stopped;
    xhr.onload = () => {
      if (xhr.status !== 200) return reject(failureOf(xhr.status, xhr.responseText, xhr.getResponseHeader('Retry-After')));
      try {
        resolve(JSON.parse(xhr.responseText) as RemoteFile);
      } catch {
        reject(new Failure(-1, xhr.responseText.slice(0, 200)));
      }
    };
    signal.addEventListener('abort', () => xhr.abort(), { once: true });
    xhr.send(job.id ? job.file : form(job));
  });
}

function form(job: Job): FormData {
  const data = new FormData();
  data.append('file', job.file, job.name);
  return data;
}
