// A browser, pages that are watched, checks that are counted.
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const patience = 10_000; // ms for one step
const whole = 240_000; // ms for the run

export const base = `${(process.env.PLIK_URL ?? '').replace(/\/+$/, '')}/`;
const shots = process.env.SHOTS;

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
    console.log(`FAIL  ${what}\n      ${String(err.message).split('\n').slice(0, 6).join('\n      ')}`);
  }
}

// visit opens a page of its own, with nothing remembered, and watches it: errors on the
// console, exceptions, dialogs and requests to other hosts are failures. Statuses in
// expected are answers of the server that the browser may report on the console.
export async function visit(address = '', { expected = [], ...options } = {}) {
  const context = await browser.newContext({ acceptDownloads: true, viewport: { width: 1280, height: 800 }, colorScheme: 'light', permissions: ['clipboard-read', 'clipboard-write'], ...options });
  context.setDefaultTimeout(patience);
  contexts.add(context);
  const trouble = [];
  const host = new URL(base).host;
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.host !== host) trouble.push(`request to ${url.host}`);
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    const status = /status of (\d+)/.exec(message.text())?.[1] ?? (/ERR_FAILED/.test(message.text()) ? '0' : '');
    if (message.type() === 'error' && !expected.includes(Number(status || NaN))) trouble.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (err) => trouble.push(`exception: ${err.message}`));
  page.on('dialog', (dialog) => {
    if (dialog.type() !== 'beforeunload') trouble.push(`dialog: ${dialog.message()}`);
    dialog.accept().catch(() => {});
  });
  await page.goto(new URL(address, base).href);
  return {
    page,
    context,
    async close(what) {
      await check(`${what}: nothing on the console, no request elsewhere${trouble.length > 0 ? `, but ${trouble.join('; ')}` : ''}`, trouble.length === 0);
      await context.close();
      contexts.delete(context);
    },
  };
}

// look checks that the page fits wide and narrow screens, and takes its pictures.
export async function look(page, name) {
  for (const [width, height, size] of [[1280, 800, 'wide'], [390, 844, 'phone'], [320, 640, 'small']]) {
    await page.setViewportSize({ width, height });
    await check(`${name}: no sideways scrolling at ${width} px`, () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.querySelector('main').scrollWidth <= innerWidth));
    for (const colorScheme of size === 'small' ? [] : ['light', 'dark']) {
      if (!shots) continue;
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      mkdirSync(shots, { recursive: true });
      await page.screenshot({ path: join(shots, `${name}-${size}-${colorScheme}.png`) });
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
  await page.setViewportSize({ width: 1280, height: 800 });
}

// download clicks and returns the bytes and the name of what the browser saved.
export async function download(page, locator) {
  const [saved] = await Promise.all([page.waitForEvent('download'), locator.click()]);
  return { bytes: await readFile(await saved.path()), name: saved.suggestedFilename() };
}

// unzip returns the files of a zip by name, as its directory lists them.
export function unzip(zip) {
  const files = new Map();
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = zip.readUInt32LE(end + 16);
  for (let n = zip.readUInt16LE(end + 10); n > 0; n--) {
    const [method, size, name, extra, comment, local] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42)];
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(data, data + size);
    files.set(zip.toString('utf8', at + 46, at + 46 + name), method === 8 ? inflateRawSync(bytes) : bytes);
    at += 46 + name + extra + comment;
  }
  return files;
}

// run starts the browser and runs each part; it sets the exit status.
export async function run(parts) {
  if (base === '/') throw new Error('PLIK_URL is not set: the address of a running plikd');
  const watchdog = setTimeout(() => {
    console.log(`FAIL  not done after ${whole / 1000} s`);
    process.exit(1);
  }, whole);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
  try {
    for (const part of parts) {
      try {
        await part();
      } catch (err) {
        failures.push(part.name);
        console.log(`FAIL  ${part.name}\n      ${String(err.stack).split('\n').slice(0, 8).join('\n      ')}`);
      }
      for (const context of contexts) await context.close();
      contexts.clear();
    }
  } finally {
    await browser.close();
    clearTimeout(watchdog);
  }
  console.log(`${done} checks, ${failures.length} failed`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}
