import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** Accessibility problems that axe finds on the screen, one line each. */
export async function findViolations(page: Page): Promise<string[]> {
  // Electron has one page a window: axe must not open another one for its frames.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}
