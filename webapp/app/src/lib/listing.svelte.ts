// A list that comes in pages, to its end.
import type { Listing as Query } from './api/account';
import { aborted, asFailure, type Failure } from './api/http';
import type { Page } from './api/types';

export class Listing<T> {
  items = $state.raw<T[]>([]);
  total = $state<number>();
  after = $state<string | null>(null);
  failure = $state.raw<Failure>();
  busy = $state(true);
  loaded = $state(false); // once
  query = $state<Query>({});

  #stop = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly fetch: (query: Query, signal: AbortSignal) => Promise<Page<T>>,
    query: Query = {},
    private readonly size = 50,
  ) {
    this.query = query;
  }

  // load fetches the first page. What was there stays until it has come.
  load(): Promise<void> {
    return this.#get(null);
  }

  more(): Promise<void> {
    return this.after ? this.#get(this.after) : Promise.resolve();
  }

  // change asks another question; while somebody types, once the typing rests.
  change(change: Query, typing = false): void {
    this.query = { ...this.query, ...change };
    clearTimeout(this.#timer);
    if (typing) this.#timer = setTimeout(() => void this.load(), 250);
    else void this.load();
  }

  remove(gone: (item: T) => boolean): void {
    const left = this.items.filter((item) => !gone(item));
    if (this.total !== undefined) this.total -= this.items.length - left.length;
    this.items = left;
  }

  replace(same: (item: T) => boolean, item: T): void {
    this.items = this.items.map((old) => (same(old) ? item : old));
  }

  async #get(after: string | null): Promise<void> {
    this.#stop.abort();
    const { signal } = (this.#stop = new AbortController());
    this.busy = true;
    try {
      const page = await this.fetch({ ...this.query, after, limit: this.size, count: true }, signal);
      this.items = after ? [...this.items, ...page.results] : page.results;
      this.after = page.after;
      this.total = page.total ?? this.total;
      this.failure = undefined;
      this.loaded = true;
    } catch (err) {
      if (aborted(err)) return;
      this.failure = asFailure(err);
    }
    this.busy = false;
  }
}
