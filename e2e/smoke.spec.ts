import { ada, expect, signIn, test } from './support/fixtures.ts';

test('smoke', async ({ emulator, launch }) => {
  const app = await launch();
  await signIn(app);
  await app.page.getByText('web-01', { exact: true }).first().click();
  await app.page.getByRole('button', { name: 'Connect SSH' }).first().click();
  const trust = await app.trust();
  await trust.getByRole('button', { name: 'Trust and connect' }).click();
  await trust.locator('input[type=password]').fill(ada.password);
  await trust.keyboard.press('Enter');
  await expect(app.page.getByTestId('terminal')).toBeVisible();
  await app.page.waitForTimeout(1000);
  await app.page.keyboard.type('uname -s\n');
  await app.page.waitForTimeout(1500);
  await app.page.screenshot({ path: '/tmp/shot6.png' });
  console.log(await app.page.getByTestId('terminal').evaluate((e) => e.outerHTML.slice(0, 1500) + String(document.createElement('canvas').getContext('webgl2'))), { timeout: 2000 });
  await app.page.getByRole('button', { name: 'Disconnect' }).click();
  await app.page.waitForTimeout(1500);
  await app.page.screenshot({ path: '/tmp/shot7.png' });
  await app.quit();
  console.log(emulator.sessions(), ada.upn);
});
