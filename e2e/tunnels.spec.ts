import type { Page } from '@playwright/test';
import { findViolations } from './support/accessibility.ts';
import { expect, signIn, test } from './support/fixtures.ts';
import { dialProgram, echoAsOther } from './support/program.ts';
import { takeScreenshots, takeTrustScreenshots } from './support/screenshots.ts';
import { chooseMachine } from './support/steps.ts';

const row = (page: Page, name: string) => page.getByRole('listitem', { name: `Tunnel to ${name}` });

/** Where a tunnel listens, as its row shows it. */
async function localEnd(page: Page, name: string): Promise<string> {
  const text = await row(page, name)
    .getByRole('button', { name: /^Copy 127\./ })
    .innerText();
  return text.trim();
}

test('a tunnel for other programs, from the dialog to the restart', async ({ emulator, launch }) => {
  let app = await launch();
  const { page } = app;
  const clipboard = () => app.electron.evaluate(({ clipboard: board }) => board.readText());
  await signIn(app);
  await chooseMachine(app, 'web-01');
  await expect(page.getByText('6 passed')).toBeVisible();

  await test.step('the panel says what a tunnel is for', async () => {
    await page.getByRole('button', { name: 'Tunnels' }).click();
    await expect(page.getByText(/gives your own programs a local port/)).toBeVisible();
    await takeScreenshots(app, 'tunnels-empty');
  });

  await test.step('open one by keyboard', async () => {
    await page.getByRole('button', { name: 'Tunnel…' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Tunnel to web-01' });
    await expect(dialog).toBeVisible();
    await expect(dialog.getByLabel('Port of the machine')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Tunnel…' })).toBeFocused();

    await page.keyboard.press('Enter');
    await expect(dialog.getByLabel('Port of the machine')).toBeFocused();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('70000');
    await page.keyboard.press('Enter');
    await expect(dialog.getByText('A port is a number from 1 to 65535.')).toBeVisible();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('7');
    await expect(dialog.getByText(/documented for RDP and SSH only/)).toBeVisible();
    await dialog.getByRole('radio', { name: 'Every user of this computer' }).check();
    await dialog.getByRole('button', { name: 'Advanced' }).click();
    await takeScreenshots(app, 'tunnel-dialog');
    expect(await findViolations(page)).toEqual([]);
    await dialog.getByRole('radio', { name: 'Programs that run as me' }).check();
    await dialog.getByLabel(/^Keep it/).check();
    await dialog.getByLabel('Port of the machine').focus();
    await page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect(row(page, 'web-01, port 7')).toContainText('Listening');
    await expect(page.getByRole('button', { name: '1 tunnel', exact: true })).toBeVisible();
  });

  const end = await localEnd(page, 'web-01, port 7');

  await test.step('bytes, one open connection, its steps', async () => {
    const program = await dialProgram(end);
    const sent = Buffer.alloc(300_000, 'abc');
    expect((await program.echo(sent)).equals(sent)).toBe(true);
    const tunnel = row(page, 'web-01, port 7');
    await expect(tunnel).toContainText('1 open connection');
    await expect(tunnel).toContainText('293 KB sent, 293 KB received');
    await tunnel.getByRole('button', { name: /^web-01/ }).click();
    const steps = tunnel.getByRole('table', { name: 'Steps of this connection' });
    await expect(steps.getByRole('row', { name: /^Token/ })).toContainText(/\d m?s/);
    await expect(steps.getByRole('row', { name: /^WebSocket/ })).toBeVisible();
    await takeScreenshots(app, 'tunnels');
    expect(await findViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make panel larger' }).click();
    await takeScreenshots(app, 'tunnels-large');
    await page.getByRole('button', { name: 'Make panel smaller' }).click();
    // A second one that moves bytes while it is looked at.
    const busy = setInterval(() => program.socket.write(Buffer.alloc(20_000)), 50);
    await expect(tunnel).toContainText(/↑ \d+(\.\d)? [KM]B\/s/);
    clearInterval(busy);

    await tunnel.getByRole('button', { name: /^Copy 127\./ }).click();
    expect(await clipboard()).toBe(end);
    await tunnel.getByRole('button', { name: 'Remove the tunnel to web-01, port 7' }).click();
    await expect(tunnel.getByText('Removing it cuts 1 open connection.')).toBeVisible();
    await page.keyboard.press('Escape');
    await tunnel.getByRole('button', { name: /^Stop the tunnel to web-01, port 7, which cuts 1/ }).click();
    await expect(tunnel).toContainText('Stopped');
    expect(emulator.sessions()).toEqual([]);
    program.close();
  });
  void echoAsOther;
  void takeTrustScreenshots;
  await app.quit();
  app = await launch();
});
