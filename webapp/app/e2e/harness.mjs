// A browser, pages that are watched, checks that are counted.
import { mkdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const patience = 10_000; // ms for one step
const whole = 420_000; // ms for the run

const slash = (url) => `${(url ?? '').replace(/\/+$/, '')}/`;
export const base = slash(process.env.PLIK_URL);
export const strict = slash(process.env.PLIK_STRICT);
const shots = process.env.SHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser;
let done = 0;
const failures = [];
const contexts = new Set();

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
// Statuses in expected are answers of the server that the browser may report.
export async function visit(address = '', { expected = [], ...options } = {}) {
  const context = await browser.newContext({ acceptDownloads: true, viewport: { width: 1280, height: 800 }, colorScheme: 'light', locale: 'en-GB', permissions: ['clipboard-read', 'clipboard-write'], bypassCSP: false, ...options });
  context.setDefaultTimeout(patience);
  contexts.add(context);
  const trouble = [];
  const hosts = new Set([new URL(base).host, new URL(strict).host]);
  const requests = [];
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && !hosts.has(url.host)) trouble.push(`request to ${url.host}`);
    requests.push(request);
  });
  const watch = (page) => {
    page.on('console', (message) => {
      const status = /status of (\d+)/.exec(message.text())?.[1] ?? (/ERR_(FAILED|INTERNET_DISCONNECTED|ABORTED)/.test(message.text()) ? '0' : '');
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
      contexts.delete(context);
    },
  };
}

// look checks that a screen fits wide, narrow and very narrow windows and has no fault that axe finds
// in either theme, and takes its pictures.
export async function look(page, name) {
  for (const [width, height, size] of [[1280, 800, 'wide'], [390, 844, 'phone'], [320, 640, 'small']]) {
    await page.setViewportSize({ width, height });
    await check(`${name}: no sideways scrolling at ${width} px`, () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.querySelector('main').scrollWidth <= innerWidth));
    if (size === 'small') continue;
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.waitForTimeout(60);
      if (shots) {
        mkdirSync(shots, { recursive: true });
        await page.screenshot({ path: join(shots, `${name}-${size}-${colorScheme}.png`) });
      }
      await check(`${name}: axe finds nothing, ${size} ${colorScheme}`, () => accessible(page));
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
  await page.setViewportSize({ width: 1280, height: 800 });
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

export const idOf = (page) => new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('id');

// run starts the browser and runs each part; it sets the exit status.
export async function run(parts) {
  if (base === '/' || strict === '/') throw new Error('PLIK_URL and PLIK_STRICT are not set, see run.sh');
  const watchdog = setTimeout(() => {
    console.log(`FAIL  not done after ${whole / 1000} s`);
    process.exit(1);
  }, whole);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
  const only = process.env.ONLY?.split(',');
  try {
    for (const part of parts.filter((p) => !only || only.includes(p.name))) {
      try {
        await part();
      } catch (err) {
        failures.push(part.name);
        for (const [i, page] of [...contexts].flatMap((context) => context.pages()).entries()) if (shots) await page.screenshot({ path: join(shots, `failed-${part.name}-${i}.png`) }).catch(() => {});
        console.log(`FAIL  ${part.name}\n      ${String(err.stack).split('\n').slice(0, 10).join('\n      ')}`);
      }
      for (const context of contexts) await context.close();
      contexts.clear();
    }
  } finally {
    await browser.close();
    clearTimeout(watchdog);
  }
  console.log(`${done} checks, ${failures.length} failed${failures.length ? `:\n  ${failures.join('\n  ')}` : ''}`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}
