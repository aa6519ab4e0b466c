import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Emulator } from '../emulator/index.ts';
import { findViolations } from './support/accessibility.ts';
import type { RunningApp } from './support/app.ts';
import { installAz } from './support/az-session.ts';
import { ada, expect, signIn, test } from './support/fixtures.ts';
import { takeScreenshots, takeTrustScreenshots } from './support/screenshots.ts';
import { walkSignIn } from './support/walk-sign-in.ts';

const grace = 'grace@fabrikam.example';
const contoso = '0b7e1c52-6d1f-4c39-9a55-1f0c6f3e7a10';
const fabrikam = '5f2d9a84-3b0c-4d6e-8f17-c2a4b6d8e021';

const tenantRow = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(name) }).first();
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Accounts' });
const card = (page: Page, upn: string) => dialog(page).getByRole('region', { name: upn });

async function openAccounts(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Account:/ }).click();
  await page.getByRole('menuitem', { name: 'Add an account…' }).click();
}

async function openSettings(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Account:/ }).click();
  await page.getByRole('menuitem', { name: /^Settings/ }).click();
}

const requireMfa = (emulator: Emulator, tenantId: string) =>
  emulator.updateEstate((estate) => {
    for (const tenant of estate.tenants) if (tenant.id === tenantId) tenant.requireMfa = true;
  });

/** A cloud like the emulator's that leaves open whose application signs in. */
async function openCloud(emulator: Emulator, folder: string): Promise<string> {
  const { clientId: _fixed, ...cloud } = JSON.parse(await readFile(emulator.cloudFile, 'utf8')) as Record<
    string,
    unknown
  >;
  const path = join(folder, 'open-cloud.json');
  await writeFile(path, JSON.stringify(cloud));
  return path;
}

test('two accounts are signed in; one is chosen for a directory; signing one out leaves the other', async ({
  launch,
}) => {
  const app = await launch();
  const { page } = app;
  await signIn(app);
  await expect(tenantRow(page, 'Contoso')).toBeVisible();
  await openAccounts(page);
  await dialog(page).getByRole('button', { name: 'Sign in with your browser' }).click();
  await expect(dialog(page).getByText('Finish signing in in your browser')).toBeVisible();
  await walkSignIn(await app.openedUrl(), grace);
  await expect(card(page, grace)).toContainText('Used in Fabrikam');
  await expect(card(page, ada.upn)).toContainText('Used in Contoso');
  expect(await findViolations(page)).toEqual([]);
  await takeScreenshots(app, 'accounts-two');

  await card(page, ada.upn).getByRole('button', { name: 'Use this account in Fabrikam' }).click();
  await expect(card(page, ada.upn)).toContainText('Used in Contoso, Fabrikam');

  await card(page, ada.upn)
    .getByRole('button', { name: `Sign out ${ada.upn}` })
    .click();
  await expect(card(page, ada.upn)).toHaveCount(0);
  await dialog(page).getByRole('button', { name: 'Done' }).click();
  await expect(tenantRow(page, 'Contoso')).toHaveCount(0);
  await expect(tenantRow(page, 'Fabrikam')).toBeVisible();
  await expect(page.getByRole('button', { name: `Account: ${grace}` })).toBeVisible();
  await app.quit();
});

