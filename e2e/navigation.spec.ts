import type { Locator, Page } from '@playwright/test';
import { generateEstate } from '../emulator/generate.ts';
import { findViolations } from './support/accessibility.ts';
import type { RunningApp } from './support/app.ts';
import { expect, signIn, test } from './support/fixtures.ts';
import { takeScreenshot, takeScreenshots } from './support/screenshots.ts';
import { chooseMachine, connectByPassword, screen } from './support/steps.ts';

const palette = (page: Page) => page.getByRole('combobox', { name: 'Search everything' });
const option = (page: Page, name: RegExp | string) => page.getByRole('option', { name });
const filterBox = (page: Page) => page.getByRole('searchbox', { name: 'Filter machines' });
const row = (page: Page, name: RegExp | string) => page.getByRole('row', { name });
const clipboard = (app: RunningApp) => app.electron.evaluate(({ clipboard: board }) => board.readText());

/** A row under a root of the tree, by the id that the tree gives it. */
const rowUnder = (page: Page, root: string): Locator => row(page, root).locator('~ [role=row]').first();

async function open(launch: () => Promise<RunningApp>): Promise<RunningApp> {
  const app = await launch();
  await signIn(app);
  await expect(row(app.page, /Contoso/).first()).toBeVisible();
  await expect(row(app.page, /jump-01/).first()).toBeVisible();
  return app;
}

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+K');
  await expect(palette(page)).toBeFocused();
}

test('everything is found from the keyboard', async ({ launch, emulator }) => {
  test.setTimeout(180_000);
  const app = await open(launch);
  const { page } = app;

  await test.step('a machine by its name, opened', async () => {
    await page.getByRole('button', { name: 'Search everything' }).click();
    await palette(page).fill('web-0');
    await expect(option(page, /web-01/).first()).toHaveAttribute('aria-selected', 'true');
    await takeScreenshots(app, 'palette');
    expect(await findViolations(page)).toEqual([]);
    await palette(page).press('ArrowDown');
    await expect(option(page, /web-02/)).toHaveAttribute('aria-selected', 'true');
    await palette(page).press('Enter');
    await expect(page.getByRole('heading', { name: 'web-02', level: 2 })).toBeVisible();
    await expect(palette(page)).toHaveCount(0);
  });

  await test.step('a command, and nothing found', async () => {
    await openPalette(page);
    await palette(page).fill('show or hide the panel');
    await palette(page).press('Enter');
    await expect(page.getByRole('region', { name: 'Panel' })).toBeVisible();
    await page.keyboard.press('Control+J');
    await openPalette(page);
    await palette(page).fill('no such thing');
    await expect(page.getByText('Nothing found for “no such thing”.')).toBeVisible();
    await takeScreenshots(app, 'palette-empty');
    expect(await findViolations(page)).toEqual([]);
    await palette(page).press('Escape');
    await expect(palette(page)).toHaveCount(0);
  });

  await test.step('everything that can be done with a machine, by Tab', async () => {
    await openPalette(page);
    await palette(page).fill('win-web');
    await palette(page).press('Tab');
    const actions = page.getByRole('combobox', { name: 'Actions for win-web-01' });
    await expect(actions).toBeFocused();
    // The window was resized while a field had the focus, which is no on-screen keyboard to wait for.
    await expect(page.locator('.modal-shade')).toHaveCSS('opacity', '1');
    await takeScreenshots(app, 'palette-actions');
    expect(await findViolations(page)).toEqual([]);
    await actions.press('Escape');
    await expect(palette(page)).toHaveValue('win-web');
    await palette(page).press('ArrowRight');
    await actions.fill('resource id');
    await actions.press('Enter');
    await expect.poll(() => clipboard(app)).toMatch(/virtualMachines\/win-web-01$/);
  });

  await test.step('a pasted address of the portal finds a machine that the list does not show', async () => {
    const armId =
      '/subscriptions/22222222-1b6d-4c2f-8d12-8f2e3d4c5b61/resourceGroups/rg-web-weu/providers/Microsoft.Compute/virtualMachines/web-new-01';
    await openPalette(page);
    await palette(page).fill(armId);
    await expect(option(page, /Look up this machine in Azure/)).toBeVisible();
    await palette(page).press('Enter');
    await expect(page.getByRole('alert')).toBeVisible();
    await takeScreenshots(app, 'palette-not-found');
    expect(await findViolations(page)).toEqual([]);
    emulator.updateEstate((estate) => {
      const vms = estate.subscriptions
        .find((entry) => entry.name === 'Contoso Web')
        ?.resourceGroups.find((entry) => entry.name === 'rg-web-weu')?.vms;
      const like = vms?.find((vm) => vm.name === 'web-02');
      if (like !== undefined) vms?.push({ ...like, name: 'web-new-01' });
      return estate;
    });
    await palette(page).fill(`https://portal.azure.com/#@contoso.example/resource${armId}/overview`);
    await palette(page).press('Enter');
    await expect(page.getByRole('heading', { name: 'web-new-01', level: 2 })).toBeVisible();
  });

  await test.step('the filter knows Bastions and addresses', async () => {
    await filterBox(page).fill('bastion:hub');
    await expect(row(page, /jump-01/)).toBeVisible();
    await expect(row(page, /build-01/)).toHaveCount(0);
    await filterBox(page).fill('bastion:none');
    await expect(row(page, /build-01.*No Bastion reaches it/)).toBeVisible();
    await expect(row(page, /jump-01/)).toHaveCount(0);
    await filterBox(page).fill('');
  });
  await app.quit();
});

