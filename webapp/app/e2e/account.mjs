// Signing in, one's own uploads, administration.
import { base, button, check, choose, file, look, strict, upload, visit } from './harness.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

async function signIn(page, name = 'alice', password = 'correct horse') {
  await page.getByRole('textbox', { name: 'User name' }).fill(name);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await button(page, 'Sign in').click();
}

export async function home() {
  const { page, close } = await visit('#/home', { expected: [401, 403] });
  await signIn(page, 'alice', 'wrong password');
  await check('a wrong password is said so in the page', () => page.getByText('User name and password do not match.').waitFor());
  await signIn(page);
  await check('signing in leads to where one wanted to go', () => heading(page, 'Home'));
  await check('an empty list says what it is for', () => page.getByRole('heading', { name: 'No uploads yet.' }).waitFor());
  await look(page, 'home-empty');
  await page.goto(`${base}#/_`);
  await upload(page, [file('mine.txt', 'mine')]);
  await page.evaluate(async () => {
    const xsrf = document.cookie.match(/plik-xsrf=([^;]+)/)[1];
    for (let i = 0; i < 60; i++) await fetch('upload', { method: 'POST', headers: { 'X-XSRFToken': xsrf, 'Content-Type': 'application/json' }, body: JSON.stringify({ ttl: 3600 * (1 + i), files: [{ fileName: `report-${i}.pdf`, fileSize: 1000 * i }], oneShot: i % 7 === 1, password: i % 5 === 2 ? 'x' : '' }) });
  });
  await page.goto(`${base}#/home`);
  await check('the list says how much of it is shown', () => page.getByText('50 of 61').waitFor());
  await look(page, 'home');
  await button(page, 'Show 50 more').click();
  await check('and comes to its end', () => page.getByText('61 of 61').waitFor());
  await page.getByRole('searchbox').fill('report-42');
  await check('it can be searched', () => page.getByText('1 of 1', { exact: true }).waitFor());
  await page.getByRole('searchbox').fill('nothing like this');
  await check('also in vain', () => page.getByRole('heading', { name: 'Nothing found.' }).waitFor());
  await page.getByRole('searchbox').fill('');
  await page.getByRole('columnheader', { name: 'Size' }).getByRole('button').click();
  await check('and sorted by size', () => page.waitForFunction(() => document.querySelector('tbody .t')?.textContent === 'mine.txt'));
  await page.getByRole('columnheader', { name: 'Created' }).getByRole('button').click();
  await page.getByRole('searchbox').fill('report-59');
  await page.getByText('1 of 1', { exact: true }).waitFor();
  await button(page, 'More for report-59.pdf').click();
  await look(page, 'home-menu');
  await page.getByRole('menuitem', { name: 'Delete upload' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete upload' }).click();
  await check('an upload can be deleted', () => page.getByRole('heading', { name: /Nothing found|No uploads/ }).waitFor());
  await page.getByRole('searchbox').fill('report-2.pdf');
  await page.getByRole('link', { name: 'report-2.pdf' }).click();
  await check('a protected one of ones own opens without its password', () => button(page, 'Delete upload').waitFor());
  await close('home');
}

export async function tokens() {
  const { page, close } = await visit('#/login', { expected: [401] });
  await signIn(page);
  await heading(page, 'Home');
  await page.goto(`${base}#/home/tokens`);
  await page.getByRole('textbox', { name: 'What is it for?' }).fill('backup');
  await page.getByRole('combobox', { name: 'It may' }).selectOption('full');
  await page.getByRole('combobox', { name: 'Ends after' }).selectOption({ index: 2 });
  await button(page, 'Create token').click();
  await check('a token is shown once', () => page.getByText('Copy it now').waitFor());
  await look(page, 'tokens');
  const token = await page.locator('aside .said').first().textContent();
  await check('and works', async () => (await page.request.get(`${base}me`, { headers: { 'X-PlikToken': token } })).ok());
  await button(page, 'Done').click();
  await button(page, 'Revoke backup').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await check('it can be revoked', () => page.getByRole('heading', { name: 'No tokens yet.' }).waitFor());
  await page.goto(`${base}#/home/account`);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Alice M.');
  await button(page, 'Save').click();
  await check('the profile is saved', () => page.getByText('Saved').waitFor());
  await look(page, 'account');
  await page.getByRole('button', { name: 'Account of Alice M.' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await check('signing out leads to the first page', () => heading(page, /Drop files/));
  await check('and ends the session', async () => (await page.evaluate(() => fetch('me', { headers: { Accept: 'application/json' } }).then((r) => r.status).catch(() => 0))) === 401);
  await close('tokens');
}

export async function admin() {
  const { page, close } = await visit('#/admin', { expected: [] });
  await signIn(page);
  await heading(page, 'Admin');
  await page.goto(`${base}#/_`);
  await upload(page, [file('large.bin', Buffer.alloc(5 << 20), 'application/octet-stream')]);
  await check('a large file of who is signed in is theirs', async () => (await (await page.request.get(`${base}me/stats`)).json()).totalSize >= 5 << 20);
  await page.evaluate(() => fetch('me/uploads', { method: 'DELETE', headers: { 'X-XSRFToken': document.cookie.match(/plik-xsrf=([^;]+)/)[1] } }));
  await page.goto(`${base}#/admin`);
  await page.getByText('without an account').first().waitFor();
  await look(page, 'admin');
  await page.goto(`${base}#/admin/users`);
  await button(page, 'Create user').click();
  await page.getByRole('textbox', { name: 'User name' }).fill('bobby');
  await page.getByRole('textbox', { name: 'Space' }).fill('lots');
  await check('a limit that is none is said so', () => page.getByText('A number with a unit, like 10 GB.').waitFor());
  await page.getByRole('textbox', { name: 'Space' }).fill('1 GB');
  await look(page, 'user');
  await page.getByRole('dialog').getByRole('button', { name: 'Create user' }).click();
  await check('a user is made, with a password to pass on', () => page.getByText('Password of bobby').waitFor());
  await button(page, 'Done').click();
  await page.getByRole('link', { name: 'bobby' }).waitFor();
  await look(page, 'users');
  await button(page, 'More for bobby').click();
  await page.getByRole('menuitem', { name: 'Act as' }).click();
  await check('an administrator acts as somebody else', () => page.getByText('You act as bobby.').waitFor());
  await check('and sees their space', () => page.getByText('of 1 GB').waitFor());
  await look(page, 'acting');
  await button(page, 'Stop').click();
  await heading(page, 'Admin');
  await button(page, 'More for bobby').click();
  await page.getByRole('menuitem', { name: 'Act as' }).click();
  await page.getByText('You act as bobby.').waitFor();
  await page.getByRole('button', { name: 'Account of bobby' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await heading(page, /Drop files/);
  await page.goto(`${base}#/login`);
  await signIn(page);
  await check('signing out ends that as well', async () => (await heading(page, 'Home'), (await page.getByText('You act as').count()) === 0));
  await page.goto(`${base}#/admin/uploads`);
  await page.getByRole('columnheader', { name: 'User' }).waitFor();
  await look(page, 'admin-uploads');
  await page.goto(`${base}#/admin/users`);
  await button(page, 'More for bobby').click();
  await page.getByRole('menuitem', { name: 'Delete user' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('bobby');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete user' }).click();
  await check('a user can be deleted', () => page.waitForFunction(() => !document.querySelector('tbody')?.textContent.includes('bobby')));
  await close('admin');
}

export async function locked() {
  const { page, close } = await visit(strict, {});
  await signIn(page);
  await heading(page, 'Home');
  await page.goto(`${strict}#/_`);
  await page.getByText('Up to 1 MB per file').waitFor();
  await choose(page, [file('big.bin', Buffer.alloc(2_000_000)), file('ok.txt', 'ok')]);
  await check('too big is said before anything is sent', async () => (await page.getByText('Too big. The limit is 1 MB.').waitFor(), await button(page, 'Upload').isDisabled()));
  await check('what the administrator set is shown as set', async () => (await page.getByText('Set by the administrator').count()) === 2 && (await page.getByRole('switch', { name: 'One download only' }).isDisabled()));
  await look(page, 'locked');
  await button(page, 'Remove big.bin').click();
  await button(page, 'Upload').click();
  await check('below a path, files are sent', () => page.getByRole('heading', { name: /^Ready\./ }).waitFor());
  await close('locked');
}
