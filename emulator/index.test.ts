import { stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startEmulator } from './index.ts';
import { readDemo, startDemo } from './testing/estate.ts';
import { signIn } from './testing/walk.ts';

describe('an emulator', () => {
  it('refuses an estate that is wrong, and leaves nothing open', async () => {
    await expect(startEmulator({ estate: { version: 1 } })).rejects.toMatchObject({ name: 'EstateError' });
  });

  it('changes nothing when a change is wrong', async () => {
    const emulator = await startDemo();
    const before = structuredClone(emulator.estate());
    const vm =
      '/subscriptions/22222222-1b6d-4c2f-8d12-8f2e3d4c5b61/resourceGroups/rg-web-weu/providers/Microsoft.Compute/virtualMachines/web-01';
    expect(() => emulator.updateEstate({ switches: { armPageSize: -1 } })).toThrow('armPageSize');
    expect(() => emulator.updateResource(vm, { power: 'asleep' })).toThrow('power');
    expect(() => emulator.updateResource(`${vm}x`, {})).toThrow('no resource');
    expect(emulator.estate()).toEqual(before);
    await emulator.dispose();
  });

  it('is gone after it was disposed: folder and listeners, once and twice', async () => {
    const emulator = await startDemo();
    await Promise.all([emulator.dispose(), emulator.dispose()]);
    const refused = await new Promise((resolve) => {
      createConnection({ host: '127.0.0.1', port: emulator.cloud.dataPlane.port }).on('error', (error) =>
        resolve((error as NodeJS.ErrnoException).code),
      );
    });
    await expect(stat(emulator.workDir)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(refused).toBe('ECONNREFUSED');
  });

  it('waits as the estate says, unless told not to', async () => {
    const estate = { ...(await readDemo()), latencies: { callMs: 40, tokenMs: 0, upgradeMs: 0 } };
    const slow = await startEmulator({ estate, targets: 'none' });
    const quick = await startEmulator({ estate, targets: 'none', latencies: 'none' });
    // A sign-in takes four calls, and a timer never fires early.
    const from = performance.now();
    await signIn(slow.cloud, 'ada@contoso.example');
    const took = performance.now() - from;
    await signIn(quick.cloud, 'ada@contoso.example');
    await Promise.all([slow.dispose(), quick.dispose()]);
    expect(took).toBeGreaterThanOrEqual(4 * 39);
  });

  it('writes no secret into its log of requests', async () => {
    const emulator = await startDemo();
    const tokens = await signIn(emulator.cloud, 'ada@contoso.example');
    const log = JSON.stringify(emulator.stats());
    await emulator.dispose();
    expect(Object.values(tokens).filter((text) => text.length > 100 && log.includes(text))).toEqual([]);
    expect(log).toContain('/oauth2/v2.0/token');
  });
});
