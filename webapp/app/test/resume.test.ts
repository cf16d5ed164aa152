import { describe, expect, it } from 'vitest';
import { Journal, type Entry } from '../src/lib/send/journal';
import { fingerprint, match } from '../src/lib/send/match';
import { Device } from '../src/lib/device.svelte';
import type { Box } from '../src/lib/store';

class Memory implements Box {
  values = new Map<string, string>();
  full = false;
  getItem = (name: string): string | null => this.values.get(name) ?? null;
  setItem = (name: string, value: string): void => {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this.values.set(name, value);
  };
  removeItem = (name: string): void => void this.values.delete(name);
}

const entry = (change: Partial<Entry> = {}): Entry => ({ file: 'f', name: 'a.bin', folder: '', size: 4, modified: 1, type: '', print: '', tus: '', loaded: 0, ...change });
const day = 86400_000;

describe('the journal', () => {
  it('keeps what is left, and forgets what is done', () => {
    const journal = new Journal(new Memory(), () => 0);
    journal.put({ id: 'U', token: 't', at: 0, entries: [entry()] });
    expect(journal.get('U')?.entries).toHaveLength(1);
    journal.put({ id: 'U', token: 't', at: 0, entries: [] });
    expect(journal.all()).toEqual([]);
  });
  it('forgets what nobody comes back for', () => {
    const box = new Memory();
    new Journal(box, () => 0).put({ id: 'U', token: 't', at: 0, entries: [entry()] });
    expect(new Journal(box, () => 31 * day).all()).toEqual([]);
  });
  it.each(['', 'null', '{', '[1]', '[{"id":1}]', '[{"id":"a","token":"t","at":1,"entries":[null]}]'])('reads %j as nothing', (text) => {
    const box = new Memory();
    box.setItem('plik.journal', text);
    expect(new Journal(box, () => 0).all()).toEqual([]);
  });
  it('says when it cannot keep anything', () => {
    const box = new Memory();
    box.full = true;
    expect(new Journal(box, () => 0).put({ id: 'U', token: 't', at: 0, entries: [entry()] })).toBe(false);
  });
});

describe('the same file', () => {
  const file = (body: string, name = 'a.bin', lastModified = 1): { file: File; folder: string } => ({ file: new File([body], name, { lastModified }), folder: '' });

  it('is known by its contents', async () => {
    const print = await fingerprint(new Blob(['same']));
    expect(print).toMatch(/^[0-9a-f]{32}$/);
    const { same, other } = await match([entry({ print })], [file('same', 'a.bin', 999)]);
    expect(same).toHaveLength(1);
    expect(other).toEqual([]);
  });
  it('is told from another with its name and size', async () => {
    const { same, other } = await match([entry({ print: await fingerprint(new Blob(['same'])) })], [file('else')]);
    expect(same).toEqual([]);
    expect(other).toEqual(['a.bin']);
  });
  it('is known by its time where nothing else is', async () => {
    expect((await match([entry()], [file('same')])).same).toHaveLength(1);
    expect((await match([entry()], [file('same', 'a.bin', 2)])).other).toEqual(['a.bin']);
  });
  it('is not one that nobody waits for', async () => expect(await match([entry()], [file('same', 'b.bin')])).toEqual({ same: [], other: [] }));
  it('is found in its folder', async () => {
    const both = [entry({ file: '1', folder: 'x/east' }), entry({ file: '2', folder: 'x/west' })];
    const found = [{ ...file('same'), folder: 'x/west' }, { ...file('same'), folder: 'x/east' }];
    expect((await match(both, found)).same.map((m) => m.entry.file)).toEqual(['2', '1']);
  });
  it('is read at its two ends only', async () => {
    const big = new Uint8Array(1 << 20);
    const before = await fingerprint(new Blob([big]));
    big[big.length >> 1] = 1;
    expect(await fingerprint(new Blob([big]))).toBe(before);
    big[big.length - 1] = 1;
    expect(await fingerprint(new Blob([big]))).not.toBe(before);
  });
});

describe('uploads of this device', () => {
  const kept = (id: string, expire = 0) => ({ id, token: `t-${id}`, title: id, count: 1, size: 1, at: 1, expire });
  it('are found again by the next visit, newest first', () => {
    const box = new Memory();
    const device = new Device(box, () => 0);
    device.keep(kept('a'));
    device.keep(kept('b'));
    const later = new Device(box, () => 0);
    expect(later.list.map((u) => u.id)).toEqual(['b', 'a']);
    expect(later.token('a')).toBe('t-a');
  });
  it('are left out when they are over', () => {
    const box = new Memory();
    new Device(box, () => 0).keep(kept('a', 1000));
    expect(new Device(box, () => 2000).list).toEqual([]);
  });
  it('can be forgotten', () => {
    const device = new Device(new Memory(), () => 0);
    device.keep(kept('a'));
    device.forget('a');
    expect(device.token('a')).toBe('');
  });
  it('lend a right for this visit only', () => {
    const box = new Memory();
    const device = new Device(box, () => 0);
    device.lend('x', 'secret');
    expect(device.token('x')).toBe('secret');
    expect(new Device(box, () => 0).token('x')).toBe('');
  });
  it('survive what somebody else wrote there', () => {
    const box = new Memory();
    box.setItem('plik.uploads', '[{"id":{}}]');
    expect(new Device(box, () => 0).list).toEqual([]);
  });
});
