import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../src/lib/api/http';
import type { RemoteFile, Upload } from '../src/lib/api/types';
import { journal } from '../src/lib/send/journal';
import { Pace } from '../src/lib/send/pace';
import { again, delay } from '../src/lib/send/policy';
import type { Job, Target, Watch } from '../src/lib/send/put';
import { Sending, type Deps } from '../src/lib/send/sending.svelte';
import { Transfer } from '../src/lib/send/transfer.svelte';

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  vi.stubGlobal('fetch', () => Promise.reject(new Error('no network in tests')));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const upload = (change: Partial<Upload> = {}): Upload => ({ id: 'U', ttl: 60, extend_ttl: false, downloadDomain: '', comments: '', files: [], admin: true, stream: false, oneShot: false, removable: false, protectedByPassword: false, createdAt: '', expireAt: null, ...change });
const remote = (id: string): RemoteFile => ({ id, fileName: id, status: 'uploaded', fileMd5: '', fileType: '', fileSize: 1, reference: '', createdAt: '' });

// Line is a network whose transfers end when the test says so.
class Line {
  open: { job: Job; watch: Watch; done: (file: RemoteFile) => void; fail: (err: unknown) => void }[] = [];
  began = 0;
  put = (_: Target, job: Job, watch: Watch): Promise<RemoteFile> =>
    new Promise((done, fail) => {
      this.began++;
      const entry = { job, watch, done, fail };
      this.open.push(entry);
      const drop = (): void => void (this.open = this.open.filter((e) => e !== entry));
      watch.signal.addEventListener('abort', () => {
        drop();
        fail(new DOMException('stopped', 'AbortError'));
      });
    });
  async end(name: string, how: 'ok' | Failure = 'ok'): Promise<void> {
    const entry = this.open.find((e) => e.job.name === name);
    if (!entry) throw new Error(`${name} is not on its way`);
    this.open = this.open.filter((e) => e !== entry);
    if (how === 'ok') entry.done(remote(entry.job.id));
    else entry.fail(how);
    await vi.advanceTimersByTimeAsync(0);
  }
  get names(): string[] {
    return this.open.map((e) => e.job.name);
  }
}

const start = (names: string[], change: Partial<Deps> = {}, of = upload(), resumable = ''): { sending: Sending; line: Line; t: (name: string) => Transfer } => {
  const line = new Line();
  const deps: Deps = { put: line.put, tus: undefined, check: () => Promise.reject(new Failure(0, '')), random: () => 0.5, ...change };
  const sending = new Sending(of, 'token', resumable, deps);
  sending.add(names.map((name) => new Transfer({ id: `id-${name}`, name, folder: '', size: 4, modified: 1, type: '', file: new File(['body'], name) })));
  return { sending, line, t: (name) => sending.transfers.find((one) => one.name === name) as Transfer };
};

