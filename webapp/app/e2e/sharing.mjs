// The page of an upload.
import { apart, base, button, check, choose, download, elsewhere, file, idOf, look, upload, visit } from './harness.mjs';
import { pdf } from './pdf.mjs';

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==', 'base64');
const link = (page, name) => page.getByRole('link', { name, exact: true });

export async function receiving() {
  const sender = await visit('', {});
  const id = await upload(sender.page, [file('photo.png', png, 'image/png'), file('notes.md', '# Title\n\n<script>alert(1)</script><img src="http://elsewhere.example/x.png" alt="pic">\n\n[link](javascript:alert(1)) [ok](https://example.org)\n', 'text/markdown'), file('data.csv', 'name,size\n"a, b",2\n'), file('main.go', 'package main\n'), file('page.html', '<h1>hi</h1><script>document.title="owned"</script>', 'text/html'), file('thing.ifc', 'x')]);
  await sender.close('sender');
  const { page, close } = await visit(`#/?id=${id}`, {});
  await link(page, 'Download all').waitFor();
  await check('a receiver may not delete', async () => (await button(page, 'Delete upload').count()) === 0);
  await page.getByRole('button', { name: /^photo\.png/ }).click();
  await check('a picture is shown', () => page.waitForFunction(() => document.querySelector('.stage img')?.naturalWidth === 5));
  await look(page, 'share');
  await page.getByRole('button', { name: /^notes\.md/ }).click();
  const frame = page.frameLocator('.stage iframe');
  await check('Markdown is formatted', () => frame.getByRole('heading', { name: 'Title' }).waitFor());
  await check('without script, pictures or links that run', async () => (await frame.locator('script, img, a[href^="javascript"]').count()) === 0);
  await look(page, 'share-markdown');
  await page.getByRole('button', { name: /^data\.csv/ }).click();
  await check('a table is one', () => page.getByRole('cell', { name: 'a, b' }).waitFor());
  await look(page, 'share-table');
  await page.getByRole('button', { name: /^page\.html/ }).click();
  await check('HTML is source', () => page.locator('.stage pre').getByText('<h1>hi</h1>').waitFor());
  await page.getByRole('button', { name: /^thing\.ifc/ }).click();
  await check('what cannot be shown is said so', () => page.getByText('No preview for this kind of file.').waitFor());
  await page.keyboard.press('ArrowLeft');
  await check('arrow keys go through the files', async () => !(await page.getByText('No preview for this kind of file.').isVisible()));
  await page.getByRole('button', { name: /^Checksum of/ }).click();
  await check('the checksum is there', () => page.getByText(/^MD5 [0-9a-f]{32}$/).waitFor());
  const zip = await download(page, link(page, 'Download all'));
  await check('all come as a zip', zip.name.endsWith('.zip') && zip.bytes.subarray(0, 2).toString() === 'PK');
  const one = await download(page, link(page, 'Download main.go'));
  await check('one comes as itself', one.name === 'main.go' && one.bytes.toString() === 'package main\n');
  await button(page, 'Select').click();
  await page.getByRole('checkbox', { name: 'Select main.go' }).check();
  await page.getByRole('checkbox', { name: 'Select data.csv' }).check();
  const some = await download(page, link(page, 'Download 2 files'));
  await check('some come as a smaller zip', some.bytes.length < zip.bytes.length && some.bytes.includes('main.go') && !some.bytes.includes('photo.png'));
  await look(page, 'share-select');
  await close('receiving');
}

