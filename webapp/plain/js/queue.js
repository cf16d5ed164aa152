// Queue sends items, a few at once. An item is { file, path, state, loaded, moving, error }
// with state one of waiting, sending, done, failed; changed is called on each change.
import { put } from './api.js';

const atOnce = 3;

export class Queue {
  #headers;
  #changed;
  #stop = new AbortController();

  constructor(items, headers, changed) {
    this.items = items;
    this.#headers = headers;
    this.#changed = changed;
    for (const item of items) Object.assign(item, { state: 'waiting', loaded: 0, moving: false, error: '' });
  }

  get size() { return this.items.reduce((sum, item) => sum + item.file.size, 0); }
  get loaded() { return this.items.reduce((sum, item) => sum + item.loaded, 0); }
  count(...states) { return this.items.filter((item) => states.includes(item.state)).length; }
  get busy() { return this.count('waiting', 'sending') > 0; }

  // start sends what waits, until at most atOnce are on their way.
  start() {
    for (const item of this.items) {
      if (this.#stop.signal.aborted || this.count('sending') >= atOnce) return;
      if (item.state === 'waiting') this.#send(item);
    }
  }

  retry(item) {
    if (item.state !== 'failed') return;
    Object.assign(item, { state: 'waiting', loaded: 0, moving: false, error: '' });
    this.start();
    this.#changed();
  }

  // cancel stops everything for good.
  cancel() { this.#stop.abort(); }

  async #send(item) {
    item.state = 'sending';
    const since = performance.now();
    const progress = (bytes) => {
      item.loaded = Math.min(bytes, item.file.size);
      // What moves later than the first buffers fill is being read by somebody.
      item.moving = performance.now() - since > 1500;
      this.#changed();
    };
    try {
      item.answer = await put(item.path, item.file, { headers: this.#headers, progress, signal: this.#stop.signal });
      Object.assign(item, { state: 'done', loaded: item.file.size });
    } catch (err) {
      if (err.name === 'AbortError') return;
      Object.assign(item, { state: 'failed', loaded: 0, error: err.message });
    }
    this.start();
    this.#changed();
  }
}
