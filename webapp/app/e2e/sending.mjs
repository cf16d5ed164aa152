// Choosing and sending.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base, button, check, choose, copied, download, eventually, file, idOf, look, upload, visit } from './harness.mjs';
import { line } from './line.mjs';

const api = async (page, id) => (await page.request.get(`${base}upload/${id}`)).json();
const md5 = (bytes) => createHash('md5').update(bytes).digest('hex');

export async function choosing() {
  const { page, close } = await visit('', {});
  await choose(page, [file('plan.pdf', Buffer.alloc(18_200)), file('costs 2026.xlsx', Buffer.alloc(412_000)), file('read me first.txt', 'hello')]);
  await page.getByRole('heading', { name: /^3 files, / }).waitFor();
  await choose(page, [file('plan.pdf', Buffer.alloc(18_200))]);
  await page.getByRole('button', { name: 'Rename costs 2026.xlsx' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('costs/2026.xlsx');
  await check('a name that cannot be is said so', () => page.getByText('A name cannot contain “/”.').waitFor());
  await check('and keeps from sending', async () => (await button(page, 'Upload').isDisabled()) && page.getByText('One file name needs a fix first.').isVisible());
  await look(page, 'chosen');
  await button(page, 'Use “costs_2026.xlsx”').click();
  await check('the fix that is offered is taken', () => page.getByText('costs_2026.xlsx').waitFor());
  await button(page, 'Remove read me first.txt').click();
  await button(page, 'Undo').click();
  await check('what was removed comes back', () => page.getByText('read me first.txt').waitFor());
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', 'pasted words');
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  });
  await check('pasted text opens in the editor', async () => {
    await page.getByRole('dialog', { name: 'Write text' }).waitFor();
    return (await page.getByRole('textbox', { name: 'Text' }).inputValue()) === 'pasted words';
  });
  await page.keyboard.press('Escape');
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['dropped'], 'dropped.txt'));
    for (const type of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await check('a file may be dropped anywhere', () => page.getByText('dropped.txt').waitFor());
  await close('choosing');
}

export async function options() {
  const { page, requests, close } = await visit('', {});
  await choose(page, [file('a.txt', 'a')]);
  await page.getByRole('radio', { name: '7 days' }).check();
  await page.getByRole('switch', { name: 'With a password' }).check();
  await check('a password that is wanted and missing is said so', () => page.getByText('This server wants a password.').waitFor());
  await button(page, 'Generate').click();
  const password = await page.getByRole('textbox', { name: 'Password' }).inputValue();
  await check('a password is made up', /^[a-z]+(-[a-z]+){3}-\d\d$/.test(password));
  await page.getByRole('switch', { name: 'Message' }).check();
  await page.getByRole('textbox', { name: 'Message' }).fill('**Hello** <img src=x>');
  await look(page, 'options');
  await page.getByRole('radio', { name: 'Other' }).check();
  await page.getByRole('spinbutton', { name: 'How long' }).fill('90');
  await check('too long is refused before anything is sent', async () => (await button(page, 'Upload').isDisabled()) && page.getByText('30 days is the most here.').isVisible());
  await page.getByRole('spinbutton', { name: 'How long' }).fill('2');
  await button(page, 'Upload').click();
  await page.getByRole('heading', { name: /^Ready\./ }).waitFor();
  const body = requests.find((r) => r.method() === 'POST' && r.url().endsWith('/upload')).postDataJSON();
  await check('the server is asked for what was chosen', body.ttl === 2 * 86400 && body.password === password && body.comments === '**Hello** <img src=x>' && body.files[0].fileName === 'a.txt' && body.oneShot === false);
  await check('as a web client', requests.find((r) => r.url().endsWith('/upload')).headers()['x-clientapp'] === 'web_client');
  await close('options');
}

export async function done() {
  const { page, requests, close } = await visit('', {});
  const bytes = randomBytes(6 << 20);
  const id = await upload(page, [file('small.txt', 'small'), file('large.bin', bytes, 'application/octet-stream')]);
  await look(page, 'done');
  const found = await api(page, id);
  await check('both files are there, whole', found.files.length === 2 && found.files.every((f) => f.status === 'uploaded') && found.files.find((f) => f.fileName === 'large.bin').fileMd5 === md5(bytes));
  await check('the large one went the way that can be resumed', requests.some((r) => r.method() === 'PATCH' && r.url().includes('/tus/')));
  await check('the share link stands in its field', async () => (await page.getByRole('textbox', { name: 'Share link' }).inputValue()) === `${base}#/?id=${id}`);
  await check('and is copied, without a token', async () => (await copied(page, () => button(page, 'Copy link').click())) === `${base}#/?id=${id}`);
  await check('the manage link has one', async () => (await copied(page, () => button(page, 'Copy manage link').click())).includes('&uploadToken='));
  await close('done');
}