test('what was arranged is there after a restart', async ({ launch }) => {
  test.setTimeout(240_000);
  let app = await open(launch);

  await test.step('favourites, with undo', async () => {
    const { page } = app;
    await chooseMachine(app, 'dev-01');
    await filterBox(page).fill('');
    await page.keyboard.press('Control+D');
    await expect(row(page, /^Favourites/)).toBeVisible();
    await page.getByRole('button', { name: 'Remove dev-01 from favourites' }).click();
    await expect(row(page, /^Favourites/)).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(rowUnder(page, 'Favourites 1')).toContainText('dev-01');
  });

  await test.step('the latest machines', async () => {
    const { page } = app;
    await connectByPassword(app, 'web-01');
    await expect(screen(page)).toContainText('$');
    // Inside a terminal the key belongs to the shell unless Shift is held.
    await page.keyboard.press('Control+Shift+K');
    await expect(palette(page)).toBeFocused();
    await expect(page.getByRole('group', { name: 'Recent' }).getByRole('option')).toContainText('web-01');
    await takeScreenshots(app, 'palette-recent');
    await palette(page).press('Escape');
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await filterBox(page).fill('');
    await expect(rowUnder(page, 'Recent 1')).toContainText('web-01');
  });

  await test.step('a saved filter', async () => {
    const { page } = app;
    await filterBox(page).fill('tag:env=prod power:running');
    await page.getByRole('button', { name: 'Save this filter' }).click();
    await page.getByRole('dialog', { name: 'Save filter' }).getByLabel('Name').fill('Production, on');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Remove the saved filter Production, on' })).toBeVisible();
    await page.getByRole('button', { name: 'Clear filter' }).click();
    await page.getByRole('button', { name: 'Saved filters' }).click();
    await takeScreenshot(app, 'saved-filters');
    await page.getByRole('menuitem', { name: /Production, on/ }).click();
    await expect(filterBox(page)).toHaveValue('tag:env=prod power:running');
    await expect(row(page, /jump-01/)).toBeVisible();
    await expect(row(page, /dev-01/)).toHaveCount(0);
    await filterBox(page).fill('');
  });

  await test.step('one list, and by a tag', async () => {
    const { page } = app;
    await page.getByRole('button', { name: 'Group machines' }).click();
    await page.getByRole('menuitemradio', { name: 'One list' }).click();
    await expect(row(page, /^Contoso /)).toHaveCount(0);
    await expect(row(page, /analytics-01/)).toHaveAttribute('aria-level', '1');
    await page.getByRole('button', { name: 'Group machines' }).click();
    await page.getByRole('menuitemradio', { name: 'env' }).click();
    await expect(row(page, /env: prod/)).toBeVisible();
    await takeScreenshots(app, 'grouped-by-tag');
    expect(await findViolations(page)).toEqual([]);
  });

  await test.step('a changed key; one that is taken is refused', async () => {
    const { page } = app;
    await page.keyboard.press('Control+,');
    const dialog = page.getByRole('dialog', { name: 'Settings' });
    await dialog.getByRole('button', { name: 'Shortcuts', exact: true }).click();
    const key = dialog.getByRole('button', { name: /^Search everything:/ });
    await key.click();
    await page.keyboard.press('Control+W');
    await expect(dialog.getByRole('alert')).toContainText('Ctrl+W is too close to the key of “Close tab”');
    await takeScreenshots(app, 'shortcuts');
    expect(await findViolations(page)).toEqual([]);
    await key.click();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeVisible();
    await expect(key).toHaveText('Ctrl+K');
    await key.click();
    await page.keyboard.press('Control+P');
    await expect(key).toHaveText('Ctrl+P');
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await page.keyboard.press('Control+P');
    await expect(palette(page)).toBeFocused();
    await palette(page).press('Control+P');
    await expect(palette(page)).toHaveCount(0);
  });

  await app.quit();
  app = await launch();
  await signIn(app);

  await test.step('all of it again', async () => {
    const { page } = app;
    await expect(row(page, /env: prod/)).toBeVisible();
    await expect(rowUnder(page, 'Favourites 1')).toContainText('dev-01');
    await expect(rowUnder(page, 'Recent 1')).toContainText('web-01');
    await page.keyboard.press('Control+P');
    await expect(palette(page)).toBeFocused();
    await palette(page).press('Escape');
    await page.getByRole('button', { name: 'Saved filters' }).click();
    await expect(page.getByRole('menuitem', { name: /Production, on/ })).toBeVisible();
    await page.keyboard.press('Escape');
  });
  await app.quit();
});

