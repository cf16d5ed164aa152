// Administration, and what an administrator has locked.
import { base, button, check, choose, file, look, signIn, strict, upload, visit } from './harness.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

export async function admin() {
  const { page, close } = await visit('#/admin', { expected: [] });
  await signIn(page);
  await heading(page, 'Admin');
  await page.goto(`${base}#/_`);
  await upload(page, [file('large.bin', Buffer.alloc(5 << 20), 'application/octet-stream')]);
  await check('a large file of who is signed in is theirs', async () => (await (await page.request.get(`${base}me/stats`)).json()).totalSize >= 5 << 20);
  await page.goto(`${base}#/admin`);
  await page.getByText('without an account').first().waitFor();
  const plot = page.getByRole('region', { name: 'Uploads a day' });
  await check('what was sent each day is drawn', () => plot.getByRole('img', { name: /in all, most on/ }).waitFor());
  await look(page, 'admin');
  await page.getByRole('button', { name: 'As table: Uploads a day' }).click();
  await check('and can be read as a table', async () => (await plot.getByRole('row').count()) === 31 && Number(await plot.getByRole('row').nth(1).getByRole('cell').last().textContent()) > 0);
  await page.getByRole('radio', { name: '1 y' }).check();
  await check('over a year it is weeks', () => page.getByRole('region', { name: 'Uploads a week' }).getByRole('row').nth(53).waitFor());
  await check('types are listed by what they take', () => page.getByRole('region', { name: 'Types that take most' }).getByRole('row', { name: /application\/octet-stream/ }).waitFor());
  await look(page, 'admin-year');
  await page.goto(`${base}#/admin/config`);
  await check('the configuration in effect is shown', () => page.getByRole('row', { name: /FeatureAuthentication enabled/ }).waitFor());
  await look(page, 'config');
  await page.getByRole('searchbox', { name: 'Search settings' }).fill('ListenPort');
  await check('and searched', async () => (await page.getByRole('row').count()) === 2);
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
  await page.evaluate(() => fetch('me/uploads', { method: 'DELETE', headers: { 'X-XSRFToken': document.cookie.match(/plik-xsrf=([^;]+)/)[1] } }));
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