test('a directory that wants a second factor says so at its place; one click mends it', async ({
  launch,
  emulator,
}) => {
  requireMfa(emulator, fabrikam);
  const app = await launch();
  const { page } = app;
  await signIn(app);
  await expect(page.getByText('This directory wants another proof of who you are.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Account:.*needs attention$/ })).toBeVisible();
  await takeScreenshots(app, 'tenant-needs-sign-in');
  await page.getByRole('button', { name: 'Sign in to Fabrikam' }).click();
  const url = await app.openedUrl();
  expect(new URL(url).searchParams.get('login_hint')).toBe(ada.upn);
  await expect(card(page, ada.upn)).toContainText('Needs attention');
  await takeScreenshots(app, 'accounts-attention');
  await walkSignIn(url, ada.upn);
  await expect(card(page, ada.upn)).toContainText('Signed in');
  await dialog(page).getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('This directory wants another proof of who you are.')).toHaveCount(0);
  await app.quit();
});

test('Azure’s challenge that a silent renewal cannot answer is explained, and mended by one click', async ({
  launch,
  emulator,
}) => {
  const app = await launch();
  const { page } = app;
  await signIn(app);
  await expect(tenantRow(page, 'Fabrikam')).toBeVisible();
  await expect(page.getByRole('status', { name: 'Status' })).toHaveText('Ready');
  emulator.revokeRefreshTokens();
  emulator.setFaults({ claimsChallenge: { times: 1 } });
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByRole('button', { name: /^Account:.*needs attention$/ }).click();
  await page.getByRole('menuitem', { name: new RegExp(ada.upn) }).click();
  await expect(card(page, ada.upn)).toContainText('Azure wants a fresh sign-in');
  await takeScreenshots(app, 'accounts-challenge');
  await card(page, ada.upn)
    .getByRole('button', { name: /^Sign in/ })
    .click();
  const url = await app.openedUrl();
  expect(new URL(url).searchParams.get('claims')).toContain('nbf');
  await walkSignIn(url, ada.upn);
  await expect(card(page, ada.upn)).toContainText('Signed in');
  await app.quit();
});

test('without a keyring the sign-in is kept only if the user agrees to a file; taking that back deletes it', async ({
  launch,
  dataFolder,
}) => {
  const tokens = join(dataFolder, 'user-data', 'tokens');
  const app = await launch();
  const { page } = app;
  await signIn(app);
  await expect(tenantRow(page, 'Contoso')).toBeVisible();
  await openSettings(page);
  await page.getByRole('button', { name: 'Keep it without encryption…' }).scrollIntoViewIfNeeded();
  await takeScreenshots(app, 'settings-no-keyring');
  await page.getByRole('button', { name: 'Keep it without encryption…' }).click();
  const trust = await app.trust();
  await expect(trust.getByText('Whoever can read your files')).toBeVisible();
  await takeTrustScreenshots(trust, 'trust-plain-tokens');
  await trust.getByRole('button', { name: 'Keep it' }).click();
  await expect(page.getByText('In a file that is not encrypted. Only your user may read it.')).toBeVisible();
  const [file] = (await readdir(tokens)).filter((name) => name.endsWith('.json'));
  expect((await stat(join(tokens, file ?? ''))).mode & 0o777).toBe(0o600);
  await app.quit();

  const again = await launch();
  await expect(tenantRow(again.page, 'Contoso')).toBeVisible();
  await expect(again.page.getByText('Your sign-in is kept in a file that is not encrypted')).toBeVisible();
  await openSettings(again.page);
  await again.page.getByRole('button', { name: 'Delete the file and keep it in memory' }).click();
  await expect(again.page.getByText('In memory only: it ends with the app')).toBeVisible();
  expect((await readdir(tokens)).filter((name) => name.endsWith('.json'))).toEqual([]);
  await again.quit();

  const third = await launch();
  await expect(third.page.getByRole('button', { name: 'Sign in with your browser' })).toBeVisible();
  await third.quit();
});

test('whose application signs in is asked once, before the first sign-in, and can be changed', async ({
  launch,
  emulator,
  dataFolder,
}) => {
  const cloudFile = await openCloud(emulator, dataFolder);
  const app = await launch({ cloudFile });
  const { page } = app;
  const form = page.getByRole('form', { name: 'Whose application signs in' });
  await expect(form).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign in with your browser' })).toHaveCount(0);
  await takeScreenshots(app, 'registration');
  expect(await findViolations(page)).toEqual([]);
  await form.getByLabel('Application (client) ID').fill('not an id');
  await form.getByRole('button', { name: 'Continue' }).click();
  await expect(form.getByText('An id such as 11112222')).toBeVisible();
  await form.getByLabel('Application (client) ID').fill('7d0f4a36-93b2-4a55-8c1e-6a4d2f9b0c77');
  await form.getByRole('button', { name: 'Continue' }).click();
  await signIn(app);
  await expect(tenantRow(page, 'Contoso')).toBeVisible();
  await app.quit();

  const again = await launch({ cloudFile });
  await expect(again.page.getByRole('button', { name: 'Sign in with your browser' })).toBeVisible();
  await openSettings(again.page);
  const settings = again.page.getByRole('form', { name: 'Whose application signs in' });
  await takeScreenshots(again, 'settings-account');
  await settings.getByRole('radio', { name: /public sign-on/ }).check();
  await settings.getByRole('button', { name: 'Use this' }).click();
  await again.page
    .getByRole('dialog', { name: 'Settings' })
    .getByRole('button', { name: 'Close', exact: true })
    .click();
  await again.page.getByRole('button', { name: 'Sign in with your browser' }).click();
  const url = await again.openedUrl();
  expect(new URL(url).searchParams.get('client_id')).toBe('04b07795-8ddb-461a-bbee-02f9e1bf7b46');
  await walkSignIn(url, ada.upn);
  await expect(tenantRow(again.page, 'Contoso')).toBeVisible();
  await again.quit();
});

test('the session of the Azure CLI can sign in, and says what it lacks', async ({
  launch,
  emulator,
  dataFolder,
}) => {
  const az = await installAz(dataFolder, emulator);
  const cloudFile = await openCloud(emulator, dataFolder);
  const env = { PATH: [join(dataFolder, 'bin'), az.bin, process.env['PATH'] ?? ''].join(delimiter) };
  const app = await launch({ cloudFile, env });
  const { page } = app;
  await page.getByRole('radio', { name: /session of the Azure CLI/ }).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('The Azure CLI is not signed in.')).toBeVisible();
  await takeScreenshots(app, 'az-not-signed-in');
  await az.login(ada.upn, contoso);
  await page.getByRole('button', { name: 'Use the Azure CLI’s session' }).click();
  await expect(tenantRow(page, 'Contoso')).toBeVisible();
  await app.quit();

  const again = await launch({ cloudFile, env });
  await expect(tenantRow(again.page, 'Contoso')).toBeVisible();
  await again.quit();
});

