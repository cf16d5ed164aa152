// An upload on its way: its files, a few at a time, until all are there or somebody stops it.
import { aborted, asFailure, Failure } from '../api/http';
import { deleteFile, deleteUpload, getUpload } from '../api/uploads';
import type { RemoteFile, Upload } from '../api/types';
import { journal } from './journal';
import { fingerprint } from './match';
import { again, delay, maxTries } from './policy';
import { put, type Watch } from './put';
import { Pace } from './pace';
import { Transfer } from './transfer.svelte';

const atOnce = 3;
const large = 4 << 20; // bytes from which a file is sent so that it can go on where it stopped

export interface Deps {
  put: typeof put;
  tus: typeof import('./tus').sendTus | undefined; // undefined: loaded when needed
  check: (id: string, token: string) => Promise<Upload>;
  random: () => number;
}

const real: Deps = { put, tus: undefined, check: (id, token) => getUpload(id, { token }), random: Math.random };

export class Sending {
  transfers = $state.raw<Transfer[]>([]);
  loaded = $state(0);
  speed = $state(0);
  left = $state<number>(); // seconds
  moving = $state(false); // somebody receives: only of a stream
  closed = $state(false); // cancelled
  dismissed = $state(false); // the reader went on to the page of the upload
  paused = $state(false);

  readonly size = $derived(this.transfers.reduce((sum, t) => sum + (t.state === 'left' ? 0 : t.size), 0));
  readonly sent = $derived(this.transfers.filter((t) => t.state === 'done').length);
  readonly wanted = $derived(this.transfers.filter((t) => t.state !== 'left').length);
  readonly failed = $derived(this.transfers.filter((t) => t.state === 'failed').length);
  readonly absent = $derived(this.transfers.filter((t) => t.state === 'absent').length);
  readonly busy = $derived(!this.closed && this.transfers.some((t) => t.active));
  readonly unfinished = $derived(!this.closed && this.transfers.some((t) => !t.over));
  readonly finished = $derived(!this.closed && this.sent > 0 && this.transfers.every((t) => t.over));

  #pace = new Pace(performance.now());
  #clock: ReturnType<typeof setInterval> | undefined;
  #dirty = false;
  #wake: WakeLockSentinel | undefined;

  constructor(
    readonly upload: Upload,
    readonly token: string,
    readonly resumable: string, // path of the server's tus, empty: none
    private readonly deps: Deps = real,
  ) {}

  add(transfers: Transfer[]): void {
    this.transfers = [...this.transfers, ...transfers];
    this.#note();
    this.start();
  }

  get percent(): number {
    if (this.finished) return 100;
    return this.size > 0 ? Math.min(99, Math.floor((this.loaded / this.size) * 100)) : 0;
  }

  // start sends what waits, until enough are on their way.
  start(): void {
    if (this.closed) return;
    this.#clock ??= setInterval(() => this.#tick(), 250);
    let room = atOnce - this.transfers.filter((t) => t.state === 'sending').length;
    for (const t of this.transfers) {
      if (room <= 0) break;
      if (t.state !== 'waiting') continue;
      room--;
      void this.#send(t);
    }
    this.#tick();
    void this.#stayAwake();
  }

  pause(only?: Transfer): void {
    if (!only) this.paused = true;
    for (const t of only ? [only] : this.transfers) {
      if (!t.active) continue;
      t.state = 'paused';
      t.stop?.abort();
    }
    this.start();
  }

  resume(only?: Transfer): void {
    this.paused = false;
    const now = performance.now();
    for (const t of only ? [only] : this.transfers) if (t.state === 'paused') this.#wait(t);
    this.#pace.rest(now, this.loaded);
    this.start();
  }

  // retry sends what failed again; only what the reader asks for.
  retry(only?: Transfer): void {
    for (const t of only ? [only] : this.transfers) if (t.state === 'failed' || t.state === 'broken') this.#wait(t);
    this.start();
  }

  // leave takes a file out, here and on the server.
  leave(t: Transfer): void {
    if (t.over) return;
    t.state = 'left';
    t.stop?.abort();
    const { id } = t;
    if (id) void deleteFile(this.upload, { id, fileName: t.name } as RemoteFile, { token: this.token }).catch(() => {}); // it ends with its upload
    this.#note();
    this.start();
  }

  // leaveFailed ends an upload of which some files did not get through.
  leaveFailed(): void {
    for (const t of this.transfers) if (t.state === 'failed' || t.state === 'absent') this.leave(t);
  }

  // cancel stops everything and deletes the upload.
  cancel(): void {
    this.closed = true;
    for (const t of this.transfers) t.stop?.abort();
    journal.drop(this.upload.id);
    this.#rest();
    void deleteUpload(this.upload.id, { token: this.token }).catch(() => {}); // it expires by itself if this does not get through
  }

