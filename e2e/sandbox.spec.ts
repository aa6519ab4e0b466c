import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, signIn, test } from './support/fixtures.ts';
import { connectByPassword, screen } from './support/steps.ts';

/** The user `nobody`. */
const nobody = 65_534;

/** Pids of the renderer processes below a process. */
function renderersOf(pid: number): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).trim().split('\n');
  const table = rows.map((row) => {
    const [, id = '0', parent = '0', args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
    return { id: Number(id), parent: Number(parent), args };
  });
  const below = (parent: number): typeof table => {
    const children = table.filter((row) => row.parent === parent);
    return [...children, ...children.flatMap((child) => below(child.id))];
  };
  return below(pid).flatMap((row) => (row.args.includes('--type=renderer') ? [row.id] : []));
}

test('without privileges the sandbox is on, and the main job works', async ({
  emulator,
  dataFolder,
  launch,
}) => {
  const home = join(dataFolder, 'home');
  const executable = process.env['SALLYPORT_ELECTRON'] as string;
  // Hard links: root's cache cannot be read by others.
  execFileSync('cp', ['-al', dirname(executable), join(dataFolder, 'electron')]);
  await mkdir(home);
  const cloud = JSON.parse(await readFile(emulator.cloudFile, 'utf8')) as { caFile: string };
  await cp(cloud.caFile, join(home, 'ca.pem'));
  await writeFile(join(home, 'cloud.json'), JSON.stringify({ ...cloud, caFile: 'ca.pem' }));
  const wrapper = join(dataFolder, 'run-as-nobody');
  await writeFile(
    wrapper,
    `#!/bin/sh\nexec setpriv --reuid=${nobody} --regid=${nobody} --clear-groups '${join(dataFolder, 'electron', 'electron')}' "$@"\n`,
  );
  await chmod(wrapper, 0o755);
  await chmod(dataFolder, 0o755);
  execFileSync('chown', ['-R', `${nobody}:${nobody}`, home]);

  const app = await launch({
    dataFolder: home,
    cloudFile: join(home, 'cloud.json'),
    executablePath: wrapper,
    sandbox: 'on',
  });
  await signIn(app);
  await connectByPassword(app, 'web-01');
  await app.page.keyboard.type('echo "kernel=$(uname -s)"\n');
  await expect(screen(app.page)).toContainText('kernel=Linux');
  const renderers = renderersOf(app.pid);
  expect(renderers.length).toBeGreaterThanOrEqual(2);
  for (const pid of renderers) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(/^Seccomp:\t2$/m);
    expect(status).toMatch(/^Uid:\t65534/m);
  }
  // What the app wrote is for its user alone.
  const modes = execFileSync(
    'find',
    [join(home, 'user-data', 'run'), '-perm', '/077', '-not', '-type', 'l'],
    { encoding: 'utf8' },
  );
  expect(modes).toBe('');
  await app.page.getByRole('button', { name: 'Disconnect' }).click();
  await app.quit();
  expect(emulator.sessions()).toEqual([]);
});