export async function folder() {
  const dir = mkdtempSync(join(tmpdir(), 'plik-e2e-'));
  try {
    mkdirSync(join(dir, 'photos', 'east'), { recursive: true });
    writeFileSync(join(dir, 'photos', 'a.txt'), 'one');
    writeFileSync(join(dir, 'photos', 'east', 'a.txt'), 'two');
    writeFileSync(join(dir, 'photos', '.DS_Store'), 'junk');
    const { page, close } = await visit('', {});
    await page.locator('input[webkitdirectory]').setInputFiles(join(dir, 'photos'));
    await page.getByText('Folder, 2 files.').waitFor();
    await check('system files are left out, and it is said', () => page.getByText('1 system file left out.').waitFor());
    await look(page, 'folder');
    await button(page, 'Upload').click();
    await page.getByRole('heading', { name: /^Ready\./ }).waitFor();
    const found = await api(page, idOf(page));
    await check('two files of the same name arrive', found.files.length === 2 && found.files.every((f) => f.fileName === 'a.txt'));
    await page.reload();
    await check('the page of the upload shows the folders', async () => (await page.getByRole('heading', { level: 1, name: 'photos' }).waitFor(), page.getByText('east').waitFor()));
    await look(page, 'tree');
    const zip = await download(page, page.getByRole('link', { name: 'Download all' }));
    await check('and so does the zip', zip.bytes.includes('photos/east/a.txt') && zip.bytes.includes('photos/a.txt'));
    await close('folder');
  } finally {
    rmSync(dir, { recursive: true });
  }
}

// sent waits until so many percent have left the page.
const sent = (page, percent) => page.waitForFunction((n) => Number(document.querySelector('.zone progress')?.value) >= n, percent);

export async function pausing() {
  const wire = await line(base, 6 << 20);
  const { page, close } = await visit(wire.url, { expected: [0, 404] });
  const bytes = randomBytes(20 << 20);
  await choose(page, [file('one.bin', bytes), file('two.txt', 'two')]);
  await button(page, 'Upload').click();
  await check('the link is there at once', () => page.getByRole('textbox', { name: 'Share link' }).waitFor());
  await sent(page, 10);
  await look(page, 'sending');
  await button(page, 'Pause').click();
  await check('it pauses', () => page.getByText(/^Paused at \d+ %/).waitFor());
  await look(page, 'paused');
  wire.open();
  await button(page, 'Resume').click();
  await check('and goes on to the end', () => page.getByRole('heading', { name: /^Ready\./ }).waitFor());
  const found = await api(page, idOf(page));
  await check('with nothing lost', found.files.find((f) => f.fileName === 'one.bin').fileMd5 === md5(bytes));
  await close('pausing');
  wire.close();
}

export async function resuming() {
  const wire = await line(base, 9 << 20);
  const { page, requests, close } = await visit(wire.url, { expected: [0, 404] });
  const bytes = randomBytes(24 << 20);
  await choose(page, [file('film.bin', bytes)]);
  await button(page, 'Upload').click();
  await sent(page, 35);
  wire.cut();
  await check('a lost line is noticed, and nothing is lost', () => page.getByText('Waiting for the network. Nothing is lost.').first().waitFor());
  const id = idOf(page);
  await page.goto('about:blank'); // the tab is gone
  wire.mend();
  wire.open();
  await page.goto(wire.url);
  await check('the next visit offers to go on', () => page.getByText('Go on with 1 file?').waitFor());
  await look(page, 'go-on');
  const again = page.getByLabel('Resume').and(page.locator('input'));
  await again.setInputFiles([file('film.bin', randomBytes(24 << 20))]);
  await check('another file of that name is told apart', () => page.getByText('This is another file with the same name.').waitFor());
  const before = requests.length;
  await again.setInputFiles([file('film.bin', bytes)]);
  await check('the same one goes on', () => page.getByRole('heading', { name: /^Ready\./ }).waitFor());
  const later = requests.slice(before);
  const has = Number((await (await later.find((r) => r.method() === 'HEAD').response()).allHeaders())['upload-offset']);
  const patches = later.filter((r) => r.method() === 'PATCH');
  await check('from the byte where it stopped', has > 0 && has < bytes.length && patches.length > 0 && Number(patches[0].headers()['upload-offset']) === has);
  const found = await api(page, id);
  await check('and is whole', found.files[0].status === 'uploaded' && found.files[0].fileMd5 === md5(bytes));
  await page.goto(wire.url);
  await check('then nothing is left to do', async () => (await page.getByRole('heading', { name: /Drop files/ }).waitFor(), (await page.getByText('Go on with').count()) === 0));
  await close('resuming');
  wire.close();
}