export async function single() {
  const sender = await visit('', {});
  await choose(sender.page, [file('letter.txt', 'Dear reader\n')]);
  await sender.page.getByRole('switch', { name: 'Message' }).check();
  await sender.page.getByRole('textbox', { name: 'Message' }).fill('**Read** this ![spy](http://elsewhere.example/spy.png)');
  await button(sender.page, 'Upload').click();
  await sender.page.getByRole('heading', { name: /^Ready\./ }).waitFor();
  const id = idOf(sender.page);
  const { page, close } = await visit(`#/?id=${id}`, { expected: [404] });
  await check('one file is the heading', () => page.getByRole('heading', { level: 1, name: 'letter.txt' }).waitFor());
  await check('the message is formatted', () => page.locator('strong', { hasText: 'Read' }).waitFor());
  await check('and loads nothing', async () => (await page.locator('.message img').count()) === 0);
  await check('its text is shown', () => page.getByText('Dear reader').waitFor());
  await look(page, 'single');
  const got = await download(page, link(page, 'Download'));
  await check('one click gets it', got.name === 'letter.txt' && got.bytes.toString() === 'Dear reader\n');
  await check('another link in the same tab shows another upload', async () => {
    await page.goto(`${base}#/?id=doesnotexist`);
    await page.getByRole('heading', { name: 'Nothing here any more.' }).waitFor();
  });
  await close('single');
  await sender.close('sender of one');
}

// The sanitiser is tried in a real browser: what counts is what that makes of it.
export async function hostile() {
  const vectors = ['[ok](https://example.org "title")', '<script>document.title="owned"</script>', '<img src=x onerror="document.title=1">', '[a](javascript:alert(1))', '<iframe src="http://elsewhere.example/"></iframe>', '<a href="data:text/html,x">b</a>', '<p style="background:url(http://elsewhere.example/a.png)">c</p>', '<svg onload=alert(1)><use href="http://elsewhere.example/s.svg#x"/></svg>', '<form action="http://elsewhere.example/"><input name=q></form>', '![d](http://elsewhere.example/y.png)', '<video src="http://elsewhere.example/v"></video>', '<link rel=stylesheet href="http://elsewhere.example/x.css">', '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>'];
  const sender = await visit('', {});
  await choose(sender.page, [file('readme.md', vectors.join('\n\n'), 'text/markdown')]);
  await sender.page.getByRole('switch', { name: 'Message' }).check();
  await sender.page.getByRole('textbox', { name: 'Message' }).fill(vectors.join('\n\n'));
  await button(sender.page, 'Preview').click();
  await sender.page.locator('.prose a[href="https://example.org"]').waitFor();
  await button(sender.page, 'Upload').click();
  await sender.page.getByRole('heading', { name: /^Ready\./ }).waitFor();
  const { page, close } = await visit(`#/?id=${idOf(sender.page)}`, {});
  const bad = (root) => [...root.querySelectorAll('*')].filter((el) => /^(script|img|iframe|svg|form|input|video|style|link|math)$/i.test(el.tagName) || [...el.attributes].some((a) => /^on|^style$/i.test(a.name) || /^(javascript|data):/i.test(a.value))).map((el) => el.outerHTML);
  await page.locator('.message a[href="https://example.org"]').waitFor();
  const inMessage = await page.locator('.message').evaluate(bad);
  await check(`a hostile message is harmless${inMessage.length ? `, but ${inMessage.join(' ')}` : ''}`, inMessage.length === 0);
  await check('its links tell nobody where they come from', async () => (await page.locator('.message a[href="https://example.org"]').getAttribute('rel')).includes('noreferrer'));
  const frame = page.frameLocator('.stage iframe');
  await frame.locator('a[href="https://example.org"]').waitFor();
  const inFrame = await frame.locator('main').evaluate(bad);
  await check(`a hostile file as well${inFrame.length ? `, but ${inFrame.join(' ')}` : ''}`, inFrame.length === 0);
  await check('the frame of a file has no origin', async () => !(await page.locator('.stage iframe').getAttribute('sandbox')).match(/allow-(same-origin|scripts)/));
  await close('hostile');
  await sender.close('hostile sender');
}

