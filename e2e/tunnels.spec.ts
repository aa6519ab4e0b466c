import type { Page } from '@playwright/test';
import { findViolations } from './support/accessibility.ts';
import { expect, signIn, test } from './support/fixtures.ts';
import { dialProgram, echoAsOther } from './support/program.ts';
import { takeScreenshots, takeTrustScreenshots } from './support/screenshots.ts';
import { chooseMachine, connectByPassword } from './support/steps.ts';

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
    await tunnel.getByRole('button', { name: 'Copy more for web-01, port 7' }).click();
    await page.getByRole('menuitem', { name: 'Port only' }).click();
    expect(await clipboard()).toBe(end.split(':')[1]);
    await tunnel.getByRole('button', { name: 'Remove the tunnel to web-01, port 7' }).click();
    await expect(tunnel.getByText('Removing it cuts 1 open connection.')).toBeVisible();
    await page.keyboard.press('Escape');
    await tunnel.getByRole('button', { name: /^Stop the tunnel to web-01, port 7, which cuts 1/ }).click();
    await expect(tunnel).toContainText('Stopped');
    expect(emulator.sessions()).toEqual([]);
    program.close();
  });

  await test.step('start again on the same port', async () => {
    const tunnel = row(page, 'web-01, port 7');
    await tunnel.getByRole('button', { name: 'Start the tunnel to web-01, port 7 again' }).click();
    await expect(tunnel).toContainText('Listening');
    expect(await localEnd(page, 'web-01, port 7')).toBe(end);
  });

  await test.step('another user is turned away, and let in when that is allowed', async () => {
    const tunnel = row(page, 'web-01, port 7');
    expect(await echoAsOther(end, 'hello')).toBe('');
    await expect(tunnel.getByText(/the program runs as user id 65534/)).toBeVisible();
    await takeScreenshots(app, 'tunnel-refused');
    await tunnel.getByRole('button', { name: 'Allow user id 65534…' }).click();
    const trust = await app.trust();
    await expect(trust.getByText(/all programs of the user with id 65534 may reach port 7/)).toBeVisible();
    await takeTrustScreenshots(trust, 'trust-allow');
    await trust.getByRole('button', { name: 'Allow' }).click();
    await expect(tunnel.getByText(/the program runs as user id 65534/)).toHaveCount(0);
    expect(await echoAsOther(end, 'hello')).toBe('hello');
  });

  await test.step('a connection that cannot be made says why, and what is next', async () => {
    const tunnel = row(page, 'web-01, port 7');
    emulator.setFaults({ failTokens: { status: 403, message: 'no' } });
    const program = await dialProgram(end);
    await expect(program.echo(Buffer.from('x'))).rejects.toThrow('has ended');
    await expect(tunnel.getByText('The Bastion says that you may not reach this target.')).toBeVisible();
    await expect(tunnel.getByText(/You need Reader on the virtual machine/)).toBeVisible();
    await expect(tunnel.getByRole('rowheader', { name: /stopped here$/ }).first()).toBeVisible();
    await takeScreenshots(app, 'tunnel-failed');
    emulator.clearFaults();
  });

  await test.step('the dialog shows why a tunnel cannot be opened', async () => {
    await page
      .getByRole('row', { name: /web-01/ })
      .first()
      .press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Tunnel…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Tunnel to web-01' });
    await dialog.getByLabel('Port of the machine').fill('22');
    await dialog.getByLabel('Local port').fill(end.split(':')[1] ?? '');
    await page.keyboard.press('Enter');
    await expect(dialog.getByText('The local port is used by another program.')).toBeVisible();
    await expect(dialog.getByText(/choose another port/)).toBeVisible();
    await takeScreenshots(app, 'tunnel-dialog-failed');
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(page.getByRole('row', { name: /web-01/ }).first()).toBeFocused();
    await expect(page.getByRole('listitem', { name: /^Tunnel to/ })).toHaveCount(1);
  });

  await test.step('activity in plain words, and diagnostics without secrets', async () => {
    await page.getByRole('tab', { name: /^Activity/ }).click();
    const list = page.getByRole('list', { name: 'Activity' });
    await expect(
      list.getByText(/^A program was turned away from the tunnel to web-01, port 7/),
    ).toBeVisible();
    await expect(list.getByText(/could not be made\. The Bastion says/).first()).toBeVisible();
    await list.getByRole('button', { name: /A program was turned away/ }).click();
    await expect(list.getByText(/event: client-refused/)).toBeVisible();
    await takeScreenshots(app, 'activity');
    expect(await findViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Copy diagnostics' }).click();
    await expect(page.getByText(/^Copied\. Tokens, keys and passwords are taken out/)).toBeVisible();
    const text = await clipboard();
    expect(text).toContain('port 7 via bas-hub-weu: listening');
    expect(text).toContain('client-refused');
    expect(text).not.toMatch(/eyJ|bearer\s+\S{20}|password\s*[:=]\s*[^[]|ada@/i);
    await page.getByLabel('Show').selectOption('Errors');
    await expect(list.getByRole('listitem').first()).toHaveAttribute('data-level', 'error');
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await expect(page.getByText('Nothing of this kind has happened.')).toBeVisible();
  });

  await test.step('a kept tunnel listens on the same port after a restart', async () => {
    await app.quit();
    expect(emulator.sessions()).toEqual([]);
    app = await launch();
    await signIn(app);
    await app.page.getByRole('button', { name: '1 tunnel', exact: true }).click();
    await expect(row(app.page, 'web-01, port 7')).toContainText('Listening');
    expect(await localEnd(app.page, 'web-01, port 7')).toBe(end);
    const program = await dialProgram(end);
    expect((await program.echo(Buffer.from('again'))).toString()).toBe('again');
    program.close();
    const tunnel = row(app.page, 'web-01, port 7');
    await expect(tunnel).toContainText('0 open connections');
    await tunnel.getByRole('button', { name: 'Remove the tunnel to web-01, port 7' }).click();
    await expect(tunnel).toHaveCount(0);
    await expect.poll(() => emulator.sessions()).toEqual([]);
  });
  await app.quit();
});