export async function failing() {
  const { page, close } = await visit('', { expected: [507, 0, 404], serviceWorkers: 'block' });
  let full = true;
  await page.route('**/file/**', (route) => (full ? route.fulfill({ status: 507, contentType: 'application/problem+json', body: '{"status":507,"code":"disk_full","detail":"no space"}' }) : route.continue()));
  await choose(page, Array.from({ length: 12 }, (_, i) => file(`f${i}.txt`, 'x')));
  await button(page, 'Upload').click();
  await check('12 failures make one summary', () => page.getByText('12 files were not sent.').first().waitFor());
  await check('and no dialog', async () => (await page.locator('dialog[open]').count()) === 0);
  await check('with the cause in words', () => page.getByText('The server is full.').first().waitFor());
  await look(page, 'failed');
  full = false;
  await button(page, 'Retry f0.txt').click();
  await page.getByText('1 of 12 files sent').waitFor();
  await button(page, 'Retry all').click();
  await check('another try brings them through', () => page.getByRole('heading', { name: /^Ready\./ }).waitFor());
  await close('failing');
}

export async function offline() {
  const wire = await line(base, 100_000);
  const { page, context, close } = await visit(wire.url, { expected: [0] });
  const bytes = randomBytes(3 << 20);
  await choose(page, [file('late.bin', bytes)]);
  await button(page, 'Upload').click();
  await sent(page, 1);
  wire.cut();
  await check('a lost line is waited for', () => page.getByText('Waiting for the network. Nothing is lost.').first().waitFor());
  await look(page, 'offline');
  wire.mend();
  wire.open();
  await context.setOffline(true);
  await context.setOffline(false);
  await check('and when it is back all goes on by itself', () => page.getByRole('heading', { name: /^Ready\./ }).waitFor());
  await check('and the file is whole', async () => (await api(page, idOf(page))).files[0].fileMd5 === md5(bytes));
  await close('offline');
  wire.close();
}

export async function cancelling() {
  const wire = await line(base, 2 << 20);
  const { page, close } = await visit(wire.url, { expected: [0, 404] });
  await choose(page, [file('big.bin', randomBytes(20 << 20))]);
  await button(page, 'Upload').click();
  await page.getByRole('textbox', { name: 'Share link' }).waitFor();
  const id = idOf(page);
  await button(page, 'Cancel').click();
  await check('stopping is asked about', () => page.getByRole('dialog', { name: 'Stop sending?' }).waitFor());
  await look(page, 'question');
  await button(page, 'Stop').click();
  await page.getByRole('heading', { name: /Drop files/ }).waitFor();
  await check('and deletes the upload', () => eventually(async () => (await page.request.get(`${base}upload/${id}`)).status() === 404));
  await close('cancelling');
  wire.close();
}

export async function streaming() {
  const sender = await visit('', {});
  const bytes = randomBytes(300_000);
  await choose(sender.page, [file('live.bin', bytes)]);
  await sender.page.getByRole('switch', { name: 'Stream, store nothing' }).check();
  await button(sender.page, 'Upload').click();
  await check('the sender waits', () => sender.page.getByRole('heading', { name: 'Waiting for the receiver.' }).waitFor());
  await look(sender.page, 'stream-sender');
  const link = await sender.page.getByRole('textbox', { name: 'Share link' }).inputValue();
  const receiver = await visit(link, { expected: [404] });
  await check('the receiver sees that somebody is there', () => receiver.page.getByText('The sender is online').waitFor());
  await look(receiver.page, 'stream-receiver');
  const got = await download(receiver.page, receiver.page.getByRole('link', { name: 'Download', exact: true }));
  await check('and gets the file', got.name === 'live.bin' && got.bytes.equals(bytes));
  await check('the sender is told', () => sender.page.getByRole('heading', { name: 'Received.' }).waitFor());
  await sender.close('stream, sender');
  await receiver.close('stream, receiver');
}
