// The main screens, as people see them. See pictures.sh.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { line } from './line.mjs';
import { pdf } from './pdf.mjs';

const out = process.argv[2];
mkdirSync(out, { recursive: true });
const server = `${process.env.PLIK_URL.replace(/\/+$/, '')}/`;
const wire = await line(server, 24 << 20);
const base = 'http://plik.example.org/';
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', `--host-resolver-rules=MAP plik.example.org:80 ${new URL(wire.url).host}`, `--unsafely-treat-insecure-origin-as-secure=${base.slice(0, -1)}`],
});

const text = (name, body, mimeType = 'text/plain') => ({ name, mimeType, buffer: Buffer.isBuffer(body) ? body : Buffer.from(body) });
const button = (page, name) => page.getByRole('button', { name, exact: true });
const ready = (page) => page.getByRole('heading', { name: /^Ready\./ }).waitFor();
const pick = (page, files) => page.locator('main input[type=file]:not([webkitdirectory])').first().setInputFiles(files);
const idOf = (page) => new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('id');
const switchOn = (page, name) => page.getByRole('switch', { name }).check();

async function open(hash = '') {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', colorScheme: 'light', permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  await page.goto(base + hash);
  return page;
}

// shoot takes the pictures of a screen: wide and of a phone, and dark ones where they are wanted.
async function shoot(page, name, dark = []) {
  const wanted = [['wide', 'light'], ['phone', 'light'], ...dark.map((size) => [size, 'dark'])];
  await page.mouse.move(2, 2);
  for (const [size, colorScheme] of wanted) {
    await page.setViewportSize(size === 'wide' ? { width: 1280, height: 800 } : { width: 390, height: 844 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(async () => {
      scrollTo(0, 0);
      await Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {})));
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    });
    await page.screenshot({ path: join(out, `${name}-${size}${colorScheme === 'dark' ? '-dark' : ''}.png`) });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 800 });
}

// A picture of a harbour in the morning.
async function harbour() {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  const water = Array.from({ length: 26 }, (_, i) => `<rect x="${700 + 70 * Math.sin(i * 2.3) - i * 6}" y="${650 + i * 13}" width="${180 + i * 14}" height="4" rx="2" fill="#ffe9c4" opacity="${0.75 - i * 0.025}"/>`).join('');
  const crane = (x, s) => `<g transform="translate(${x} 640) scale(${s})" stroke="#22303c" stroke-width="11" fill="none"><path d="M-60 0V-270M60 0V-270M-60-120L60-230M60-120L-60-230M-150-270H300M0-270V-350L300-270M0-350L-150-270"/><path d="M215-270V-170" stroke-width="5"/><rect x="190" y="-170" width="52" height="38" fill="#d9480f" stroke="none"/></g>`;
  await page.setContent(`<body style="margin:0"><svg width="1600" height="1000" viewBox="0 0 1600 1000" xmlns="http://www.w3.org/2000/svg"><defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="#3f5e77"/><stop offset=".55" stop-color="#e2a875"/><stop offset=".65" stop-color="#f6cf95"/></linearGradient><linearGradient id="w" x2="0" y2="1"><stop stop-color="#b08b77"/><stop offset="1" stop-color="#24384a"/></linearGradient></defs><rect width="1600" height="650" fill="url(#s)"/><circle cx="800" cy="560" r="86" fill="#fff1cf"/><path d="M0 650V560Q220 480 470 570T960 540 1600 560V650Z" fill="#6f7f91"/><path d="M0 650V610Q300 560 620 620T1600 600V650Z" fill="#4a5d6e"/><rect y="640" width="1600" height="360" fill="url(#w)"/>${water}${crane(300, 1.05)}${crane(1180, 0.8)}<path d="M470 690h420l-50 78H530z" fill="#1b2733"/><rect x="560" y="648" width="70" height="42" fill="#d9480f"/><rect x="634" y="648" width="70" height="42" fill="#f0ece4"/><rect x="708" y="648" width="70" height="42" fill="#8a99a6"/><path d="M0 1000V930Q260 880 640 1000Z" fill="#101a22"/></svg>`);
  const jpeg = await page.screenshot({ type: 'jpeg', quality: 88 });
  await page.close();
  return jpeg;
}

async function session(login) {
  const answer = await fetch(`${server}auth/local/login`, { method: 'POST', body: JSON.stringify({ login, password: 'correct horse' }) });
  const cookies = answer.headers.getSetCookie().map((c) => c.split(';')[0]);
  return { Cookie: cookies.join('; '), 'X-XSRFToken': cookies.find((c) => c.startsWith('plik-xsrf=')).slice(10) };
}

