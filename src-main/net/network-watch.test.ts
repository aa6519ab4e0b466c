import { expect, test } from 'vitest';
import { NetworkWatch } from './network-watch.ts';

test('other addresses are told once, the same ones never, and nothing after the end', async () => {
  let addresses = 'eth0 10.0.0.4';
  let reads = 0;
  let changes = 0;
  const watch = new NetworkWatch(
    () => void changes++,
    () => {
      reads++;
      return addresses;
    },
    5,
  );
  await expect.poll(() => reads).toBeGreaterThan(3);
  expect(changes).toBe(0);
  addresses = 'wlan0 10.0.0.9';
  await expect.poll(() => changes).toBe(1);
  const seen = reads;
  await expect.poll(() => reads).toBeGreaterThan(seen + 3);
  expect(changes).toBe(1);
  watch.dispose();
  addresses = '';
  const last = reads;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(reads).toBeLessThanOrEqual(last + 1);
  expect(changes).toBe(1);
});
