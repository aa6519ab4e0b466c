/**
 * Runs as a win32 process: the app's own code on its Windows branches. Bundled and started by `windows.test.ts`, which compares
 * what every case gives. Keep it runnable on Node 20. Arguments: file for the results, folder of the stub's script.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ok } from '../../shared/result.ts';
import type { Session } from '../../shared/session.ts';
import { JsonFile } from '../../src-main/profiles/json-file.ts';
import { RdpSession } from '../../src-main/sessions/rdp-session.ts';
import {
  askOverPipe,
  askpassVariable,
  randomPipeName,
  SocketAskpass,
} from '../../src-main/ssh/askpass-socket.ts';
import { candidatePaths, findProgram } from '../../src-main/ssh/find-program.ts';
import { sftpArguments } from '../../src-main/ssh/ssh-arguments.ts';
import { RunFolder, sweepRuns } from '../../src-main/sweep/run-folder.ts';
import { Listener } from '../../src-main/tunnel/listener.ts';
import { loopbackAddressOf } from '../../src-main/tunnel/loopback-address.ts';
import type { EngineClient } from '../../src-main/tunnel/engine-client.ts';
import { PeerChecker } from '../../src-main/tunnel/peer-check.ts';
import { type TunnelSpec, usualLimits } from '../../src-main/tunnel/tunnel-types.ts';

const platform = 'win32';
const caseTimeoutMs = 8_000;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const vmId = '/subscriptions/s/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/win-web-01';
/** What Windows programs are used to: blanks, a quote, a percent sign, letters beyond ASCII. */
const awkward = "Ada O'Neil 100% ü";

async function tempFolder(name = 'sallyport'): Promise<string> {
  return mkdtemp(join(tmpdir(), `${name}-`));
}

/** A Windows folder of our own, whose programs are copies of this Node: with NODE_OPTIONS they only write down their arguments. */
async function fakeSystem(programs: readonly (readonly string[])[]): Promise<string> {
  const root = await tempFolder('System Root');
  for (const parts of programs) {
    const path = join(root, ...parts);
    await mkdir(join(path, '..'), { recursive: true });
    await copyFile(process.execPath, path);
  }
  return root;
}

async function remoteDesktop(stubScript: string) {
  const root = await fakeSystem([['System32', 'mstsc.exe']]);
  const argvFile = join(await tempFolder(), 'argv.json');
  process.env['NODE_OPTIONS'] = `--require ${stubScript.replaceAll('\\', '/')}`;
  process.env['STUB_ARGV_FILE'] = argvFile;
  const specs: TunnelSpec[] = [];
  const closed: string[] = [];
  const engine = {
    open: (spec: TunnelSpec) => {
      specs.push(spec);
      return Promise.resolve(ok({ address: spec.localAddress, port: spec.localPort }));
    },
    close: (id: string) => {
      closed.push(id);
      return Promise.resolve();
    },
  } as unknown as EngineClient;
  const runRoot = await tempFolder('run');
  const runFolder = await RunFolder.create(runRoot, platform, log);
  let session = { steps: [] } as unknown as Session;
  const prompts: string[] = [];
  const rdp = new RdpSession({
    id: 'session-1',
    engine,
    runFolder,
    platform,
    env: { SystemRoot: root },
    ask: (prompt) => {
      prompts.push(prompt.kind);
      return Promise.resolve({ kind: 'cancelled' });
    },
    resolvePlan: () =>
      Promise.resolve(
        ok({
          machine: { resourceId: vmId, vmId: 'v', port: 3389 },
          vmName: 'win-web-01',
          destination: { kind: 'resource', resourceId: vmId },
          bastion: { id: '/bastion', endpoint: 'bst.example', kind: 'dedicated', tenantId: 't' },
          user: 'ada',
          secrets: { password: null, passphrase: null },
        }),
      ),
    update: (change) => {
      session = change(session);
    },
  });
  rdp.connect();
  const argv = JSON.parse(await whenWritten(argvFile)) as string[];
  const isLiveAfterStart = rdp.isLive;
  await rdp.disconnect();
  delete process.env['NODE_OPTIONS'];
  await runFolder.dispose();
  return {
    argv: argv.slice(1),
    program: argv[0]?.slice(root.length),
    port: specs[0]?.localPort,
    audience: specs[0]?.audience,
    isLiveAfterStart,
    state: session.state.kind,
    closed,
    prompts,
    left: await readdir(runRoot),
  };
}

