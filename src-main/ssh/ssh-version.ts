import { execFile } from 'node:child_process';

/** What `ssh -V` prints, e.g. `OpenSSH_9.2p1 Debian-2`; empty if it cannot be asked. */
export function readSshVersion(program: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, ['-V'], { timeout: 5_000, windowsHide: true }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    );
  });
}

/**
 * Whether this client marks text that a server chose with `(user@host) ` in its prompts. OpenSSH does since 8.5;
 * before, a server could write the client's own passphrase prompt to the letter.
 */
export function marksServerText(version: string): boolean {
  const found = /OpenSSH(?:_for_Windows)?_(\d+)\.(\d+)/.exec(version);
  if (found === null) return false;
  const major = Number(found[1]);
  const minor = Number(found[2]);
  return major > 8 || (major === 8 && minor >= 5);
}