test('another cloud is chosen for the next start', async ({ launch }) => {
  const app = await launch({ cloudFile: null });
  const { page } = app;
  await page.getByRole('button', { name: 'Cloud: Azure' }).click();
  await page.getByRole('radio', { name: 'Azure US Government' }).click();
  await expect(page.getByText('Azure US Government is used from the next start.')).toBeVisible();
  await takeScreenshots(app, 'cloud-choice');
  await app.quit();

  const again = await launch({ cloudFile: null });
  await expect(again.page.getByRole('button', { name: 'Cloud: Azure US Government' })).toBeVisible();
  await expect(again.page.getByRole('form', { name: 'Whose application signs in' })).toBeVisible();
  await again.quit();
});

test('the administrator’s policy fixes cloud and application, and is not taken from anybody else', async ({
  launch,
  dataFolder,
}) => {
  const folder = join(dataFolder, 'policy');
  const path = join(folder, 'policy.json');
  await mkdir(folder, { mode: 0o755 });
  await writeFile(
    path,
    JSON.stringify({
      cloud: 'china',
      registration: { kind: 'own', clientId: '7d0f4a36-93b2-4a55-8c1e-6a4d2f9b0c77', tenant: null },
      allowUnencryptedTokens: false,
    }),
    { mode: 0o644 },
  );
  const options = { cloudFile: null, args: ['--policy', path] };
  const app: RunningApp = await launch(options);
  await expect(app.page.getByRole('button', { name: 'Sign in with your browser' })).toBeVisible();
  await openSettings(app.page);
  const section = app.page.getByRole('region', { name: 'Account and cloud' });
  await expect(section.getByText('Your administrator has fixed this.')).toHaveCount(3);
  await expect(section.getByText('Azure China')).toBeVisible();
  await takeScreenshots(app, 'settings-policy');
  await app.quit();

  await writeFile(join(folder, 'open.json'), '{"cloud":"china"}', { mode: 0o666 });
  await chmod(join(folder, 'open.json'), 0o666);
  const again = await launch({ cloudFile: null, args: ['--policy', join(folder, 'open.json')] });
  await expect(again.page.getByText('A policy file of this computer was ignored')).toBeVisible();
  await expect(again.page.getByRole('button', { name: 'Cloud: Azure', exact: true })).toBeVisible();
  await again.quit();
});
