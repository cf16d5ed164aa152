// A browser, pages that are watched, checks that are counted.
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const patience = 45_000; // ms for one step, on a machine with more to do
const whole = 900_000; // ms for the run

const slash = (url) => `${(url ?? '').replace(/\/+$/, '')}/`;
export const base = slash(process.env.PLIK_URL);
export const strict = slash(process.env.PLIK_STRICT);
export const apart = slash(process.env.PLIK_APART); // whose files come from another host: elsewhere
export const elsewhere = slash(process.env.PLIK_ELSEWHERE);
const shots = process.env.SHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser;
let done = 0;
const failures = [];
const lane = new AsyncLocalStorage(); // the contexts that the part at hand has open

// check counts one fact; condition false, or an exception of a function, is a failure.
export async function check(what, condition) {
  done++;
  try {
    const value = typeof condition === 'function' ? await condition() : condition;
    if (value === false) throw new Error('it is not so');
    console.log(`ok    ${what}`);
  } catch (err) {
    failures.push(what);
    console.log(`FAIL  ${what}\n      ${String(err.message).split('\n').slice(0, 8).join('\n      ')}`);
  }
}

// visit opens a page with nothing remembered and watches it: errors on the console (a broken
// policy is one), exceptions, dialogs of the browser and requests to other hosts are failures.
// Statuses in expected are answers of the server that the browser may report. Whoever puts answers in the
// way of requests blocks the service worker, past which they would go.
export async function visit(address = '', { expected = [], ...options } = {}) {
  const context = await browser.newContext({ acceptDownloads: true, viewport: { width: 1280, height: 800 }, colorScheme: 'light', locale: 'en-GB', permissions: ['clipboard-read', 'clipboard-write'], bypassCSP: false, ...options });
  context.setDefaultTimeout(patience);
  lane.getStore().add(context);
  const trouble = [];
  const hosts = new Set([base, strict, apart, elsewhere, new URL(address, base)].map((url) => new URL(url).host));
  const requests = [];
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && !hosts.has(url.host)) trouble.push(`request to ${url.host}`);
    requests.push(request);
  });
  const watch = (page) => {
    page.on('console', (message) => {
      const status = /status of (\d+)/.exec(message.text())?.[1] ?? (/ERR_(FAILED|INTERNET_DISCONNECTED|ABORTED|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED|CONNECTION_[A-Z]+)/.test(message.text()) ? '0' : '');
      if (message.type() === 'error' && !expected.includes(Number(status || NaN))) trouble.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (err) => trouble.push(`exception: ${err.message}`));
    page.on('dialog', (dialog) => {
      if (dialog.type() !== 'beforeunload') trouble.push(`dialog: ${dialog.message()}`);
      dialog.accept().catch(() => {});
    });
  };
  const page = await context.newPage();
  watch(page);
  await page.goto(new URL(address, base).href);
  return {
    page,
    context,
    requests,
    watch,
    async close(what) {
      await check(`${what}: nothing on the console, no request elsewhere${trouble.length > 0 ? `, but ${trouble.join('; ')}` : ''}`, trouble.length === 0);
      await context.close();
      lane.getStore().delete(context);
    },
  };
}

// look checks that a screen fits wide, narrow and very narrow windows and has no fault that axe finds:
// wide in the light theme, narrow in the dark one. Colours do not depend on the width, nor names and
// places on the theme. It takes its pictures.
export async function look(page, name) {
  for (const [width, height, size] of [[1280, 800, 'wide'], [390, 844, 'phone'], [320, 640, 'small']]) {
    await page.setViewportSize({ width, height });
    await check(`${name}: no sideways scrolling at ${width} px`, () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.querySelector('main').scrollWidth <= innerWidth));
    if (size === 'small') {
      await page.evaluate(() => (document.documentElement.dir = 'rtl'));
      await check(`${name}: nor from right to left`, () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await page.evaluate(() => (document.documentElement.dir = 'ltr'));
      continue;
    }
    for (const colorScheme of ['light', 'dark']) {
      const looked = (size === 'wide') === (colorScheme === 'light');
      if (!looked && !shots) continue;
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await still(page);
      if (looked) await check(`${name}: nothing moves for who wants that, ${size}`, () => page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'running' && a.effect.getComputedTiming().duration > 1).length === 0));
      if (shots) {
        mkdirSync(shots, { recursive: true });
        await page.screenshot({ path: join(shots, `${name}-${size}-${colorScheme}.png`) });
      }
      if (looked) await check(`${name}: axe finds nothing, ${size} ${colorScheme}`, () => accessible(page));
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
  await page.setViewportSize({ width: 1280, height: 800 });
}

// still waits until what moves has come to its end, and is painted.
const still = (page) => page.evaluate(async () => {
  await Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {})));
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
});