// Enough of a file for the server to see what it is.
const heads = { pdf: '%PDF-1.7\n', jpg: '\xff\xd8\xff\xe0', mp4: '\0\0\0\x18ftypmp42\0\0\0\0mp42isom', wav: 'RIFF\0\0\0\0WAVEfmt ', zip: 'PK\x03\x04', gz: '\x1f\x8b\x08', csv: 'item,unit\n'.repeat(60), txt: 'Some words. '.repeat(50) };
function bytesOf(name, size) {
  const bytes = Buffer.alloc(size, /csv|txt/.test(name) ? 'a,b\n' : 0);
  bytes.write(heads[name.split('.').at(-1)] ?? '', 'latin1');
  return bytes;
}

async function send(headers, files, options = {}) {
  const made = await fetch(`${server}upload`, { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify({ ...options, files: files.map(([fileName, fileSize, fileType]) => ({ fileName, fileSize, fileType })) }) });
  if (!made.ok) throw new Error(await made.text());
  const upload = await made.json();
  for (const file of upload.files) {
    const form = new FormData();
    form.append('file', new Blob([bytesOf(file.fileName, file.fileSize)]), file.fileName);
    const sent = await fetch(`${server}file/${upload.id}/${file.id}/${encodeURIComponent(file.fileName)}`, { method: 'POST', headers: { ...headers, 'X-UploadToken': upload.uploadToken }, body: form });
    if (!sent.ok) throw new Error(await sent.text());
  }
}

// What was there before.
const people = { mara: await session('mara'), jonas: await session('jonas'), lab: await session('media-lab') };
const kB = 1000;
const MB = 1000 * kB;
const things = [['field-recordings-46.wav', 5.2 * MB, 'audio/wave'], ['server-logs.tar.gz', 2.7 * MB, 'application/gzip'], ['rehearsal.mp4', 7.6 * MB, 'video/mp4'], ['minutes.pdf', 310 * kB, 'application/pdf'], ['harbour.jpg', 1.9 * MB, 'image/jpeg'], ['model.ifc', 3.1 * MB, 'application/octet-stream'], ['data.csv', 84 * kB, 'text/csv']];
for (let i = 0; i < 130; i++) {
  const [name, bytes, type] = things[(i * 5 + (i >> 3)) % things.length];
  await send(i % 9 === 0 ? {} : [people.lab, people.jonas, people.lab][i % 3], [[name, Math.round(bytes * (0.4 + ((i * 37) % 100) / 80)), type]], { ttl: 86400 * 30 });
}
const own = [
  [[['lecture-4.pdf', 4.1 * MB], ['lecture-4.mp4', 31 * MB], ['exercises.pdf', 210 * kB]], {}],
  [[['server-logs.tar.gz', 12 * MB]], { ttl: 3600 * 20 }],
  [[['field-recordings-46.wav', 44 * MB], ['notes.txt', 3 * kB]], { ttl: 86400 * 20 }],
  [[['invoice-0931.pdf', 184 * kB]], { oneShot: true }],
  [[['press-kit-autumn.zip', 61 * MB]], { ttl: 86400 * 29 }],
  [[['contract.pdf', 890 * kB]], { password: 'kiosk amber' }],
  [[['floor-plans.dwg', 9 * MB], ['floor-plans.pdf', 2 * MB]], { ttl: 86400 * 6 }],
];
for (const [files, options] of own) await send(people.mara, files.map(([name, bytes]) => [name, Math.round(bytes), '']), { ttl: 86400 * 14, ...options });
execFileSync('python3', [process.env.OLDER, process.env.PLIK_DB]);

const photo = await harbour();
const csv = 'item,unit,quantity,price\nSteel piles,m,420,118.50\nConcrete C35/45,m³,1260,142.00\nTimber decking,m²,880,64.20\nBollards,piece,14,910.00\nLadders,piece,9,385.00\n';
const notes = 'Start with the ground floor. The costs are a draft.\n';

