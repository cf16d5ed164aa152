// Signing in, one's own uploads, tokens and programs.
import { base, button, check, file, look, signIn, upload, visit } from './harness.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

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
  await page.getByRole('searchbox').fill('report-3');
  await page.getByText('11 of 11', { exact: true }).waitFor();
  await button(page, 'Select').click();
  await check('nothing is selected at first', () => button(page, 'Delete selected').isDisabled());
  await page.getByRole('checkbox', { name: 'Select report-30.pdf' }).check();
  await page.getByRole('checkbox', { name: 'Select report-31.pdf' }).check();
  await page.getByText('2 selected').waitFor();
  await look(page, 'home-select');
  await button(page, 'Delete selected').click();
  await page.getByRole('dialog', { name: 'Delete 2 uploads?' }).getByRole('button', { name: 'Delete selected' }).click();
  await check('several can be deleted at once', () => page.getByText('9 of 9', { exact: true }).waitFor());
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
  const status = async () => (await fetch(`${base}me`, { headers: { 'X-PlikToken': token } })).status; // without the cookies of the page
  await check('and works', async () => (await status()) === 200);
  await button(page, 'Done').click();
  await button(page, 'Revoke backup').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await check('it can be revoked', () => page.locator('tbody .t', { hasText: 'backup' }).waitFor({ state: 'detached' }));
  await check('and does not work then', async () => [401, 403].includes(await status()));
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

// A program shows a code; its user confirms it here.
export async function program() {
  const { page, close } = await visit('about:blank', { expected: [404] });
  const ask = async (comment) => (await page.request.post(`${base}auth/device`, { data: { comment } })).json();
  const token = (code) => page.request.post(`${base}auth/device/token`, { data: { deviceCode: code } });
  const first = await ask('plik on workstation');
  await check('the address it shows is this page', first.verificationUriComplete === `${base}#/confirm?code=${first.userCode}`);
  await page.goto(first.verificationUriComplete);
  await signIn(page);
  await check('after signing in, the page shows what asks', () => page.getByText('plik on workstation').waitFor());
  await check('and the code to compare', () => page.getByText(first.userCode, { exact: true }).waitFor());
  await look(page, 'confirm');
  await check('it has nothing yet', async () => (await token(first.deviceCode)).status() === 400);
  await page.getByRole('combobox', { name: 'It may' }).selectOption('upload');
  await button(page, 'Allow').click();
  await check('it is allowed', () => page.getByRole('heading', { name: 'Connected.' }).waitFor());
  await look(page, 'confirmed');
  const second = await ask('');
  await page.goto(`${base}#/confirm`);
  await page.getByRole('textbox', { name: 'Code' }).fill('BBBB-BBBB');
  await button(page, 'Go on').click();
  await check('a code that nobody shows is said so', () => page.getByText('No program waits with this code.').waitFor());
  await look(page, 'confirm-code');
  await page.getByRole('textbox', { name: 'Code' }).fill(second.userCode.toLowerCase().replace('-', ' '));
  await button(page, 'Go on').click();
  await button(page, 'Refuse').click();
  await check('it can be refused', () => page.getByRole('heading', { name: 'Refused.' }).waitFor());
  await check('and gets nothing then', async () => (await token(second.deviceCode)).status() === 403);
  await close('program');
}
