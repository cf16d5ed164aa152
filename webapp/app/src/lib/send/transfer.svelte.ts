// One file on its way.
import type { Failure } from '../api/http';
import { Pace } from './pace';
import type { Entry } from './journal';

// waiting: for its turn. sending. paused: by the reader. broken: the line was lost, it tries again by
// itself. failed: it needs the reader. absent: its file has to be chosen again. left: not to be sent.
export type State = 'waiting' | 'sending' | 'paused' | 'broken' | 'failed' | 'absent' | 'left' | 'done';

export interface Source { id: string; name: string; folder: string; size: number; modified: number; type: string; file?: File; tus?: string; print?: string; loaded?: number }

let serial = 0;

export class Transfer {
  readonly key = ++serial;
  readonly name: string;
  readonly folder: string;
  readonly size: number;
  readonly modified: number;
  readonly type: string;

  id: string;
  file: File | undefined;
  tus: string;
  print: string;
  tries = 0;
  stop: AbortController | undefined;
  pace = new Pace(performance.now());
  since = 0; // when its bytes began to go, ms

  state = $state<State>('waiting');
  loaded = $state(0);
  speed = $state(0); // bytes per second
  failure = $state.raw<Failure>();
  retryAt = $state(0); // ms of Date.now

  constructor(from: Source) {
    this.id = from.id;
    this.name = from.name;
    this.folder = from.folder;
    this.size = from.size;
    this.modified = from.modified;
    this.type = from.type;
    this.file = from.file;
    this.tus = from.tus ?? '';
    this.print = from.print ?? '';
    this.loaded = from.loaded ?? 0;
    if (!this.file) this.state = 'absent';
  }

  // over: nothing happens to it any more.
  get over(): boolean {
    return this.state === 'done' || this.state === 'left';
  }
  get active(): boolean {
    return this.state === 'waiting' || this.state === 'sending' || this.state === 'broken';
  }
  get percent(): number {
    return this.size > 0 ? Math.min(100, Math.floor((this.loaded / this.size) * 100)) : this.state === 'done' ? 100 : 0;
  }

  entry(): Entry {
    return { file: this.id, name: this.name, folder: this.folder, size: this.size, modified: this.modified, type: this.type, print: this.print, tus: this.tus, loaded: this.tus ? this.loaded : 0 };
  }
}