{
  const page = await open();
  await pick(page, [text('drone-flight.mp4', Buffer.alloc(46 << 20)), text('harbour-dawn.jpg', photo, 'image/jpeg'), text('read me first.txt', notes)]);
  await button(page, 'Upload').click();
  await page.waitForFunction(() => Number(document.querySelector('.zone progress')?.value) >= 50 && document.querySelectorAll('.st.ok').length === 2);
  await page.waitForTimeout(1000); // the bar is behind the number
  await shoot(page, 'sending', ['wide']);
  await page.close();
  wire.open();
}
{
  const page = await open();
  await page.getByText('Up to 10 GB per file').waitFor();
  await shoot(page, 'drop', ['wide', 'phone']);
  await pick(page, [text('harbour-dawn.jpg', photo, 'image/jpeg'), text('plan-ground-floor.pdf', pdf(['Quay 7', 'Ground floor']), 'application/pdf'), text('quay7-model.ifc', Buffer.alloc(38e6)), text('costs 2026.csv', csv, 'text/csv'), text('read me first.txt', notes)]);
  await switchOn(page, 'With a password');
  await button(page, 'Generate').click();
  await shoot(page, 'chosen', ['wide']);
  await page.getByRole('switch', { name: 'With a password' }).uncheck();
  await switchOn(page, 'Message');
  await page.getByRole('textbox', { name: 'Message' }).fill('Final set for the tender. Start with the **ground floor**; the costs are a draft.');
  await button(page, 'Upload').click();
  await ready(page);
  await shoot(page, 'done', ['wide']);
  await button(page, 'Show QR code').click();
  await page.getByRole('dialog').waitFor();
  await shoot(page, 'qr');
  await page.keyboard.press('Escape');
  const link = `#/?id=${idOf(page)}`;
  await page.goto(`${base}#/device`);
  await page.getByRole('link', { name: /harbour-dawn/ }).waitFor();
  await shoot(page, 'device');
  await page.context().close();
  const reader = await open(link);
  await reader.getByRole('button', { name: /^harbour-dawn\.jpg/ }).click();
  await reader.waitForFunction(() => document.querySelector('.stage img')?.naturalWidth === 1600);
  await shoot(reader, 'share', ['wide', 'phone']);
  await reader.getByRole('button', { name: /^costs 2026/ }).click();
  await reader.getByRole('cell', { name: 'Bollards' }).waitFor();
  await shoot(reader, 'preview');
  await reader.context().close();
}
{
  const page = await open();
  await pick(page, [text('tickets.pdf', pdf(['Row 4']), 'application/pdf')]);
  await switchOn(page, 'One download only');
  await button(page, 'Upload').click();
  await ready(page);
  const reader = await open(`#/?id=${idOf(page)}`);
  await reader.getByRole('heading', { name: 'This opens once.' }).waitFor();
  await shoot(reader, 'one-shot', ['phone']);
  await reader.context().close();
  await page.context().close();
}
{
  const page = await open();
  await pick(page, [text('contract.pdf', pdf(['Contract']), 'application/pdf')]);
  await switchOn(page, 'With a password');
  await page.getByRole('textbox', { name: 'Password' }).fill('kiosk-amber-reed');
  await button(page, 'Upload').click();
  await ready(page);
  const reader = await open(`#/?id=${idOf(page)}`);
  await reader.getByRole('heading', { name: 'These files have a password.' }).waitFor();
  await shoot(reader, 'password');
  await reader.context().close();
  await page.context().close();
}
{
  const page = await open();
  await pick(page, [text('rehearsal-take-3.wav', Buffer.alloc(28e6))]);
  await switchOn(page, 'Stream, store nothing');
  await button(page, 'Upload').click();
  await page.getByRole('heading', { name: 'Waiting for the receiver.' }).waitFor();
  await shoot(page, 'stream-sender');
  const reader = await open(`#/?id=${idOf(page)}`);
  await reader.getByText('The sender is online').waitFor();
  await shoot(reader, 'stream-receiver');
  await reader.context().close();
  await page.context().close();
}
{
  const page = await open('#/clients');
  await page.getByRole('heading', { name: 'From a terminal' }).waitFor();
  await page.getByText('curl -T photo.jpg').waitFor();
  await shoot(page, 'clients');
  await page.goto(`${base}#/?id=gone`);
  await page.getByRole('heading', { name: 'Nothing here any more.' }).waitFor();
  await shoot(page, 'error');
  await page.goto(`${base}#/home`);
  await page.getByRole('textbox', { name: 'User name' }).fill('mara');
  await page.getByRole('textbox', { name: 'Password' }).fill('correct horse');
  await shoot(page, 'login');
  await button(page, 'Sign in').click();
  await page.getByText('7 of 7').waitFor();
  await shoot(page, 'home', ['wide']);
  await page.goto(`${base}#/home/tokens`);
  for (const [name, scope] of [['backup', 'upload'], ['build server', 'upload'], ['laptop', 'full']]) {
    await page.getByRole('textbox', { name: 'What is it for?' }).fill(name);
    await page.getByRole('combobox', { name: 'It may' }).selectOption(scope);
    await button(page, 'Create token').click();
    if (name !== 'laptop') await button(page, 'Done').click();
  }
  await button(page, 'Copy token').waitFor();
  await shoot(page, 'tokens');
  await page.goto(`${base}#/home/account`);
  await page.getByRole('heading', { name: 'Change password' }).waitFor();
  await shoot(page, 'account');
  await page.goto(`${base}#/admin`);
  await page.getByRole('region', { name: 'Uploads a day' }).getByRole('img').waitFor();
  await page.getByText('media-lab').first().waitFor();
  await shoot(page, 'admin', ['wide']);
  await page.goto(`${base}#/admin/users`);
  await page.getByRole('link', { name: 'jonas' }).waitFor();
  await shoot(page, 'users');
  await page.goto(`${base}#/admin/config`);
  await page.getByRole('row', { name: /FeatureAuthentication/ }).waitFor();
  await shoot(page, 'config');
  await page.context().close();
}
await browser.close();
wire.close();