describe('sending', () => {
  it('sends three at a time, in order', async () => {
    const { line, sending } = start(['a', 'b', 'c', 'd', 'e']);
    expect(line.names).toEqual(['a', 'b', 'c']);
    await line.end('b');
    expect(line.names).toEqual(['a', 'c', 'd']);
    expect(sending.sent).toBe(1);
    for (const name of ['a', 'c', 'd', 'e']) await line.end(name);
    expect(sending.finished).toBe(true);
    expect(sending.percent).toBe(100);
  });

  it('pauses and resumes, all or one', async () => {
    const { line, sending, t } = start(['a', 'b', 'c', 'd']);
    sending.pause(t('a'));
    await vi.advanceTimersByTimeAsync(0);
    expect(line.names).toEqual(['b', 'c', 'd']);
    sending.pause();
    await vi.advanceTimersByTimeAsync(0);
    expect(line.names).toEqual([]);
    expect(sending.busy).toBe(false);
    sending.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(line.names).toHaveLength(3);
  });

  it('waits for a lost line and tries again by itself', async () => {
    const { line, t } = start(['a']);
    await line.end('a', new Failure(0, ''));
    expect(t('a').state).toBe('broken');
    await vi.advanceTimersByTimeAsync(1500);
    expect(line.names).toEqual(['a']);
    expect(line.began).toBe(2);
    await line.end('a');
    expect(t('a').state).toBe('done');
  });

  it('tries at once when the browser says that there is a line', async () => {
    const { line, sending } = start(['a']);
    await line.end('a', new Failure(503, 'not now', '', 600));
    await vi.advanceTimersByTimeAsync(5000);
    expect(line.names).toEqual([]);
    sending.hurry();
    expect(line.names).toEqual(['a']);
  });

  it.each([401, 403, 404, 413, 507])('leaves a %d to the reader', async (status) => {
    const { line, t, sending } = start(['a', 'b']);
    await line.end('a', new Failure(status, 'no'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(t('a').state).toBe('failed');
    await line.end('b');
    expect(sending.finished).toBe(false);
    sending.retry(t('a'));
    await line.end('a');
    expect(sending.finished).toBe(true);
  });

  it('finds out that only the answer was lost', async () => {
    const { line, t } = start(['a'], { check: () => Promise.resolve(upload({ files: [{ ...remote('id-a'), fileSize: 4 }] })) });
    await line.end('a', new Failure(0, ''));
    expect(t('a').state).toBe('done');
  });

  it('goes on without what failed', async () => {
    const { line, sending } = start(['a', 'b']);
    await line.end('a', new Failure(413, 'too large'));
    await line.end('b');
    sending.leaveFailed();
    expect(sending.finished).toBe(true);
    expect(sending.wanted).toBe(1);
  });

  it('stops for good', async () => {
    const { line, sending } = start(['a', 'b', 'c', 'd']);
    sending.cancel();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(line.names).toEqual([]);
    expect(line.began).toBe(3);
    expect(journal.all()).toEqual([]);
  });

  it('never tries a stream again by itself', async () => {
    const { line, t } = start(['a'], {}, upload({ stream: true }));
    await line.end('a', new Failure(0, ''));
    expect(t('a').state).toBe('failed');
  });

  it('sends large files so that they can go on, and writes down where they are', async () => {
    const calls: string[] = [];
    let finish = (): void => {};
    const tus: Deps['tus'] = (_endpoint, _to, _job, watch, resume) => {
      calls.push(resume.url);
      resume.found('/tus/abc');
      watch.progress(2 << 20);
      return new Promise((resolve, reject) => {
        finish = resolve;
        watch.signal.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
      });
    };
    const line = new Line();
    const sending = new Sending(upload(), 'token', '/tus/', { put: line.put, tus, check: () => Promise.reject(new Failure(0, '')), random: () => 0 });
    const large = new Transfer({ id: 'big', name: 'big', folder: '', size: 8 << 20, modified: 1, type: '', file: new File(['x'], 'big'), print: 'known' });
    sending.add([large]);
    await vi.advanceTimersByTimeAsync(10);
    expect(journal.get('U')?.entries[0]).toMatchObject({ file: 'big', tus: '/tus/abc', print: 'known' });
    sending.pause();
    await vi.advanceTimersByTimeAsync(10);
    sending.resume();
    await vi.advanceTimersByTimeAsync(10);
    expect(calls).toEqual(['', '/tus/abc']);
    finish();
    await vi.advanceTimersByTimeAsync(1000);
    expect(sending.finished).toBe(true);
    expect(journal.get('U')).toBeUndefined();
    expect(line.began).toBe(0);
  });
});

describe('policy', () => {
  it.each([[0, true], [429, true], [500, true], [503, true], [507, false], [400, false], [401, false], [413, false]])('a %d may help to try again: %s', (status, is) => expect(again(new Failure(status, ''))).toBe(is));
  it('waits longer each time, up to half a minute', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7].map((tries) => delay(tries, new Failure(0, ''), 0.5));
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  });
  it('does what the server says', () => expect(delay(1, new Failure(429, '', '', 40))).toBe(40_000));
});

describe('pace', () => {
  it('finds the speed and what is left', () => {
    const pace = new Pace(0);
    expect(pace.left(100)).toBeUndefined();
    for (let s = 1; s <= 30; s++) pace.tick(s * 1000, s * 1_000_000);
    expect(Math.round(pace.speed)).toBe(1_000_000);
    expect(Math.round(pace.left(10_000_000) ?? 0)).toBe(10);
  });
  it('does not jump when the line slows down', () => {
    const pace = new Pace(0);
    pace.tick(1000, 1_000_000);
    const before = pace.left(100_000_000) ?? 0;
    pace.tick(4000, 1_000_001);
    expect(pace.left(100_000_000) ?? Infinity).toBeLessThanOrEqual(before * 1.2 + 1);
  });
  it('forgets over a pause', () => {
    const pace = new Pace(0);
    pace.tick(1000, 1_000_000);
    pace.rest(60_000, 1_000_000);
    expect(pace.speed).toBe(0);
  });
});
