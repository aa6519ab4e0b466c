import { findViolations } from './support/accessibility.ts';
import { expect, signIn, test } from './support/fixtures.ts';
import { takeScreenshots } from './support/screenshots.ts';
import { connectByPassword } from './support/steps.ts';

test('a host that Azure does not list: added, connected, imported, removed and taken back', async ({
  emulator,
  launch,
}) => {
  const app = await launch();
  const { page } = app;
  await signIn(app);
  await expect(page.getByRole('row', { name: /Contoso/ }).first()).toBeVisible();

  await test.step('the dialog says what is missing', async () => {
    await page.keyboard.press('Control+n');
    const dialog = page.getByRole('dialog', { name: 'Add hosts by address' });
    await expect(dialog.getByLabel('Address', { exact: true })).toBeFocused();
    await page.keyboard.type('10.1.1');
    await page.keyboard.press('Enter');
    await expect(dialog.getByText(/four numbers/)).toBeVisible();
    await expect(dialog.getByText('Choose the Bastion that connects to it.')).toBeVisible();
    await takeScreenshots(app, 'hosts-dialog');
    expect(await findViolations(page)).toEqual([]);
    await dialog.getByLabel('Address', { exact: true }).fill('10.1.1.4');
    await dialog.getByLabel('Name').fill('office-gateway');
    await dialog.getByLabel('Bastion').selectOption({ label: 'bas-hub-weu' });
    await dialog.getByRole('button', { name: 'Add host' }).click();
    await expect(dialog).toHaveCount(0);
  });

  await test.step('its page checks the Bastion, and SSH goes through it', async () => {
    await expect(page.getByRole('heading', { name: 'office-gateway' })).toBeVisible();
    await expect(page.getByText('6 passed')).toBeVisible();
    await takeScreenshots(app, 'host-page');
    await connectByPassword(app, 'office-gateway');
    expect(emulator.sessions()).toHaveLength(1);
  });

  await test.step('a list: what is wrong in it is said line by line', async () => {
    await page.getByRole('button', { name: 'Add hosts by address…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add hosts by address' });
    await dialog.getByRole('radio', { name: 'A list' }).check();
    await dialog
      .getByLabel('List (CSV)')
      .fill('name,address,os\nfax,10.1.1.50,linux\nbroken,10.1.1,linux\nscanner,10.1.1.51,windows\n');
    await dialog.getByLabel('Bastion').selectOption({ label: 'bas-hub-weu' });
    await dialog.getByRole('button', { name: 'Add hosts' }).click();
    await expect(dialog.getByText('2 hosts added; 1 line left out:')).toBeVisible();
    await expect(dialog.getByText('Line 3: address is no IPv4 address')).toBeVisible();
    await takeScreenshots(app, 'hosts-import');
    expect(await findViolations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
  });

  await test.step('one is removed, and taken back', async () => {
    await page.getByLabel('Filter machines').fill('scanner');
    const row = page.getByRole('row', { name: /scanner/ });
    await row.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Remove from the list' }).click();
    await expect(row).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(row).toBeVisible();
  });
});