  #wait(t: Transfer): void {
    t.state = 'waiting';
    t.failure = undefined;
    t.tries = 0;
    t.retryAt = 0;
  }

  async #send(t: Transfer): Promise<void> {
    const { file } = t;
    if (!file) return void (t.state = 'absent');
    t.state = 'sending';
    t.stop = new AbortController();
    t.since = performance.now();
    t.pace.rest(t.since, t.tus ? t.loaded : 0);
    if (!this.#resumes(t)) t.loaded = 0;
    const watch: Watch = {
      signal: t.stop.signal,
      progress: (bytes) => {
        if (bytes > t.loaded) t.tries = 0; // the line works
        t.loaded = bytes;
      },
    };
    try {
      if (this.#resumes(t)) await this.#tus(t, file, watch);
      else t.id = (await this.deps.put({ id: this.upload.id, stream: this.upload.stream, token: this.token }, { id: t.id, name: t.name, file }, watch)).id;
      this.#arrived(t);
    } catch (err) {
      if (!aborted(err)) await this.#trouble(t, asFailure(err));
    }
    this.#note();
    this.start();
  }

  #resumes(t: Transfer): boolean {
    return this.resumable !== '' && !this.upload.stream && (t.size >= large || t.tus !== '');
  }

  async #tus(t: Transfer, file: File, watch: Watch): Promise<void> {
    this.deps.tus ??= await import('./tus').then((m) => m.sendTus).catch(() => { throw new Failure(0, ''); });
    t.print ||= await fingerprint(file);
    const found = (url: string): void => {
      t.tus = url;
      this.#note();
      this.#write();
    };
    await this.deps.tus(this.resumable, { id: this.upload.id, stream: false, token: this.token }, { id: t.id, name: t.name, file }, watch, { url: t.tus, found });
  }

  #arrived(t: Transfer): void {
    t.state = 'done';
    t.loaded = t.size;
    t.failure = undefined;
    t.speed = 0;
  }

  async #trouble(t: Transfer, failure: Failure): Promise<void> {
    if (t.state !== 'sending') return;
    // The answer may have been lost, and not the file.
    if (t.id && (t.tries > 0 || failure.status === 0) && !this.upload.stream && [0, 400, 404, 409].includes(failure.status)) {
      const now = await this.deps.check(this.upload.id, this.token).catch(() => undefined);
      if (t.state !== 'sending') return;
      if (now?.files?.some((f) => f.id === t.id && f.status === 'uploaded' && f.fileSize === t.size)) return this.#arrived(t);
    }
    t.tries++;
    t.failure = failure;
    t.speed = 0;
    const mayHelp = again(failure) || (t.tries > 1 && (failure.status === 409 || failure.status === 400));
    if (this.upload.stream || !mayHelp || t.tries > maxTries) return void (t.state = 'failed');
    t.state = 'broken';
    t.retryAt = Date.now() + delay(t.tries, failure, this.deps.random());
  }

  // hurry tries again at once what waits for the line: the browser says that there is one.
  hurry(): void {
    for (const t of this.transfers) if (t.state === 'broken') t.retryAt = 0;
    this.#tick();
  }

  #tick(): void {
    const now = performance.now();
    let again = false;
    let loaded = 0;
    for (const t of this.transfers) {
      if (t.state !== 'left') loaded += t.loaded;
      if (t.state === 'sending') {
        t.pace.tick(now, t.loaded);
        t.speed = t.pace.speed;
        // What moves later than the first buffers fill is being read by somebody.
        if (this.upload.stream && t.loaded > 0 && now - t.since > 1500 && t.speed > 0) this.moving = true;
      } else if (t.state === 'broken' && Date.now() >= t.retryAt) {
        t.state = 'waiting';
        again = true;
      }
    }
    this.loaded = loaded;
    this.#pace.tick(now, loaded);
    this.speed = this.#pace.speed;
    this.left = this.#pace.left(Math.max(0, this.size - loaded));
    if (this.#dirty) this.#write();
    if (again) this.start();
    else if (!this.busy) this.#rest();
  }

  #rest(): void {
    clearInterval(this.#clock);
    this.#clock = undefined;
    if (this.#dirty && !this.closed) this.#write();
    void this.#wake?.release().catch(() => {});
    this.#wake = undefined;
  }

  #note(): void {
    this.#dirty = true;
  }

  // save writes down what is left to do, so that it can go on after a reload.
  save(): void {
    if (!this.closed) this.#write();
  }

  #write(): void {
    this.#dirty = false;
    if (this.upload.stream) return;
    journal.put({ id: this.upload.id, token: this.token, at: Date.now(), entries: this.transfers.filter((t) => !t.over && t.id).map((t) => t.entry()) });
  }

  async #stayAwake(): Promise<void> {
    if (this.#wake || !this.busy || !('wakeLock' in navigator)) return;
    this.#wake = await navigator.wakeLock.request('screen').catch(() => undefined);
  }
}
