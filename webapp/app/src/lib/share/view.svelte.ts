// An upload as its receiver sees it, kept up to date while something is still to come.
import { aborted, asFailure, type Failure } from '../api/http';
import { getUpload, unlockUpload, type Rights, type Ticket } from '../api/uploads';
import type { RemoteFile, Upload } from '../api/types';
import { device } from '../device.svelte';
import { flatten, treeOf, type Order } from './tree';

export type Stage = 'loading' | 'password' | 'gone' | 'empty' | 'spent' | 'trouble' | 'ready';

const over = (file: RemoteFile): boolean => file.status === 'removed' || file.status === 'deleted';

export class ShareView {
  upload = $state.raw<Upload>();
  failure = $state.raw<Failure>();
  stage = $state<Stage>('loading');
  ticket = $state(''); // stands for the password, once it was shown
  order = $state<Order>('name');
  started = $state.raw<ReadonlySet<string>>(new Set()); // files of which this page began the only download
  spentHere = $state(false);

  readonly visible = $derived((this.upload?.files ?? []).filter((file) => !over(file) || this.started.has(file.id)));
  readonly ready = $derived(this.visible.filter((file) => this.isReady(file)));
  readonly coming = $derived(this.visible.filter((file) => !this.isReady(file) && !this.started.has(file.id)));
  readonly gone = $derived((this.upload?.files ?? []).length - this.visible.length);
  readonly size = $derived(this.visible.reduce((sum, file) => sum + file.fileSize, 0));
  readonly tree = $derived(treeOf(this.visible, this.order));
  readonly flat = $derived(flatten(this.tree));

  #until = 0; // when the ticket ends, ms
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #stop = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = 3000;

  constructor(
    readonly id: string,
    given: string,
  ) {
    if (given) device.lend(id, given);
  }

  get rights(): Rights {
    return { token: device.token(this.id) || undefined };
  }
  get mayDelete(): boolean {
    return !!this.upload && (this.upload.admin || this.upload.removable);
  }
  // locked: links to the files have stopped working, for the ticket is over.
  get locked(): boolean {
    return !!this.upload?.protectedByPassword && Date.now() > this.#until;
  }

  isReady(file: RemoteFile): boolean {
    return !this.started.has(file.id) && file.status === (this.upload?.stream ? 'uploading' : 'uploaded');
  }

  async load(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const upload = await getUpload(this.id, this.rights, this.#stop.signal);
      // Links to protected files need the cookie, also for who may see them for another reason.
      if (upload.protectedByPassword && Date.now() > this.#until) this.#hold(await unlockUpload(this.id, this.rights));
      this.#show(upload);
    } catch (err) {
      if (aborted(err) || this.#stop.signal.aborted) return;
      this.#fail(asFailure(err));
    }
  }

  #show(upload: Upload): void {
    this.upload = upload;
    this.failure = undefined;
    if (upload.uploadToken && upload.admin) device.lend(this.id, upload.uploadToken);
    // Of what the server still has, no download began after all.
    const still = new Set((upload.files ?? []).filter((f) => f.status === 'uploaded').map((f) => f.id));
    if ([...this.started].some((id) => still.has(id))) this.started = new Set([...this.started].filter((id) => !still.has(id)));
    const all = upload.files ?? [];
    if (upload.oneShot && this.spentHere && this.ready.length === 0 && this.coming.length === 0) this.stage = 'spent';
    else if (this.visible.length > 0 || (all.length === 0 && upload.admin)) this.stage = 'ready';
    else if (all.length === 0) this.stage = 'empty';
    else if (upload.oneShot || upload.stream) this.stage = 'spent';
    else this.stage = 'gone';
    this.#plan();
  }

  #fail(failure: Failure): void {
    this.failure = failure;
    if (failure.status === 401) {
      this.stage = 'password';
    } else if (failure.status === 404 || failure.status === 410) {
      this.stage = this.spentHere ? 'spent' : 'gone';
      if (this.stage === 'gone') device.forget(this.id);
    } else if (this.stage === 'password') {
      return; // which says what is wrong
    } else if (!this.upload) this.stage = 'trouble';
    else this.#plan();
  }

  async unlock(login: string, password: string): Promise<void> {
    try {
      this.#hold(await unlockUpload(this.id, this.rights, { login: login || 'plik', password }));
    } catch (err) {
      return this.#fail(asFailure(err));
    }
    await this.load();
  }

  // hold keeps a ticket, and gets another one before it ends.
  #hold({ ticket, expireAt }: Ticket): void {
    if (this.#stop.signal.aborted) return;
    const left = Math.max(60_000, Date.parse(expireAt) - Date.now());
    this.ticket = ticket;
    this.#until = Date.now() + left;
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => void unlockUpload(this.id, this.rights).then((next) => this.#hold(next)).catch(() => {}), left * 0.8);
  }

  // spend notes that the only download of files has begun.
  spend(files: RemoteFile[]): void {
    this.started = new Set([...this.started, ...files.map((f) => f.id)]);
    this.spentHere = true;
    this.#later(1500);
  }

  // plan looks again while something is still to come, less often as time goes by.
  #plan(): void {
    if (this.stage !== 'empty' && this.coming.length === 0 && !this.upload?.stream) return;
    this.#later(this.#wait);
    this.#wait = Math.min(30_000, this.#wait * 1.3);
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (document.hidden ? this.#later(ms) : void this.load()), ms);
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#renewal);
    this.#stop.abort();
  }
}
