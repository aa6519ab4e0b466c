import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Emulator } from '../../emulator/index.ts';
import { signIn } from '../../emulator/testing/walk.ts';

/** An installed Azure CLI: a program named `az` in a folder of its own, with a session that a test signs in and out. */
export interface AzSession {
  /** The folder to put first in PATH. */
  readonly bin: string;
  readonly login: (upn: string, tenantId: string) => Promise<void>;
  readonly logout: () => Promise<void>;
  readonly setCloud: (cloudName: string) => Promise<void>;
}

/** Installs the stub of the Azure CLI below a folder, signed out. */
export async function installAz(folder: string, emulator: Emulator): Promise<AzSession> {
  const bin = join(folder, 'az-bin');
  const sessionPath = join(folder, 'az-session.json');
  const stub = resolve(import.meta.dirname, 'az-stub.mjs');
  const { authority, caFile } = emulator.cloud;
  let session: Record<string, string | null> = {
    authority,
    caFile,
    clientId: emulator.cloud.clientId,
    cloudName: 'AzureCloud',
    refreshToken: null,
  };
  const change = async (part: typeof session): Promise<void> => {
    session = { ...session, ...part };
    await writeFile(sessionPath, JSON.stringify(session));
  };
  await mkdir(bin);
  await writeFile(join(bin, 'az'), `#!/bin/sh\nexec '${process.execPath}' '${stub}' '${sessionPath}' "$@"\n`);
  await chmod(join(bin, 'az'), 0o755);
  await change({});
  return {
    bin,
    login: async (upn, tenantId) => {
      const tokens = await signIn(emulator.cloud, upn);
      await change({ username: upn, tenantId, refreshToken: tokens['refresh_token'] ?? null });
    },
    logout: () => change({ refreshToken: null }),
    setCloud: (cloudName) => change({ cloudName }),
  };
}
