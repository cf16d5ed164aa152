// Sends a file of 4 GiB and fetches it again, and watches the memory of the page and of the browser.
// Not part of the run of all screens: it takes minutes and twice its size on the disk.
// Usage: huge.sh PLIKD [GIB]
import { createHash } from 'node:crypto';
import { createReadStream, closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const base = `${process.env.PLIK_URL.replace(/\/+$/, '')}/`;
const bytes = Number(process.env.GIB ?? 4) * 2 ** 30;
const most = 150; // MB that a page may take beyond what it took at rest
const dir = mkdtempSync(join(tmpdir(), 'plik-huge-'));

// A file with holes, and a few bytes in each GiB so that no part of it is like another.
const source = join(dir, 'huge.bin');
const fd = openSync(source, 'w');
ftruncateSync(fd, bytes);
for (let at = 0; at < bytes; at += 2 ** 28) writeSync(fd, `here is ${at}`, at);
closeSync(fd);

const digest = async (path) => {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'], downloadsPath: dir });
try {
  const context = await browser.newContext({ acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(1_800_000);
  const system = await browser.newBrowserCDPSession();

  // memory is what the processes of a kind hold for themselves, in MB; what they map of files does not count.
  const memory = async (kind) => {
    const { processInfo } = await system.send('SystemInfo.getProcessInfo');
    let sum = 0;
    for (const { id, type } of processInfo.filter((p) => p.type === kind)) {
      try {
        sum += Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))[1]) / 1000;
      } catch {
        console.log(`the ${type} ${id} has ended`);
      }
    }
    return Math.round(sum);
  };

  // watch runs what takes long and tells how much memory it took at most.
  const watch = async (what, run) => {
    const rest = { renderer: await memory('renderer'), browser: await memory('browser') };
    const peak = { ...rest };
    const start = Date.now();
    const timer = setInterval(async () => {
      for (const kind of Object.keys(peak)) peak[kind] = Math.max(peak[kind], await memory(kind).catch(() => 0));
    }, 500);
    const result = await run().finally(() => clearInterval(timer));
    const seconds = (Date.now() - start) / 1000;
    console.log(`${what}: ${(bytes / 2 ** 30).toFixed(0)} GiB in ${seconds.toFixed(0)} s, ${(bytes / 1e6 / seconds).toFixed(0)} MB/s; page ${rest.renderer} MB at rest, ${peak.renderer} MB at most; browser ${rest.browser} MB at rest, ${peak.browser} MB at most`);
    if (peak.renderer - rest.renderer > most) throw new Error(`the page took ${peak.renderer - rest.renderer} MB more, ${most} at most`);
    return result;
  };

  await page.goto(base);
  await page.locator('main input[type=file]:not([webkitdirectory])').first().setInputFiles(source);
  await page.getByRole('button', { name: 'Upload', exact: true }).waitFor();
  await watch('upload', async () => {
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByRole('heading', { name: /^Ready\./ }).waitFor();
  });
  await page.reload();
  const link = page.getByRole('link', { name: 'Download', exact: true });
  await link.waitFor();
  const path = await watch('download', async () => {
    const [saved] = await Promise.all([page.waitForEvent('download'), link.click()]);
    return saved.path();
  });
  const [sent, got] = [await digest(source), await digest(path)];
  console.log(`MD5 sent ${sent}, got ${got}`);
  if (sent !== got) throw new Error('what came back is not what was sent');
} finally {
  await browser.close();
  rmSync(dir, { recursive: true, force: true });
}