test('power and the choice of a Bastion', async ({ launch }) => {
  test.setTimeout(180_000);
  const app = await open(launch);
  const { page } = app;

  await test.step('a machine that is off is started after a question', async () => {
    await chooseMachine(app, 'web-03');
    await expect(page.getByRole('button', { name: 'Start and connect' })).toBeEnabled();
    await takeScreenshots(app, 'machine-off');
    await page.getByRole('button', { name: 'Power', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Start', exact: true }).click();
    await (await app.trust()).getByRole('button', { name: 'Start' }).click();
    await expect(page.getByRole('article').getByText('Running', { exact: true })).toBeVisible();
    await expect(row(page, /Running.*web-03/)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Start and connect' })).toHaveCount(0);
  });

  await test.step('a machine that is off is started and connected to in one step', async () => {
    await page.getByRole('button', { name: 'Power', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Stop (deallocate)…' }).click();
    await (await app.trust()).getByRole('button', { name: 'Stop and deallocate' }).click();
    await expect(row(page, /Stopped \(deallocated\).*web-03/)).toBeVisible();
    await page.getByRole('button', { name: 'Start and connect' }).click();
    await (await app.trust()).getByRole('button', { name: 'Start' }).click();
    const trust = await app.trust();
    await expect(trust.getByRole('heading', { name: 'Is this the right machine?' })).toBeVisible();
    await expect(page.getByRole('tab', { name: /^ssh web-03/ })).toBeVisible();
    await trust.getByRole('button', { name: 'Cancel' }).click();
    await page.keyboard.press('Control+W');
  });

  await test.step('what may not be done says so', async () => {
    await chooseMachine(app, 'erp-db-01');
    await expect(page.getByText(/your account may not start it/)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Start and connect' })).toBeDisabled();
    await page.getByRole('button', { name: 'Power', exact: true }).click();
    const start = page.getByRole('menuitem', { name: 'Start', exact: true });
    await expect(start).toHaveAttribute('aria-disabled', 'true');
    await expect(start).toContainText('no permission');
    await takeScreenshot(app, 'power-denied');
    await page.keyboard.press('Escape');
    expect(await findViolations(page)).toEqual([]);
  });

  await test.step('a Bastion that is only used if it is chosen', async () => {
    await chooseMachine(app, 'build-01');
    await expect(page.getByText('No Azure Bastion reaches this machine over networks')).toBeVisible();
    const candidates = page.getByRole('list', { name: 'Bastions that could be used' });
    await expect(candidates).toContainText('only if you choose it');
    await takeScreenshots(app, 'choose-bastion');
    expect(await findViolations(page)).toEqual([]);
    await candidates.getByRole('button', { name: 'Use for this machine: bas-hub-weu' }).click();
    await expect(page.getByRole('list', { name: 'Route to build-01' })).toContainText('bas-hub-weu');
    await expect(candidates).toContainText('chosen by you for this machine');
    await candidates.getByRole('button', { name: 'Use the best one again' }).click();
    await expect(page.getByRole('list', { name: 'Route to build-01' })).toHaveCount(0);
  });
  await app.quit();
});

test.describe('a list that changes', () => {
  test.use({ estate: generateEstate({ vms: 300, subscriptions: 3, sshTarget: 'echo' }) });

  test('selection, focus and scroll position stay while machines come, go and change', async ({
    launch,
    emulator,
  }) => {
    test.setTimeout(120_000);
    const app = await launch();
    await signIn(app);
    const { page } = app;
    await expect(page.getByText(/^300 machines/)).toBeVisible();
    await page.getByRole('button', { name: 'Group machines' }).click();
    await page.getByRole('menuitemradio', { name: 'One list' }).click();
    const rows = page.locator('[data-row-kind=vm]');
    await expect(rows.first()).toHaveAttribute('aria-level', '1');
    await rows.first().click();
    for (let press = 0; press < 12; press += 1) await page.keyboard.press('PageDown');
    await page.keyboard.press('Enter');
    const selected = page.locator('[role=row][aria-selected=true]');
    await expect(selected).toBeFocused();
    const name = (await selected.locator('.row-name').textContent()) ?? '';
    const before = await selected.boundingBox();
    const index = Number(await selected.getAttribute('data-row-index'));

    emulator.updateEstate((estate) => {
      const vms = estate.subscriptions[0]?.resourceGroups.find((group) => group.vms.length > 5)?.vms;
      const like = vms?.[0];
      if (vms === undefined || like === undefined) return;
      for (const each of ['a-1', 'a-2', 'a-3']) vms.push({ ...like, name: each });
    });
    await page.keyboard.press('F5');
    await expect(page.getByText(/^303 machines/)).toBeVisible();
    await expect(selected.locator('.row-name')).toHaveText(name);
    expect(Number(await selected.getAttribute('data-row-index'))).toBe(index + 3);
    expect(await selected.boundingBox()).toEqual(before);
    await expect(selected).toBeFocused();
    await app.quit();
  });
});
