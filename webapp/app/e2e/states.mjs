// The states of screens that only show when something is wrong, and what an installed app can do.
import { base, button, check, look, signIn, visit } from './harness.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

// Every screen that asks the server: what it asks for, and what stays to be seen.
const screens = [
  ['home', '#/home', 'me/uploads', 'The server does not answer.'],
  ['tokens', '#/home/tokens', 'me/token', 'The server does not answer.'],
  ['admin', '#/admin', 'stats', 'The server does not answer.'],
  ['admin-uploads', '#/admin/uploads', 'uploads', 'The server does not answer.'],
  ['users', '#/admin/users', 'users', 'The server does not answer.'],
  ['config', '#/admin/config', 'config/effective', 'The server does not answer.'],
  ['clients', '#/clients', 'version', 'The server does not answer.'],
];

export async function unanswered() {
  const { page, close } = await visit('#/home', { expected: [0, 500], serviceWorkers: 'block' });
  await signIn(page);
  await heading(page, 'Home');
  for (const [name, hash, path, said] of screens) {
    const asked = new RegExp(`^${base}${path}(\\?|$)`);
    await page.route(asked, (route) => route.abort());
    await page.goto(`${base}#/_`);
    await heading(page, /Drop files/); // else the page sees no change at all
    await page.goto(base + hash);
    await check(`${name}: no answer is said so`, () => page.getByText(said).first().waitFor());
    await look(page, `down-${name}`);
    await page.unroute(asked);
    await button(page, 'Try again').first().click();
    await check(`${name}: and asked again`, () => page.waitForFunction((words) => !document.querySelector('main').textContent.includes(words), said));
  }
  await page.route(`${base}stats`, (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"status":500,"detail":"the database is locked"}' }));
  await page.goto(`${base}#/_`);
  await heading(page, /Drop files/);
  await page.goto(`${base}#/admin`);
  await check('a fault of the server is told from a lost line', () => heading(page, 'The server has a problem.'));
  await look(page, 'fault');
  await close('unanswered');
}

export async function forbidden() {
  const { page, close } = await visit('#/admin/users', { expected: [403] });
  await signIn(page);
  await button(page, 'Create user').click();
  await page.getByRole('textbox', { name: 'User name' }).fill('carol');
  await page.getByRole('dialog').getByRole('button', { name: 'Create user' }).click();
  const password = await page.getByRole('dialog').locator('.snippet code').textContent();
  await button(page, 'Done').click();
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await heading(page, /Drop files/);
  await page.goto(`${base}#/admin`);
  await signIn(page, 'carol', password.trim());
  await check('administration is not for everybody', () => heading(page, 'This is not for you.'));
  await look(page, 'forbidden');
  await page.goto(`${base}#/home/tokens`);
  await check('no tokens is said so', () => page.getByRole('heading', { name: 'No tokens yet.' }).waitFor());
  await look(page, 'tokens-empty');
  await page.goto(`${base}#/device`);
  await check('nothing kept on this device as well', () => page.getByText('What you send from this browser is listed here').waitFor());
  await look(page, 'device-empty');
  await close('forbidden');
}

export async function installed() {
  const { page, context, close } = await visit('', {});
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  const client = await context.newCDPSession(page);
  const { errors, url } = await client.send('Page.getAppManifest');
  await check(`the manifest has no fault${errors.map((e) => `, but ${e.message}`).join('')}`, errors.length === 0 && url === `${base}manifest.webmanifest`);
  const manifest = await (await page.request.get(url)).json();
  for (const icon of manifest.icons) {
    await check(`its icon ${icon.src} for ${icon.purpose} is ${icon.sizes}`, () => page.evaluate(async ({ src, sizes }) => {
      const image = new Image();
      image.src = src;
      await image.decode();
      return sizes === 'any' || `${image.naturalWidth}x${image.naturalHeight}` === sizes;
    }, { ...icon, src: new URL(icon.src, url).href }));
  }
  const { installabilityErrors } = await client.send('Page.getInstallabilityErrors');
  const faults = installabilityErrors.map((e) => e.errorId).filter((id) => id !== 'in-incognito'); // which a test always is
  await check(`it can be installed${faults.length ? `, but ${faults.join(', ')}` : ''}`, faults.length === 0);
  // What another app shares comes as a form, which the page's worker takes.
  await page.evaluate(() => {
    const form = Object.assign(document.createElement('form'), { method: 'POST', action: 'share-target', enctype: 'multipart/form-data' });
    const files = Object.assign(document.createElement('input'), { type: 'file', name: 'files', multiple: true });
    const data = new DataTransfer();
    data.items.add(new File(['from the gallery'], 'shared photo.txt', { type: 'text/plain' }));
    files.files = data.files;
    form.append(files);
    for (const [name, value] of [['title', 'A page'], ['url', 'https://example.org/']]) form.append(Object.assign(document.createElement('input'), { name, value }));
    document.body.append(form);
    form.submit();
  });
  await check('what another app shares is on the list', () => page.getByText('shared photo.txt').waitFor());
  await check('an address as a text', () => page.getByText('shared.txt').waitFor());
  await look(page, 'shared');
  await button(page, 'Upload').click();
  await check('and is sent', () => page.getByRole('heading', { name: /^Ready\./ }).waitFor());
  await page.goto(`${base}#/_`);
  await check('once', async () => (await heading(page, /Drop files/), (await page.getByText('shared photo.txt').count()) === 0));
  await close('installed');
}

// Without scripts there is a way as well.
export async function unscripted() {
  const { page, close } = await visit('', { javaScriptEnabled: false });
  await check('without scripts the page tells of curl', () => page.locator('pre.code', { hasText: 'curl -T photo.jpg' }).waitFor());
  await close('unscripted');
}
