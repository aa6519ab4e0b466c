import { execFileSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import demoEstate from '../emulator/estates/demo.json' with { type: 'json' };
import { findViolations } from './support/accessibility.ts';
import { dropFiles } from './support/drop-files.ts';
import { hashTree, makeFileTree } from './support/file-tree.ts';
import { ada, expect, signIn, test } from './support/fixtures.ts';
import { answerSecret, chooseMachine, openSshOptions, screen } from './support/steps.ts';
import { takeScreenshots, takeTrustScreenshots } from './support/screenshots.ts';

const passphrase = 'difference engine';

test('the main job, from signing in to Remote Desktop', async ({ dataFolder, launch }) => {
  test.setTimeout(400_000);
  // A key with a passphrase, which the machine web-01 accepts.
  await mkdir(join(dataFolder, '.ssh'));
  const keyPath = join(dataFolder, '.ssh', 'id_ed25519');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'ada', '-f', keyPath]);
  const publicKey = (await readFile(`${keyPath}.pub`, 'utf8')).trim();
  const estate = structuredClone(demoEstate) as {
    targets: { name: string; users?: { name: string; authorizedKeys?: string[] }[] }[];
  };
  for (const target of estate.targets) {
    for (const user of target.users ?? [])
      if (target.name.startsWith('linux-')) user.authorizedKeys = [publicKey];
  }
  const { startEmulator } = await import('../emulator/index.ts');
  const emulator = await startEmulator({ estate });
  try {
    let app = await launch({ cloudFile: emulator.cloudFile });
    const { page } = app;

    await test.step('sign in', async () => {
      await expect(page.getByRole('button', { name: 'Sign in with your browser' })).toBeVisible();
      await takeScreenshots(app, 'sign-in');
      await signIn(app);
      await expect(page.getByRole('row', { name: /Contoso/ }).first()).toBeVisible();
      await expect(page.getByText(/kept in memory only/)).toBeVisible();
    });

    await test.step('filter, keyboard and context menu', async () => {
      const filter = page.getByRole('searchbox', { name: 'Filter machines' });
      await filter.fill('erp');
      await expect(page.getByRole('row', { name: /erp-app-01/ })).toBeVisible();
      await expect(page.getByRole('row', { name: /jump-01/ })).toHaveCount(0);
      await filter.fill('web-0');
      await filter.press('ArrowDown');
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('tab', { name: /web-0/ })).toBeVisible();
      await page.keyboard.press('Shift+F10');
      await page.getByRole('menuitem', { name: 'Copy resource ID' }).click();
      expect(await app.electron.evaluate(({ clipboard }) => clipboard.readText())).toMatch(
        /virtualMachines\/win-web-01$/,
      );
    });

    await test.step('read the checks', async () => {
      await chooseMachine(app, 'web-01');
      await expect(page.getByText('6 passed')).toBeVisible();
      await expect(page.getByRole('list', { name: 'Route to web-01' })).toContainText('bas-hub-weu');
      await takeScreenshots(app, 'machine');
      expect(await findViolations(page)).toEqual([]);
      await chooseMachine(app, 'dev-01');
      await expect(page.getByText('Native client support is off on bas-dev-neu.')).toBeVisible();
      await chooseMachine(app, 'web-locked-01');
      await expect(page.getByText(/rule deny-ssh, priority 110/).first()).toBeVisible();
      await takeScreenshots(app, 'checks-failed');
    });

    await test.step('connect by password', async () => {
      await chooseMachine(app, 'web-01');
      await openSshOptions(app, 'Password');
      await page.getByRole('form', { name: 'SSH options' }).getByRole('button', { name: 'Connect' }).click();
      const trust = await app.trust();
      await expect(trust.getByRole('heading', { name: 'Is this the right machine?' })).toBeVisible();
      await expect(trust.getByText(emulator.targets.sshd('linux-web-01').hostKeyFingerprint())).toBeVisible();
      await takeTrustScreenshots(trust, 'trust-host-key');
      await takeScreenshots(app, 'connecting');
      await trust.getByRole('button', { name: 'Trust and connect' }).click();
      await expect(trust.getByRole('heading', { name: 'Password for ada' })).toBeVisible();
      await takeTrustScreenshots(trust, 'trust-password');
      await answerSecret(app, ada.password);
      await expect(screen(page)).toContainText('$');
      await page.keyboard.type('uname -s\n');
      await expect(screen(page)).toContainText('Linux');
      await takeScreenshots(app, 'terminal');
      expect(await findViolations(page)).toEqual([]);
    });

    await test.step('upload a folder of 200 files', async () => {
      const source = join(dataFolder, 'to upload');
      await makeFileTree(source);
      await dropFiles(page, '[data-testid=terminal]:visible', [source]);
      const offer = page.getByRole('form', { name: /^Upload/ });
      await expect(offer).toBeVisible();
      await expect(page.getByText(/200 files/).first()).toBeVisible();
      await takeScreenshots(app, 'upload-offered');
      await offer.getByRole('button', { name: 'Start upload' }).click();
      await expect(page.getByText(/verified by SHA-256/i)).toBeVisible({ timeout: 120_000 });
      await takeScreenshots(app, 'upload-done');
      const home = emulator.targets.sshd('linux-web-01').homes[ada.user] as string;
      expect(await hashTree(join(home, 'to upload'))).toEqual(await hashTree(source));
    });

    await test.step('save a profile', async () => {
      await page.getByRole('button', { name: 'Save connection' }).click();
      const form = page.getByRole('form', { name: 'Save connection' });
      await form.getByLabel('Name', { exact: true }).fill('Web shop');
      await form.getByLabel('Folder').fill('Production');
      await form.getByRole('radio', { name: /key/i }).check();
      await form.getByLabel('Private key file').selectOption(keyPath);
      await form.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('searchbox', { name: 'Filter machines' }).fill('');
      await expect(page.getByRole('row', { name: /Web shop/ })).toBeVisible();
    });

    await test.step('close asks once and leaves no session', async () => {
      await app.electron.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()
          .find((window) => window.webContents.getURL().includes('index.html'))
          ?.close(),
      );
      const trust = await app.trust();
      await expect(trust.getByText('SSH: ada@web-01')).toBeVisible();
      await takeTrustScreenshots(trust, 'trust-close');
      const closed = app.electron.waitForEvent('close');
      await trust.getByRole('button', { name: 'End and close' }).click();
      await closed;
      expect(emulator.sessions()).toEqual([]);
      const { tokenPosts, deletes } = emulator.stats();
      expect(deletes).toBe(tokenPosts);
    });

    await test.step('after a restart the profile connects by key with one click', async () => {
      app = await launch({ cloudFile: emulator.cloudFile });
      await signIn(app);
      // Rows that come above it would move it away from under the pointer.
      await expect(app.page.getByText(/machines · refreshed/)).toBeVisible();
      await app.page.getByRole('row', { name: /Web shop/ }).hover();
      await app.page.getByRole('button', { name: 'Connect Web shop' }).click();
      const trust = await app.trust();
      await expect(trust.getByRole('heading', { name: 'Passphrase of the private key' })).toBeVisible();
      await answerSecret(app, passphrase);
      await expect(screen(app.page)).toContainText('$');
      await app.page.keyboard.type('echo "kernel=$(uname -s)"\n');
      await expect(screen(app.page)).toContainText('kernel=Linux');
      expect(await readFile(emulator.targets.sshd('linux-web-01').logFile, 'utf8')).toContain(
        'Accepted publickey for ada',
      );
      await app.page.getByRole('button', { name: 'Disconnect' }).click();
    });

    await test.step('a changed host key is refused before anything is offered to the server', async () => {
      const sshd = emulator.targets.sshd('linux-web-01');
      const before = sshd.hostKeyFingerprint();
      await sshd.rotateHostKey();
      const logBefore = (await readFile(sshd.logFile, 'utf8')).length;
      await app.page.getByRole('row', { name: /Web shop/ }).hover();
      await app.page.getByRole('button', { name: 'Connect Web shop' }).click();
      const trust = await app.trust();
      await expect(trust.getByText(before)).toBeVisible();
      await expect(trust.getByText(emulator.targets.sshd('linux-web-01').hostKeyFingerprint())).toBeVisible();
      await takeTrustScreenshots(trust, 'trust-host-key-changed');
      await trust.getByRole('button', { name: 'Close' }).click();
      await expect(app.page.getByText(/is not the one that was pinned/).first()).toBeVisible();
      await takeScreenshots(app, 'host-key-changed');
      const log = (await readFile(emulator.targets.sshd('linux-web-01').logFile, 'utf8')).slice(logBefore);
      expect(log).not.toMatch(/Accepted|Failed|Postponed|userauth|invalid user/i);
    });

    await test.step('Remote Desktop logs in through the tunnel', async () => {
      await chooseMachine(app, 'win-web-01');
      await app.page.getByRole('button', { name: 'Connect RDP', exact: true }).click();
      await answerSecret(app, ada.password);
      const xrdp = emulator.targets.xrdp('desk-win');
      await expect
        .poll(() => readFile(xrdp.sesmanLogFile, 'utf8'), { timeout: 60_000 })
        .toContain('access granted): username ada');
      await expect(app.page.getByText(/runs in its own window/)).toBeVisible();
      await takeScreenshots(app, 'remote-desktop');
      await app.page.getByRole('button', { name: 'Disconnect' }).click();
      await expect.poll(() => emulator.sessions().length).toBe(0);
    });

    await app.quit();
    expect(emulator.sessions()).toEqual([]);
  } finally {
    await emulator.dispose();
  }
});