test('settings before the sign-in; a lost session comes back by itself', async ({ emulator, launch }) => {
  const app = await launch();
  const { page } = app;
  const dialog = page.getByRole('dialog', { name: 'Settings' });

  await test.step('proxy and reconnect policy', async () => {
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await expect(dialog).toBeVisible();
    await dialog.getByRole('radio', { name: 'This one' }).check();
    await dialog.getByLabel('Address', { exact: true }).fill('proxy without scheme');
    await dialog.getByRole('button', { name: 'Use this' }).click();
    await expect(dialog.getByText(/^Type an address such as/)).toBeVisible();
    await dialog.getByLabel('Address', { exact: true }).fill('http://127.0.0.1:9');
    await dialog.getByRole('button', { name: 'Sign in to the proxy' }).click();
    await takeScreenshots(app, 'settings');
    expect(await findViolations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Use this' }).click();
    const trust = await app.trust();
    await trust.getByRole('button', { name: 'Use it' }).click();
    await expect(dialog.getByText('Saved. New connections use it.')).toBeVisible();
    await dialog.getByRole('radio', { name: 'As the system says' }).check();
    await dialog.getByRole('button', { name: 'Use this' }).click();
    await expect(dialog.getByText('Saved. New connections use it.')).toBeVisible();
    await dialog.getByRole('radio', { name: /^Connect again by itself/ }).click();
    await expect(dialog.getByRole('radio', { name: /^Connect again by itself/ })).toBeChecked();
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Settings', exact: true })).toBeFocused();
  });

  await test.step('a session that is lost counts down and connects', async () => {
    await signIn(app);
    await connectByPassword(app, 'web-01');
    await page.keyboard.press('Control+Shift+J');
    await page.getByRole('tab', { name: /^Tunnels/ }).click();
    await expect(row(page, 'web-01, port 22')).toContainText('of a session');
    await expect(row(page, 'web-01, port 22')).toContainText('1 open connection');
    await takeScreenshots(app, 'tunnel-of-session');
    await page.getByRole('button', { name: 'Hide panel' }).click();
    emulator.setFaults({ failTokens: { status: 503 }, maintenance: { how: 'reset' } });
    await expect(page.getByText(/^Reconnecting in \d+ s, try \d of 6$/)).toBeVisible();
    await expect(page.getByText(/try 3 of 6$/)).toBeVisible();
    await takeScreenshots(app, 'session-countdown');
    expect(await findViolations(page)).toEqual([]);
    emulator.clearFaults();
    await expect(page.getByRole('button', { name: 'Disconnect' })).toBeVisible();
    await expect(page.getByText(/^Reconnecting in/)).toHaveCount(0);
  });

  await test.step('the countdown can be cancelled', async () => {
    emulator.setFaults({ maintenance: { how: 'reset' } });
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByText(/^Reconnecting in/)).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Reconnect', exact: true })).toBeVisible();
    emulator.clearFaults();
  });
  await app.quit();
});
