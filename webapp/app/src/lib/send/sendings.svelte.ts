// Everything that is being sent from this tab, and what earlier visits did not finish. How sending
// works is in begin.ts, which comes when something is sent.
import { journal, lockName, type Record as Left } from './journal';
import type { Sending } from './sending.svelte';

class Sendings {
  list = $state.raw<Sending[]>([]);
  left = $state.raw<Left[]>([]);
  readonly active = $derived(this.list.filter((s) => s.busy));

  constructor() {
    addEventListener('online', () => this.list.forEach((s) => s.hurry()));
    addEventListener('pagehide', () => this.list.forEach((s) => s.save()));
    addEventListener('beforeunload', (event) => {
      if (this.active.length > 0) event.preventDefault();
    });
  }

  find(id: string): Sending | undefined {
    return this.list.find((s) => s.upload.id === id && !s.closed);
  }

  add(sending: Sending): void {
    this.list = [sending, ...this.list.filter((s) => s.upload.id !== sending.upload.id)];
    this.left = this.left.filter((r) => r.id !== sending.upload.id);
  }

  // look finds what earlier visits did not finish, but for what another tab is sending.
  async look(): Promise<void> {
    const held = new Set((await navigator.locks?.query().catch(() => undefined))?.held?.map((lock) => lock.name));
    this.left = journal.all().filter((r) => !held.has(lockName(r.id)) && !this.find(r.id));
  }

  forget(id: string): void {
    journal.drop(id);
    this.left = this.left.filter((r) => r.id !== id);
  }
}

export const sendings = new Sendings();
