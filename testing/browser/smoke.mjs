// What a person does with the page of a running plikd, in a real browser.
//
//	PLIK_URL=http://127.0.0.1:8080 [SHOTS=directory] node smoke.mjs
import { randomBytes } from 'node:crypto';
import { base, check, download, look, run, unzip, visit } from './harness.mjs';

const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page) => page.getByRole('heading', { level: 1 });
const file = (name, bytes, mimeType = '') => ({ name, mimeType, buffer: Buffer.from(bytes) });
const hostile = '"><img src=x onerror=alert(1)>.txt';

async function choose(page, files) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button(page, 'Choose files').click()]);
  await chooser.setFiles(files);
}

// uploaded chooses files, sets options, uploads, and returns the share link.
async function uploaded(page, files, options = async () => {}) {
  await choose(page, files);
  await options();
  await button(page, 'Upload').click();
  await heading(page).getByText('Ready.').waitFor();
  return page.getByLabel('Share link', { exact: true }).inputValue();
}

async function twoFiles() {
  const sent = [file('photo.bin', randomBytes(3_000_000)), file('notes é 100%.txt', 'some notes\n', 'text/plain')];
  const sender = await visit();
  await look(sender.page, 'home');
  await button(sender.page, 'Options').click();
  await check('the options open', () => sender.page.getByLabel('Password', { exact: true }).waitFor());
  await choose(sender.page, sent);
  await button(sender.page, 'Upload').and(sender.page.locator(':enabled')).waitFor();
  await look(sender.page, 'files');
  await sender.page.getByLabel('Message').fill('First line\n<b>second</b>');
  await button(sender.page, 'Upload').click();
  await heading(sender.page).getByText('Ready.').waitFor();
  await check('focus is on the heading', () => heading(sender.page).evaluate((el) => el === document.activeElement));
  const link = await sender.page.getByLabel('Share link', { exact: true }).inputValue();
  await check('the share link leads to this server', /^#\/\?id=[A-Za-z0-9]+$/.test(link.slice(base.length)) && link.startsWith(base));
  await check('the share link cannot be edited', async () => !(await sender.page.getByLabel('Share link', { exact: true }).isEditable()));
  await button(sender.page, 'Copy link').click();
  await check('Copy link copies it', async () => (await sender.page.evaluate(() => navigator.clipboard.readText())) === link);
  await sender.page.locator('img.qr').evaluate((img) => img.decode());
  await look(sender.page, 'done');
  await sender.page.reload();
  await check('the sender may still delete after a reload', () => button(sender.page, 'Delete upload').waitFor());
  await sender.close('sending');

  const reader = await visit(link);
  const { page } = reader;
  await heading(page).getByText('2 files').waitFor();
  await check('the message is text', async () => (await page.locator('.message').textContent()) === 'First line\n<b>second</b>');
  await check('a stranger may not delete', async () => !(await button(page, 'Delete upload').isVisible()));
  for (const [i, { name, buffer }] of sent.entries()) {
    const got = await download(page, page.getByRole('listitem').filter({ hasText: name }).getByRole('link', { name: 'Download', exact: true }));
    await check(`file ${i + 1} comes back byte for byte`, got.bytes.equals(buffer));
    await check(`file ${i + 1} keeps its name (${got.name})`, got.name.replaceAll('_', '%') === name);
  }
  const zip = unzip((await download(page, page.getByRole('link', { name: 'Download all', exact: true }))).bytes);
  await check('the zip holds both files', zip.size === 2 && sent.every(({ name, buffer }) => zip.get(name)?.equals(buffer)));
  await look(page, 'share');
  await reader.close('receiving');
}

async function hostileName() {
  const sender = await visit();
  const link = await uploaded(sender.page, [file(hostile, 'harmless')]);
  await sender.close('sending a hostile name');
  const reader = await visit(link);
  await check('a hostile name is text', async () => (await heading(reader.page).textContent()) === hostile);
  await check('a hostile name makes no element', async () => (await reader.page.locator('img').count()) === 0);
  const got = await download(reader.page, reader.page.getByRole('link', { name: 'Download', exact: true }));
  await check('a file with a hostile name downloads', got.bytes.toString() === 'harmless');
  await look(reader.page, 'single');
  await reader.close('a hostile name');
}

async function password() {
  const sender = await visit();
  const sent = [file('secret.txt', 'for your eyes only', 'text/plain'), file('more.bin', randomBytes(70_000))];
  const link = await uploaded(sender.page, sent, () => sender.page.getByLabel('Password', { exact: true }).fill('pässwörd 1'));
  await sender.close('sending with a password');
  const reader = await visit(link, { expected: [401] });
  const { page } = reader;
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await button(page, 'Unlock').click();
  await check('a wrong password is told', () => page.getByText('That is not it.').waitFor());
  await look(page, 'password');
  await page.getByLabel('Password', { exact: true }).fill('pässwörd 1');
  await button(page, 'Unlock').click();
  await heading(page).getByText('2 files').waitFor();
  const got = await download(page, page.getByRole('listitem').filter({ hasText: 'secret.txt' }).getByRole('link', { name: 'Download', exact: true }));
  await check('the right password unlocks the file', got.bytes.equals(sent[0].buffer) && got.name === 'secret.txt');
  const zip = unzip((await download(page, page.getByRole('link', { name: 'Download all', exact: true }))).bytes);
  await check('the right password unlocks the zip', sent.every(({ name, buffer }) => zip.get(name)?.equals(buffer)));
  await page.reload();
  await check('a reload asks again', () => button(page, 'Unlock').waitFor());
  await reader.close('a password');
}

async function oneShot() {
  const sender = await visit();
  const link = await uploaded(sender.page, [file('ticket.pdf', 'once')], () => sender.page.getByLabel('One download only').check());
  await sender.close('sending for one download');
  const reader = await visit(link);
  const { page } = reader;
  await check('one download is announced before the click', () => page.getByText('This opens once.').waitFor());
  await look(page, 'one-shot');
  const get = page.getByRole('link', { name: 'Download', exact: true });
  const direct = await get.getAttribute('href');
  const got = await download(page, get);
  await check('the one download works', got.bytes.toString() === 'once');
  await check('the page says that it is spent', () => page.getByText('It is gone from the server now.').waitFor());
  await reader.close('one download');
  const second = await visit(link, { expected: [404, 410] });
  await check('a second visit tells that it is gone', () => heading(second.page).getByText(/Already downloaded\.|Nothing here any more\./).waitFor());
  await look(second.page, 'gone');
  await second.page.goto(direct);
  await check('the direct link lands on the error view', () => second.page.getByText('What the server said').waitFor());
  await second.close('the second visit');
}

async function errorView() {
  const text = 'file <img src=x onerror=alert(1)> & "more" is not available';
  const { page, close } = await visit(`#/?err=${encodeURIComponent(text)}&errcode=404&uri=${encodeURIComponent('/file/Abc123/Def456/x')}`);
  await check('the error is shown as text', () => page.getByText(`${text} (404)`, { exact: true }).waitFor());
  await check('the error makes no element', async () => (await page.locator('img').count()) === 0);
  await check('it offers the upload', async () => (await page.getByRole('link', { name: 'Open the upload' }).getAttribute('href')) === '#/?id=Abc123');
  await look(page, 'error');
  await page.goto(`${base}#/?err=plain text with spaces&errcode=500&uri=javascript:alert(1)`);
  await check('an unescaped error is shown too', () => page.getByText('plain text with spaces (500)').waitFor());
  await close('the error view');
}

async function cancelAndRetry() {
  const { page, close } = await visit('', { expected: [0] });
  let fail = true;
  await page.route('**/file/**', (route) => (fail && route.request().url().endsWith('/b.txt') ? route.abort() : route.continue()));
  await choose(page, [file('a.txt', 'a'), file('b.txt', 'b')]);
  await button(page, 'Upload').click();
  await button(page, 'Retry').waitFor();
  await look(page, 'failed');
  fail = false;
  await button(page, 'Retry').click();
  await check('a failed file can be sent again', () => heading(page).getByText('Ready.').waitFor());
  await page.getByRole('link', { name: 'New upload' }).click();

  let held;
  const holding = new Promise((resolve) => { held = resolve; });
  await page.unroute('**/file/**');
  await page.route('**/file/**', held);
  await choose(page, [file('held.bin', randomBytes(100_000))]);
  await button(page, 'Upload').click();
  const id = /\/file\/([^/]+)\//.exec((await holding).request().url())[1];
  await look(page, 'sending');
  await page.getByRole('link', { name: 'New upload' }).click();
  await button(page, 'Go on').click();
  await check('leaving is asked first, and the address stays', async () => {
    await page.waitForURL(`${base}#/`);
    return heading(page).getByText('Sending').isVisible();
  });
  const removed = page.waitForResponse((response) => response.request().method() === 'DELETE');
  await button(page, 'Cancel').click();
  await check('Cancel deletes what was begun', async () => (await removed).url().endsWith(`/upload/${id}`) && (await removed).ok());
  await check('Cancel keeps the list', () => page.getByText('held.bin').waitFor());
  await close('cancel and retry');
}

async function manage() {
  const sender = await visit();
  await uploaded(sender.page, [file('mine.txt', 'mine')]);
  await button(sender.page, 'Copy manage link').click();
  const link = await sender.page.evaluate(() => navigator.clipboard.readText());
  await sender.close('copying the manage link');
  await check('the manage link carries the token', /&uploadToken=[A-Za-z0-9]+$/.test(link));
  const owner = await visit(link);
  await button(owner.page, 'Delete upload').click();
  await check('the token is out of the address bar', !owner.page.url().includes('uploadToken'));
  await button(owner.page, 'Keep it').click();
  await button(owner.page, 'Delete upload').click();
  await button(owner.page, 'Delete').click();
  await check('the owner can delete', () => heading(owner.page).getByText('Deleted.').waitFor());
  await owner.close('deleting');
  const late = await visit(link.split('&')[0], { expected: [404] });
  await check('a deleted upload is gone', () => heading(late.page).getByText('Nothing here any more.').waitFor());
  await late.close('a deleted upload');
}

async function stream() {
  const bytes = randomBytes(2_000_000);
  const sender = await visit();
  await choose(sender.page, [file('live.bin', bytes)]);
  await sender.page.getByLabel('Stream, store nothing').check();
  await button(sender.page, 'Upload').click();
  await heading(sender.page).getByText('Waiting for the receiver.').waitFor();
  const link = await sender.page.getByLabel('Share link', { exact: true }).inputValue();
  await look(sender.page, 'stream');
  const receiver = await visit(link);
  const get = receiver.page.getByRole('link', { name: 'Download', exact: true });
  await get.waitFor();
  await look(receiver.page, 'stream-receiver');
  const got = await download(receiver.page, get);
  await check('a stream arrives byte for byte', got.bytes.equals(bytes));
  await check('the sender hears of it', () => heading(sender.page).getByText('Sent.').waitFor());
  await receiver.close('receiving a stream');
  await sender.close('sending a stream');
}

async function keyboardAndNoScript() {
  const keys = await visit();
  await keys.page.getByText('Up to').waitFor();
  const ring = () => keys.page.evaluate(() => ({ name: document.activeElement.textContent.trim(), ring: getComputedStyle(document.activeElement).outlineStyle }));
  const seen = [];
  for (let i = 0; i < 4; i++) {
    await keys.page.keyboard.press('Tab');
    seen.push(await ring());
  }
  await check('the keyboard reaches Choose files, with a visible focus', ['Skip to the content', 'Plik', 'Choose files', 'Options'].every((name, i) => seen[i].name === name && seen[i].ring !== 'none'));
  await keys.page.evaluate((name) => {
    const data = new DataTransfer();
    data.items.add(new File(['dropped'], name));
    for (const type of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
  }, 'dropped.txt');
  await check('a file dropped anywhere is on the list', () => keys.page.getByText('dropped.txt').waitFor());
  await keys.close('keyboard and drop');
  const plain = await visit('', { javaScriptEnabled: false });
  await check('without scripts the page tells of curl', async () => (await plain.page.locator('body').innerText()).includes('curl -T'));
  await look(plain.page, 'noscript');
  await plain.close('without scripts');
}

async function figures() {
  const { page, close } = await visit();
  const got = await page.evaluate(async () => {
    const { size, duration, kind } = await import('./js/format.js');
    const { serverName } = await import('./js/choose.js');
    return {
      sizes: [0, 999, 1000, 1100, 412_000, 18_400_000, 999_999_999, 1_240_000_000, 10e9, 5e15].map(size),
      durations: [0, 59, 60, 3600, 5400, 86400, 529_200, 2_592_000].map(duration),
      kinds: [kind('a.pdf', ''), kind('photo', 'image/png'), kind('x', ''), kind('.env', '')],
      names: ['a/b\\c.txt', 'tab\there', '..', ' spaced ', 'é'.repeat(600)].map(serverName).map((name) => (name.length > 20 ? name.length : name)),
    };
  });
  const same = (what, a, b) => check(`${what}: ${a.join(' | ')}`, JSON.stringify(a) === JSON.stringify(b));
  await same('sizes', got.sizes, ['0 B', '999 B', '1 kB', '1.1 kB', '412 kB', '18.4 MB', '1 GB', '1.24 GB', '10 GB', '5 PB']);
  await same('durations', got.durations, ['less than a minute', 'less than a minute', '1 minute', '1 hour', '1 hour, 30 minutes', '1 day', '6 days, 3 hours', '30 days']);
  await same('kinds', got.kinds, ['PDF file', 'Image', 'File', 'ENV file']);
  await same('names', got.names, ['a_b_c.txt', 'tab_here', 'file', 'spaced', 512]);
  await close('figures');
}

await run([twoFiles, hostileName, password, oneShot, errorView, cancelAndRetry, manage, stream, keyboardAndNoScript, figures]);
