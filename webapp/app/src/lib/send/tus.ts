// Sends a file so that it goes on where it stopped: tus 1.0.0. Loaded with the first large file.
import { Upload, type DetailedError } from 'tus-js-client';
import { base, common, Failure, failureOf } from '../api/http';
import type { Job, Target, Watch } from './put';

// A request is this large at most: proxies hold on to bodies, and some refuse larger ones.
const chunkSize = 64 << 20;

export interface Resume { url: string; found: (url: string) => void }

// sendTus resolves when the server has every byte. resume.url is where a transfer was that began
// before; found is told the address of a new one. An abort keeps what has arrived.
export function sendTus(endpoint: string, to: Target, job: Job, { progress, signal }: Watch, resume: Resume): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new DOMException('stopped', 'AbortError'));
    const metadata: Record<string, string> = { upload: to.id, filename: job.name };
    if (job.id) metadata.file = job.id;
    const upload = new Upload(job.file, {
      endpoint: new URL(endpoint.replace(/^\//, ''), base).href,
      uploadUrl: resume.url || undefined,
      metadata,
      headers: { ...common(), 'X-UploadToken': to.token, 'X-Plik-Auth': 'form' },
      chunkSize,
      retryDelays: null, // the queue decides when to try again
      storeFingerprintForResuming: false,
      onProgress: (sent) => progress(sent),
      onUploadUrlAvailable: () => resume.found(upload.url ?? ''),
      onSuccess: () => resolve(),
      onError: (err) => reject(failure(err)),
    });
    signal.addEventListener(
      'abort',
      () => {
        upload.abort().catch(() => {});
        reject(new DOMException('stopped', 'AbortError'));
      },
      { once: true },
    );
    upload.start();
  });
}

function failure(err: Error | DetailedError): Failure {
  const answer = 'originalResponse' in err ? err.originalResponse : null;
  const status = answer?.getStatus() ?? 0;
  if (status === 0) return new Failure(0, '');
  return failureOf(status, answer?.getBody() ?? '', answer?.getHeader('Retry-After') ?? null);
}
