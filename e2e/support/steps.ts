import type { Page } from '@playwright/test';
import type { RunningApp } from './app.ts';
import { ada, expect } from './fixtures.ts';

/** The text of the terminal in view. */
export const screen = (page: Page) => page.locator('.xterm-rows:visible');

/** Types a secret into the trust window. */
export async function answerSecret(app: RunningApp, secret: string): Promise<void> {
  const trust = await app.trust();
  const field = trust.locator('input[type=password]');
  await field.fill(secret);
  await field.press('Enter');
}

/** Finds a machine by the filter and shows its page. */
export async function chooseMachine(app: RunningApp, name: string): Promise<void> {
  await app.page.getByRole('searchbox', { name: 'Filter machines' }).fill(name);
  await app.page.getByRole('row', { name: new RegExp(`(^|\\s)${name}(\\s|$)`) }).click();
  await expect(app.page.getByRole('heading', { name, level: 2 })).toBeVisible();
}

/** Opens the form behind Connect SSH and chooses how to sign in. */
export async function openSshOptions(app: RunningApp, method: string): Promise<void> {
  await app.page.getByRole('button', { name: 'SSH options' }).click();
  const form = app.page.getByRole('form', { name: 'SSH options' });
  await form.getByLabel('User name').fill(ada.user);
  await form.getByRole('radio', { name: method }).check();
}

/** Connects to a machine by password; its host key is new, or pinned by an earlier connection. */
export async function connectByPassword(
  app: RunningApp,
  name: string,
  hostKey: 'new' | 'pinned' = 'new',
): Promise<void> {
  await chooseMachine(app, name);
  await openSshOptions(app, 'Password');
  await app.page.getByRole('form', { name: 'SSH options' }).getByRole('button', { name: 'Connect' }).click();
  if (hostKey === 'new') await (await app.trust()).getByRole('button', { name: 'Trust and connect' }).click();
  await answerSecret(app, ada.password);
  await expect(screen(app.page)).toContainText('$');
}
