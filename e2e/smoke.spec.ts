import { test, expect } from '@playwright/test';
import demoEstate from '../emulator/estates/demo.json' with { type: 'json' };
import { startEmulator } from '../emulator/index.ts';
import { makeDataFolder, startApp } from './support/app.ts';
import { walkSignIn } from './support/walk-sign-in.ts';

test('smoke', async () => {
  const emulator = await startEmulator({ estate: demoEstate });
  const app = await startApp({ cloudFile: emulator.cloudFile, dataFolder: await makeDataFolder() });
  app.page.on('console', (message) => console.log('PAGE', message.text()));
  await app.page.screenshot({ path: '/tmp/shot1.png' });
  await app.page.getByRole('button', { name: /browser/i }).click();
  await walkSignIn(await app.openedUrl(), 'ada@contoso.example');
  await expect(app.page.getByText('web-01')).toBeVisible();
  await app.page.screenshot({ path: '/tmp/shot2.png' });
  await app.page.getByText('web-01').click();
  await app.page.waitForTimeout(1500);
  await app.page.screenshot({ path: '/tmp/shot3.png' });
  await app.page.getByRole('button', { name: 'Connect SSH' }).first().click();
  await app.page.waitForTimeout(3000);
  await app.page.screenshot({ path: '/tmp/shot4.png' });
  const trust = await app.trust();
  await trust.screenshot({ path: '/tmp/shot5.png' });
  await app.quit();
  await emulator.dispose();
});