export async function secret() {
  const sender = await visit('', {});
  await choose(sender.page, [file('secret.txt', 'hush'), file('photo.png', png, 'image/png'), file('pages.pdf', pdf(['Hidden page']), 'application/pdf')]);
  await sender.page.getByRole('switch', { name: 'With a password' }).check();
  await sender.page.getByRole('textbox', { name: 'Password' }).fill('пароль-ünïcode');
  await button(sender.page, 'Upload').click();
  await sender.page.getByRole('heading', { name: /^Ready\./ }).waitFor();
  const id = idOf(sender.page);
  const { page, requests, close } = await visit(`#/?id=${id}`, { expected: [401] });
  await check('the page asks for the password itself', () => page.getByRole('heading', { name: 'These files have a password.' }).waitFor());
  await look(page, 'password');
  await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
  await button(page, 'Unlock').click();
  await check('a wrong one is said so', () => page.getByText('That is not it.').waitFor());
  await look(page, 'password-wrong');
  await page.getByRole('textbox', { name: 'Password' }).fill('пароль-ünïcode');
  await button(page, 'Unlock').click();
  await check('the right one opens', () => link(page, 'Download all').waitFor());
  await page.getByRole('button', { name: /^photo\.png/ }).click();
  await check('a protected picture is shown, as a plain address', async () => (await page.waitForFunction(() => document.querySelector('.stage img')?.naturalWidth === 5), (await page.locator('.stage img').getAttribute('src')).startsWith(`file/${id}/`)));
  await page.getByRole('button', { name: /^secret\.txt/ }).click();
  await check('a protected text is shown', () => page.getByText('hush').waitFor());
  await page.getByRole('button', { name: /^pages\.pdf/ }).click();
  await check('a protected PDF is shown', () => drawn(page));
  const got = await download(page, link(page, 'Download secret.txt'));
  await check('a file is saved by a link of the browser', got.name === 'secret.txt' && got.bytes.toString() === 'hush' && requests.filter((r) => r.url().includes('secret.txt?dl=1')).every((r) => r.resourceType() === 'document'));
  const zip = await download(page, link(page, 'Download all'));
  await check('and the zip', zip.bytes.subarray(0, 2).toString() === 'PK');
  await check('no address has the password or a ticket', requests.every((r) => !/ticket=|%D0%BF|password=/.test(r.url())));
  await page.reload();
  await check('this browser is not asked again', () => link(page, 'Download all').waitFor());
  await close('secret');
  // Who made it needs no password, neither to look nor to save.
  await button(sender.page, 'Open').click();
  await button(sender.page, 'Delete upload').waitFor();
  const own = await download(sender.page, link(sender.page, 'Download secret.txt'));
  await check('who sent it saves it without the password', own.bytes.toString() === 'hush');
  await sender.close('sender of a secret');
}

// Files from a host of their own, where the cookies of the page do not go.
export async function other() {
  const sender = await visit(apart, {});
  await choose(sender.page, [file('far.txt', 'from afar'), file('far too.txt', 'from afar as well')]);
  await sender.page.getByRole('switch', { name: 'With a password' }).check();
  await sender.page.getByRole('textbox', { name: 'Password' }).fill('over there');
  await button(sender.page, 'Upload').click();
  await sender.page.getByRole('heading', { name: /^Ready\./ }).waitFor();
  const id = idOf(sender.page);
  const { page, close } = await visit(`${apart}#/?id=${id}`, { expected: [401] });
  await page.getByRole('textbox', { name: 'Password' }).fill('over there');
  await button(page, 'Unlock').click();
  await link(page, 'Download all').waitFor();
  const href = await link(page, 'Download far.txt').getAttribute('href');
  await check('files come from the other host, with a ticket', href.startsWith(`${elsewhere}file/${id}/`) && href.includes('ticket='));
  const one = await download(page, link(page, 'Download far.txt'));
  await check('a protected one is saved from there', one.name === 'far.txt' && one.bytes.toString() === 'from afar');
  const zip = await download(page, link(page, 'Download all'));
  await check('and the zip', zip.bytes.subarray(0, 2).toString() === 'PK');
  await look(page, 'other-host');
  await page.reload();
  await check('after a reload as well', async () => (await download(page, link(page, 'Download far.txt'))).bytes.toString() === 'from afar');
  await close('other host');
  await sender.close('sender to another host');
}

