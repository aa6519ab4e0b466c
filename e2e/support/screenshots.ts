import type { Page } from '@playwright/test';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RunningApp } from './app.ts';

/** Where the pictures go: those of the documentation only when asked for, so that a test run leaves the tree clean. */
const folder = resolve(
  import.meta.dirname,
  process.env['SALLYPORT_SCREENSHOTS'] ?? '../../test-results/screenshots',
);

const sizes = [
  { name: '1280x800', width: 1280, height: 800 },
  { name: '900x600', width: 900, height: 600 },
] as const;

async function resize(app: RunningApp, width: number, height: number): Promise<void> {
  await app.electron.evaluate(
    ({ BrowserWindow }, size) => {
      const main = BrowserWindow.getAllWindows().find((window) =>
        window.webContents.getURL().includes('index.html'),
      );
      main?.setContentSize(size.width, size.height);
    },
    { width, height },
  );
  await app.page.waitForFunction(`innerWidth === ${width}`);
}

/** Takes a screen in light and dark and at both sizes, and leaves it as it was. */
export async function takeScreenshots(app: RunningApp, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const size of sizes) {
    await resize(app, size.width, size.height);
    for (const colorScheme of ['light', 'dark'] as const) {
      await app.page.emulateMedia({ colorScheme });
      await app.page.screenshot({
        path: join(folder, `${name}-${size.name}-${colorScheme}.png`),
        animations: 'disabled',
      });
    }
  }
  await resize(app, sizes[0].width, sizes[0].height);
  await app.page.emulateMedia({ colorScheme: null });
}

/** Takes the screen as it is, in light and dark: what a change of the size would close. */
export async function takeScreenshot({ page }: RunningApp, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), animations: 'disabled' });
  }
  await page.emulateMedia({ colorScheme: null });
}

/** Takes the trust window as it is, in light and dark. */
export async function takeTrustScreenshots(trust: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  // A new prompt takes no input for a moment.
  await trust.locator('button:enabled').first().waitFor();
  for (const colorScheme of ['dark', 'light'] as const) {
    await trust.emulateMedia({ colorScheme });
    await trust.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), animations: 'disabled' });
  }
}