// eventually asks until the answer is yes.
export async function eventually(ask) {
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) if (await ask()) return true;
  return false;
}

// There is one clipboard for all pages: who copies has it alone until it is read.
let clipboard = Promise.resolve();
export function copied(page, act) {
  const turn = clipboard.then(async () => {
    await page.evaluate(() => navigator.clipboard.writeText(''));
    await act();
    return (await page.waitForFunction(() => navigator.clipboard.readText())).jsonValue();
  });
  clipboard = turn.then(() => {}, () => {});
  return turn;
}

async function accessible(page) {
  // Evaluated by the debugger, which the page's policy does not concern.
  await page.evaluate(`window.axe || (() => { ${axe} })()`);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] }).then((r) => r.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target.join(' ')} ${n.any[0]?.message ?? ''}`).join(' | ')}`)));
  if (found.length > 0) throw new Error(found.join('\n'));
}

// download clicks and returns the bytes and the name of what the browser saved.
export async function download(page, locator) {
  const [saved] = await Promise.all([page.waitForEvent('download'), locator.click()]);
  return { bytes: await readFile(await saved.path()), name: saved.suggestedFilename() };
}

export const file = (name, body, mimeType = 'text/plain') => ({ name, mimeType, buffer: Buffer.isBuffer(body) ? body : Buffer.from(body) });

// choose puts files on the list of a page that shows the upload screen.
export const choose = (page, files) => page.locator('main input[type=file]:not([webkitdirectory])').first().setInputFiles(files);

export const button = (page, name) => page.getByRole('button', { name, exact: true });

// upload sends files and resolves to the id, when the link is ready.
export async function upload(page, files) {
  await choose(page, files);
  await button(page, 'Upload').click();
  await page.getByRole('heading', { name: /^Ready\./ }).waitFor();
  return idOf(page);
}

export async function signIn(page, name = 'alice', password = 'correct horse') {
  await page.getByRole('textbox', { name: 'User name' }).fill(name);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await button(page, 'Sign in').click();
}

export const idOf = (page) => new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('id');

// scored is what Lighthouse thinks of an address, in percent, in a browser of its own.
export async function scored(url) {
  const { default: lighthouse } = await import('lighthouse');
  const dir = mkdtempSync(join(tmpdir(), 'plik-lighthouse-'));
  const own = await chromium.launchPersistentContext(dir, { executablePath, args: [...args, '--remote-debugging-port=0'] });
  try {
    const [port] = readFileSync(join(dir, 'DevToolsActivePort'), 'utf8').split('\n');
    const { lhr } = await lighthouse(url, { port: Number(port), logLevel: 'error', onlyCategories: ['performance', 'accessibility', 'best-practices', 'seo'] });
    if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
    return Object.fromEntries([...Object.values(lhr.categories).map((c) => [c.id, Math.round(c.score * 100)]), ['lcp', lhr.audits['largest-contentful-paint'].displayValue], ['tbt', lhr.audits['total-blocking-time'].displayValue], ['failed', Object.values(lhr.audits).filter((a) => a.score !== null && a.score < 0.9 && a.scoreDisplayMode === 'binary').map((a) => a.id)]]);
  } finally {
    await own.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function follow(parts) {
  for (const part of parts) {
    const start = Date.now();
    const mine = new Set();
    await lane.run(mine, async () => {
      try {
        await part();
      } catch (err) {
        failures.push(part.name);
        for (const [i, page] of [...mine].flatMap((context) => context.pages()).entries()) if (shots) await page.screenshot({ path: join(shots, `failed-${part.name}-${i}.png`) }).catch(() => {});
        console.log(`FAIL  ${part.name}\n      ${String(err.stack).split('\n').slice(0, 10).join('\n      ')}`);
      }
    });
    for (const context of mine) await context.close();
    console.log(`----  ${part.name}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
  }
}

// run starts the browser and runs the parts: those of the lanes side by side, the parts of one lane one
// after the other, and those that measure at the end, alone. It sets the exit status.
export async function run(lanes, measured) {
  if ([base, strict, apart, elsewhere].includes('/')) throw new Error('the addresses of the servers are not set, see run.sh');
  const watchdog = setTimeout(() => {
    console.log(`FAIL  not done after ${whole / 1000} s`);
    process.exit(1);
  }, whole);
  browser = await chromium.launch({ executablePath, args });
  const only = process.env.ONLY?.split(',');
  const wanted = (lane) => lane.filter((part) => typeof part === 'function' && (!only || only.includes(part.name)));
  try {
    await Promise.all(lanes.map((lane) => follow(wanted(lane))));
    await follow(wanted(measured));
  } finally {
    await browser.close();
    clearTimeout(watchdog);
  }
  console.log(`${done} checks, ${failures.length} failed${failures.length ? `:\n  ${failures.join('\n  ')}` : ''}`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}