// drawn waits until the page of a PDF file is on its canvas: the rectangle has its colour.
const drawn = (page) => page.waitForFunction(() => {
  const canvas = document.querySelector('.pdf-page canvas');
  if (!canvas?.width) return false;
  const [r, g, b] = canvas.getContext('2d').getImageData(canvas.width * 0.3, canvas.height * 0.85, 1, 1).data;
  return r > 200 && g > 50 && g < 110 && b < 30;
});

export async function pages() {
  const sender = await visit('', {});
  const id = await upload(sender.page, [file('book.pdf', pdf(['First page', 'Second page']), 'application/pdf'), file('broken.pdf', 'this is none', 'application/pdf')]);
  await sender.close('sender of a book');
  const { page, requests, close } = await visit(`#/?id=${id}`, { expected: [] });
  await page.getByRole('button', { name: /^book\.pdf/ }).click();
  await check('a PDF is drawn, page by page', () => drawn(page));
  await check('and is no document here', async () => (await page.locator('iframe, embed, object').count()) === 0 && page.frames().length === 1);
  await check('the reader comes from here', requests.some((r) => /pdf\.worker/.test(r.url())));
  await look(page, 'share-pdf');
  await check('its first page is told', () => page.getByRole('img', { name: 'book.pdf, Page 1 of 2' }).waitFor());
  await button(page, 'Next page').click();
  await check('there is a next one', async () => (await page.getByRole('img', { name: 'book.pdf, Page 2 of 2' }).waitFor(), await drawn(page), button(page, 'Next page').isDisabled()));
  await page.getByRole('button', { name: /^broken\.pdf/ }).click();
  await check('one that is none is said so', () => page.getByText('This cannot be shown here.').waitFor());
  await close('pages');
}

export async function once() {
  const sender = await visit('', {});
  await choose(sender.page, [file('once.txt', 'only once')]);
  await sender.page.getByRole('switch', { name: 'One download only' }).check();
  await button(sender.page, 'Upload').click();
  await sender.page.getByRole('heading', { name: /^Ready\./ }).waitFor();
  const id = idOf(sender.page);
  const first = await visit(`#/?id=${id}`, { expected: [404] });
  await check('what opens once is behind a step', () => first.page.getByRole('heading', { name: 'This opens once.' }).waitFor());
  await look(first.page, 'once');
  await first.page.reload();
  await first.page.getByRole('heading', { name: 'This opens once.' }).waitFor();
  const got = await download(first.page, link(first.page, 'Download'));
  await check('looking did not spend it', got.bytes.toString() === 'only once');
  await check('who has it is told', () => first.page.getByRole('heading', { name: 'It is yours now.' }).waitFor());
  const second = await visit(`#/?id=${id}`, { expected: [404] });
  await check('who comes later as well', () => second.page.getByRole('heading', { name: /Already downloaded\.|Nothing here any more\./ }).waitFor());
  await look(second.page, 'spent');
  await first.close('once, first');
  await second.close('once, second');
  await sender.close('once, sender');
}

export async function owning() {
  const { page, close } = await visit('', { expected: [404] });
  const id = await upload(page, [file('first.txt', '1')]);
  await button(page, 'Open').click();
  await button(page, 'Delete upload').waitFor();
  await page.locator('.after input[type=file]').setInputFiles([file('second.txt', '22')]);
  await check('files can be added', async () => {
    await page.getByRole('heading', { name: /^Ready\./ }).waitFor();
    return (await (await page.request.get(`${base}upload/${id}`)).json()).files.length === 2;
  });
  await page.reload();
  await page.getByRole('button', { name: /^second\.txt/ }).click();
  await button(page, 'Delete second.txt').click();
  await page.getByRole('dialog').getByRole('button', { name: /^Delete/ }).click();
  await check('and deleted', () => page.getByRole('heading', { level: 1, name: 'first.txt' }).waitFor());
  const token = (await page.evaluate(() => JSON.parse(localStorage.getItem('plik.uploads'))))[0].token;
  const other = await visit(`#/?id=${id}&uploadToken=${token}`, {});
  await check('the manage link gives the right elsewhere', () => button(other.page, 'Delete upload').waitFor());
  await other.close('manage link');
  await close('owning');
}
