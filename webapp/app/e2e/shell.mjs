// Addresses, languages, themes, keys.
import { base, button, check, copied, download, file, look, strict, upload, visit } from './harness.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

export async function addresses() {
  const { page, close } = await visit('', { expected: [404] });
  await heading(page, /Drop files/);
  for (const [hash, name] of [['#/_', /Drop files/], ['#/nowhere', /Drop files/], ['#/login', 'Sign in'], ['#/clients', 'From a terminal'], ['#/device', 'Your uploads on this device'], ['#/home', 'Sign in'], ['#/admin', 'Sign in'], ['#/?id=doesnotexist', 'Nothing here any more.'], ['#?id=doesnotexist', 'Nothing here any more.']]) {
    await check(`${hash} leads to ${name}`, async () => {
      await page.goto(base + hash);
      await heading(page, name);
    });
  }
  await check('an upload in the query is found as well', async () => {
    await page.goto(`${base}?id=doesnotexist`);
    await heading(page, 'Nothing here any more.');
  });
  await check('an error that nobody escaped is shown as text', async () => {
    await page.goto(`${base}#/?err=file <b>x</b> & y%zz not found&errcode=404&uri=/file/abc/def/a b?c=d&e`);
    await heading(page, 'Nothing here any more.');
    await page.getByText('file <b>x</b> & y%zz not found (404)').waitFor();
    return (await page.getByRole('link', { name: 'Open the upload' }).getAttribute('href')) === '#/?id=abc';
  });
  await look(page, 'error');
  await page.goto(`${base}#/clients`);
  const own = page.getByRole('listitem').filter({ hasText: 'linux amd64' });
  await check('the client for this system comes first', async () => (await own.waitFor(), (await page.locator('.rows .row').first().textContent()).includes('linux amd64')));
  await check('and can be saved', async () => (await download(page, own.getByRole('link', { name: 'Download' }))).bytes.toString().startsWith('a client for linux-amd64'));
  await look(page, 'clients');
  await close('addresses');
}

export async function folders() {
  const { page, close } = await visit(strict, { expected: [404] });
  await check('below a path, who has to sign in is asked to', () => heading(page, 'Sign in'));
  await look(page, 'login');
  await check('below a path, a link is looked up there', async () => {
    await page.goto(`${strict}#/?id=doesnotexist`);
    await heading(page, 'Nothing here any more.');
  });
  await close('folders');
}

export async function firstView() {
  const { page, requests, close } = await visit('', {});
  await heading(page, /Drop files/);
  const needed = requests.filter((r) => !/favicon|background\.jpg|manifest/.test(r.url()));
  await check(`the first view needs ${needed.length} requests, 8 at most`, needed.length <= 8);
  await check('the sites own script comes first, its style last', () => page.evaluate(() => document.scripts[0].src.endsWith('js/custom.js') && [...document.querySelectorAll('link[rel=stylesheet]')].at(-1).href.endsWith('css/custom.css')));
  await page.getByText('Up to 10 GB per file').waitFor();
  await look(page, 'drop');
  await button(page, 'Options').click();
  await page.getByLabel('One download only').waitFor();
  await look(page, 'drop-options');
  await close('first view');
}

// What sites put in place of the files of old installations.
export async function custom() {
  const { page, close } = await visit('about:blank', { serviceWorkers: 'block' });
  await page.route('**/js/custom.js', (route) => route.fulfill({ contentType: 'text/javascript', body: "var CONFIG = { TITLE: 'Files of the club', DISABLE_AUTH_BUTTON: true };" }));
  await page.route('**/css/custom.css', (route) => route.fulfill({ contentType: 'text/css', body: ':root { --brand-hue: 262; } .foot { letter-spacing: 3px; }' }));
  await page.goto(base);
  await heading(page, /Drop files/);
  await check('the title is the sites own', async () => (await page.title()) === 'Files of the club' && (await page.getByRole('link', { name: 'Files of the club' }).isVisible()));
  await check('the button to sign in can be hidden', async () => (await page.getByRole('link', { name: 'Sign in' }).count()) === 0);
  await check('its style wins', () => page.evaluate(() => getComputedStyle(document.querySelector('.foot')).letterSpacing === '3px'));
  await check('its picture is behind the page', () => page.waitForFunction(() => getComputedStyle(document.body).backgroundImage.includes('/img/background.jpg')));
  await look(page, 'custom');
  await close('custom');
}

