/** The emulator in a process of its own, so that it takes no time from the engine or from the local programs. */
import demoEstate from '../../emulator/estates/demo.json' with { type: 'json' };
import { answerCalls } from '../../bench/lib/rpc.ts';
import { type Emulator, startEmulator } from '../../emulator/index.ts';
import { places } from '../support/tunnel-lab.ts';

let emulator: Emulator | undefined;

function running(): Emulator {
  if (emulator === undefined) throw new Error('the emulator has not been started');
  return emulator;
}

const calls = {
  /** `targetPort`: a server of the test, behind port 22 of the jump host; 7 is `echo`, 19 is `chargen`. */
  async start({ targetPort }: { targetPort: number }) {
    const target = { kind: 'tcp', name: 'of-the-test', port: targetPort };
    // No machine has a server of its own: none is started.
    const bare = JSON.stringify(demoEstate, (key, value: unknown) =>
      key === 'targets' && !Array.isArray(value) ? undefined : value,
    );
    emulator = await startEmulator({
      estate: { ...(JSON.parse(bare) as object), targets: [target], switches: { answerPings: true } },
      latencies: 'none',
    });
    emulator.updateResource(places.jump, { targets: { 7: 'echo', 22: target.name, 19: 'chargen' } });
    return { cloudFile: emulator.cloudFile, host: emulator.hostOf(places.hubBastion) ?? '' };
  },
  /** What was asked since the start, and the sessions that are left. */
  counts(_params: null) {
    const { tokenPosts, upgrades, deletes } = running().stats();
    return { posts: tokenPosts, upgrades, deletes, sessions: running().sessions().length };
  },
  async stop(_params: null): Promise<null> {
    await emulator?.dispose();
    return null;
  },
};

/** What this process answers. */
export type EmulatorCalls = typeof calls;

answerCalls(Number(process.env['LONG_HUB']), 'emulator', calls);