/** The stub writes to another name and renames, so a file that is there is whole. */
async function whenWritten(path: string): Promise<string> {
  const deadline = Date.now() + 6_000;
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text !== null) return text;
    if (Date.now() > deadline) throw new Error(`${path} was never written`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function quoting(stubScript: string) {
  const profile = `C:\\Users\\${awkward}`;
  const sent = sftpArguments(
    {
      vmName: 'win web "01"',
      user: 'ada',
      method: 'key',
      keyPath: `${profile}\\.ssh\\id_ed25519`,
      address: '127.70.1.2',
      port: 50_022,
      hostKeyAlias: 'vm-1',
      knownHostsPath: `${profile}\\AppData\\known_hosts`,
      localCommand: null,
      logPath: `${profile}\\run\\ssh.log`,
    },
    null,
  );
  // Behind the options: what a shell or a careless join would change.
  const args = [...sent, '', 'a b', 'c"d', 'e\\', 'f\\"g', '%PATH%', '^&|<>'];
  const file = join(tmpdir(), `argv-${process.pid}.json`);
  const { status } = spawnSync(process.execPath, [stubScript, ...args], {
    env: { ...process.env, STUB_ARGV_FILE: file },
  });
  return readFile(file, 'utf8').then((text) => ({
    status,
    isSame: JSON.stringify((JSON.parse(text) as string[]).slice(2)) === JSON.stringify(args),
    count: args.length,
  }));
}

async function askpass() {
  const questions: string[] = [];
  const answers: Readonly<Record<string, string | null>> = {
    'Password for ü: ': 'pässword "1815" %x%',
    'Really?': null,
  };
  const server = await SocketAskpass.open(
    randomPipeName(),
    process.execPath,
    (question) => {
      questions.push(question);
      return Promise.resolve(answers[question] ?? null);
    },
    log,
  );
  const variable = server.env[askpassVariable] ?? '';
  const [pipe = ''] = variable.split('|');
  const strangers = await Promise.all(
    [`${pipe}|${'0'.repeat(64)}`, `${pipe}|`, `${pipe}|short`].map((wrong) =>
      askOverPipe(wrong, 'Password for ü: ').then(
        () => 'answered',
        () => 'refused',
      ),
    ),
  );
  const askedByStrangers = questions.length;
  const answered = await askInChild(server.env, 'Password for ü: ');
  const cancelled = await askInChild(server.env, 'Really?');
  await server.dispose();
  const after = await askOverPipe(variable, 'Really?').then(
    () => 'answered',
    () => 'refused',
  );
  return {
    isPipe: pipe.startsWith('\\\\.\\pipe\\sallyport-'),
    strangers,
    askedByStrangers,
    answered,
    cancelled,
    questions,
    after,
  };
}

/** Starts the helper as `ssh` would: the program of SSH_ASKPASS with the question as its last argument. */
async function askInChild(env: Readonly<Record<string, string>>, question: string) {
  const child = spawn(env['SSH_ASKPASS'] ?? '', [process.argv[1] ?? '', question], {
    env: { ...process.env, ...env },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

async function answerAsHelper(variable: string): Promise<void> {
  const answer = await askOverPipe(variable, process.argv.at(-1) ?? '');
  if (answer !== null) process.stdout.write(`${answer}\n`);
  process.exitCode = answer === null ? 1 : 0;
}

async function programs() {
  const root = await fakeSystem([['System32', 'OpenSSH', 'ssh.exe']]);
  const other = await fakeSystem([['OpenSSH', 'ssh.exe']]);
  const empty = await tempFolder();
  const relative = (path: string | null) =>
    path?.replace(root, '<system>').replace(other, '<programs>') ?? null;
  return {
    usual: candidatePaths('ssh', { platform, env: {} }),
    mstsc: candidatePaths('mstsc', { platform, env: { SystemRoot: 'D:\\Win' } }),
    found: relative(await findProgram('ssh', { platform, env: { SystemRoot: root, ProgramFiles: other } })),
    second: relative(await findProgram('ssh', { platform, env: { SystemRoot: empty, ProgramFiles: other } })),
    none: await findProgram('ssh', { platform, env: { SystemRoot: empty, ProgramFiles: empty } }),
  };
}

async function jsonFile() {
  const folder = join(await tempFolder(), awkward.replace('%', ''), 'deep');
  const path = join(folder, 'profiles.json');
  const file = new JsonFile(path, z.object({ value: z.number() }), () => Date.UTC(2026, 10, 24));
  const absent = (await file.load()).kind;
  const saved = await Promise.all([1, 2, 3].map((value) => file.save({ value })));
  const written = JSON.parse(await readFile(path, 'utf8')) as unknown;
  const filesAfterSave = await readdir(folder);
  await writeFile(path, '{"value": 3');
  const loaded = await file.load();
  const asidePath = loaded.kind === 'damaged' ? loaded.asidePath : '';
  const aside = await readFile(asidePath, 'utf8');
  const again = await file.save({ value: 4 });
  return {
    absent,
    saved: saved.map((each) => each.ok),
    written,
    filesAfterSave,
    loaded: loaded.kind,
    aside,
    again: again.ok,
    files: (await readdir(folder)).toSorted(),
  };
}

async function loopback() {
  const localAddress = loopbackAddressOf(vmId, platform);
  const accepted: Socket[] = [];
  const opened = await Listener.open(
    {
      id: 't',
      bastion: { id: '/bastion', endpoint: 'bst.example', kind: 'dedicated', tenantId: 't' },
      target: { kind: 'resource', resourceId: vmId },
      remotePort: 22,
      audience: 'single-use',
      localAddress,
      localPort: 0,
      localPortFallback: true,
      opening: 'greeting',
      firstByteTimeoutMs: null,
      ...usualLimits,
    },
    {
      peers: new PeerChecker(platform, -1),
      platform,
      onAccepted: (socket) => accepted.push(socket),
      onRefused: () => undefined,
    },
  );
  if (!opened.ok) throw new Error(opened.error.detail);
  const { address, port } = opened.value.address;
  const first = connect(port, address);
  await once(first, 'connect');
  while (accepted.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const second = connect(port, address);
  const secondEnd = await new Promise<string>((resolve) => {
    second.once('error', () => resolve('refused'));
    second.once('connect', () => resolve('connected'));
  });
  first.destroy();
  second.destroy();
  for (const socket of accepted) socket.destroy();
  return {
    localAddress,
    address,
    isOther: localAddress !== loopbackAddressOf(`${vmId}x`, platform),
    accepted: accepted.length,
    secondEnd,
  };
}

async function sweep() {
  const root = await tempFolder('runs');
  const old = await RunFolder.create(root, platform, log);
  await old.makeSubfolder('terminal');
  await old.remember(process.pid);
  const swept = await sweepRuns(root, platform, log);
  return { swept, left: await readdir(root) };
}

async function main(): Promise<void> {
  const [, , resultFile = '', stubScript = ''] = process.argv;
  const cases = {
    remoteDesktop: () => remoteDesktop(stubScript),
    quoting: () => quoting(stubScript),
    askpass,
    programs,
    jsonFile,
    loopback,
    sweep,
  };
  const results: Record<string, unknown> = { platform: process.platform };
  for (const [name, run] of Object.entries(cases)) {
    const limit = new Promise((_resolve, reject) => {
      setTimeout(() => reject(new Error(`${name} takes too long`)), caseTimeoutMs).unref();
    });
    results[name] = await Promise.race([run(), limit]).catch((error: unknown) => ({
      threw: error instanceof Error ? error.stack : String(error),
    }));
    console.log(`${name} ${Math.round(performance.now())} ms`);
  }
  await writeFile(resultFile, JSON.stringify(results));
  // A case that failed may have left something open.
  process.exit(0);
}

const variable = process.env[askpassVariable];
(variable === undefined ? main() : answerAsHelper(variable)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