export async function down() {
  const { page, close } = await visit('about:blank', { expected: [0, 403], serviceWorkers: 'block' });
  await page.route('**/config', (route) => route.abort());
  await page.goto(base);
  await check('a server that does not answer is said so, in the page', () => page.getByText('The server does not answer.').waitFor());
  await look(page, 'down');
  await page.unroute('**/config');
  await button(page, 'Try again').click();
  await check('and asked again', () => page.getByText('Up to 10 GB per file').waitFor());
  await page.route('**/upload/*', (route) => route.abort());
  await page.goto(`${base}#/?id=whatever`);
  await check('also for a link', () => heading(page, 'The server does not answer.'));
  await look(page, 'down-share');
  await close('down');
}

export async function words() {
  const { page, close } = await visit('', {});
  await button(page, 'Language').click();
  await page.getByRole('menuitemradio', { name: 'Français' }).click();
  await check('French is spoken', () => page.getByRole('button', { name: 'Choisir des fichiers' }).waitFor());
  await check('and told to the browser', () => page.evaluate(() => document.documentElement.lang === 'fr'));
  await page.reload();
  await check('also after a reload', () => page.getByRole('button', { name: 'Choisir des fichiers' }).waitFor());
  for (const [title, name] of [['Deutsch', 'Dateien wählen'], ['Español', 'Elegir archivos'], ['English', 'Choose files']]) {
    await page.locator('header .menu > button').first().click();
    await page.getByRole('menuitemradio', { name: title }).click();
    await check(`${title} is spoken`, () => page.getByRole('button', { name }).waitFor());
    if (title !== 'English') await look(page, `drop-${title}`);
  }
  await close('words');
}

export async function theme() {
  const { page, close } = await visit('', {});
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await button(page, 'Theme').click();
  await look(page, 'menu');
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await check('dark is darker', async () => (await ground()) !== light);
  await page.reload();
  await check('and stays', () => page.evaluate(() => document.documentElement.dataset.theme === 'dark'));
  await button(page, 'Theme').click();
  await page.getByRole('menuitemradio', { name: 'System' }).click();
  await check('the system decides again', async () => (await ground()) === light);
  await close('theme');
}

export async function keyboard() {
  const { page, close } = await visit('', {});
  await button(page, 'Choose files').waitFor();
  await page.keyboard.press('?');
  await check('? shows the keys', () => page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor());
  await look(page, 'help');
  await page.keyboard.press('Escape');
  await page.keyboard.press('t');
  await check('T writes a text', () => page.getByRole('dialog', { name: 'Write text' }).waitFor());
  await page.keyboard.type('Some words');
  await look(page, 'text');
  await page.keyboard.press('Control+Enter');
  await check('Ctrl and Enter adds it', () => page.getByText('Text, written here').waitFor());
  await page.keyboard.press('Control+Enter');
  await check('and sends it', () => page.getByRole('heading', { name: /^Ready\./ }).waitFor());
  await check('the heading of the end has the focus', () => page.evaluate(() => document.activeElement?.tagName === 'H1'));
  await page.keyboard.press('q');
  await check('Q shows the QR code', () => page.getByRole('dialog', { name: 'QR code of the share link' }).waitFor());
  await look(page, 'qr');
  await page.keyboard.press('Escape');
  await check('C copies the link', async () => (await copied(page, () => page.keyboard.press('c'))).includes('#/?id='));
  await page.keyboard.press('n');
  await check('N starts anew', () => heading(page, /Drop files/));
  await close('keyboard');
}

export async function device() {
  const { page, close } = await visit('', { expected: [404] });
  const id = await upload(page, [file('kept.txt', 'x')]);
  await page.goto(`${base}#/device`);
  await check('an upload is found again on this device', () => page.getByRole('link', { name: 'kept.txt' }).waitFor());
  await look(page, 'device');
  await page.getByRole('link', { name: 'kept.txt' }).click();
  await check('with the right to delete it', () => button(page, 'Delete upload').waitFor());
  await page.reload();
  await check('also after a reload', () => button(page, 'Delete upload').waitFor());
  await button(page, 'Delete upload').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete upload' }).click();
  await page.getByText('Deleted', { exact: true }).waitFor();
  await page.goto(`${base}#/?id=${id}`);
  await check('what is deleted is gone', () => heading(page, 'Nothing here any more.'));
  await close('device');
}
