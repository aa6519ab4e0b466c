import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ada, expect, signIn, test } from './support/fixtures.ts';
import { startKeyring } from './support/keyring.ts';
import { walkDeviceCode } from './support/walk-sign-in.ts';

test('a device code signs in; signing out forgets everything', async ({ launch }) => {
  const app = await launch();
  await app.page.getByRole('button', { name: 'Use a device code' }).click();
  const code = (await app.page.getByRole('status', { name: 'Device code' }).innerText()).trim();
  const url = await app.page.getByText(/^http:\/\/localhost/).innerText();
  await walkDeviceCode(url.trim(), code, ada.upn);
  await expect(app.page.getByRole('row', { name: /Contoso/ }).first()).toBeVisible();
  await app.page.getByRole('button', { name: /^Account/ }).click();
  await app.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(app.page.getByRole('button', { name: 'Sign in with your browser' })).toBeVisible();
  await app.quit();
});

test('a sign-in can be cancelled and started again', async ({ launch }) => {
  const app = await launch();
  await app.page.getByRole('button', { name: 'Sign in with your browser' }).click();
  await app.openedUrl();
  await app.page.getByRole('button', { name: 'Cancel' }).click();
  await signIn(app);
  await expect(app.page.getByRole('row', { name: /Contoso/ }).first()).toBeVisible();
  await app.quit();
});

test('with a keyring the sign-in survives a restart, encrypted; a damaged cache means signing in again', async ({
  launch,
  dataFolder,
}) => {
  const keyring = await startKeyring(dataFolder);
  const options = { env: keyring.env, args: ['--password-store=gnome-libsecret'] };
  try {
    const app = await launch(options);
    await signIn(app);
    await expect(app.page.getByRole('row', { name: /Contoso/ }).first()).toBeVisible();
    await expect(app.page.getByText(/kept in memory only/)).toHaveCount(0);
    await app.quit();
    const folder = join(dataFolder, 'user-data', 'tokens');
    const tokens = join(folder, (await readdir(folder))[0] ?? '');
    expect((await readFile(tokens, 'latin1')).includes('eyJ')).toBe(false);

    const again = await launch(options);
    await expect(again.page.getByRole('row', { name: /Contoso/ }).first()).toBeVisible();
    await again.quit();

    await writeFile(tokens, 'damaged');
    const third = await launch(options);
    await expect(third.page.getByRole('button', { name: 'Sign in with your browser' })).toBeVisible();
    await third.quit();
  } finally {
    keyring.stop();
  }
});

test('a damaged file of saved connections is set aside and reported', async ({ launch, dataFolder }) => {
  const app = await launch();
  await app.quit();
  await writeFile(join(dataFolder, 'user-data', 'profiles.json'), '{"version":1,"profiles":[{');
  const again = await launch();
  await expect(again.page.getByText(/saved connections was damaged and has been set aside/)).toBeVisible();
  await again.quit();
});
