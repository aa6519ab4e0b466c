import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { describeError } from '../log/logger.ts';
import { isAbsent, JsonFile, writeAtomically } from '../profiles/json-file.ts';

/** Which machine a key belongs to: the resource, its incarnation, and the port. */
export interface Machine {
  readonly resourceId: string;
  /** Azure's id of this incarnation; another one after the machine was made anew. */
  readonly vmId: string;
  readonly port: number;
}

export interface KeyFingerprint {
  readonly keyType: string;
  /** `SHA256:` and base64 without padding, as OpenSSH prints it. */
  readonly fingerprint: string;
}

const pinSchema = z.object({
  alias: z.string(),
  resourceId: z.string(),
  vmId: z.string(),
  port: z.number(),
  pinnedAtMs: z.number(),
});
const indexSchema = z.object({ version: z.literal(1), pins: z.array(pinSchema) });
type Pin = z.infer<typeof pinSchema>;

/** The name under which a machine's keys are pinned. A hash: resource ids fold badly in known_hosts and print long. */
export function hostKeyAlias({ resourceId, vmId, port }: Machine): string {
  const text = `${resourceId.toLowerCase()}\n${vmId.toLowerCase()}\n${port}`;
  return `vm-${createHash('sha256').update(text).digest('hex')}`;
}

/** OpenSSH's fingerprint of a key given as base64. */
export function fingerprintOf(base64Key: string): string {
  const digest = createHash('sha256').update(Buffer.from(base64Key, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

/** The keys that a known_hosts text has for an alias. */
export function pinnedKeys(knownHosts: string, alias: string): readonly KeyFingerprint[] {
  return knownHosts.split('\n').flatMap((line) => {
    const [hosts = '', keyType = '', key = ''] = line.trim().split(/\s+/);
    if (hosts.startsWith('#') || hosts.startsWith('@') || key === '') return [];
    return hosts.split(',').includes(alias) ? [{ keyType, fingerprint: fingerprintOf(key) }] : [];
  });
}

/**
 * Host keys pinned to machines, in a known_hosts file of our own that `ssh` itself reads and writes.
 * An index beside it knows which alias stands for which machine, to tell a machine that was made anew.
 */
export class HostKeys {
  readonly knownHostsPath: string;
  private readonly index: JsonFile<z.infer<typeof indexSchema>>;
  private pins: readonly Pin[] = [];

  constructor(knownHostsPath: string, indexPath: string) {
    this.knownHostsPath = knownHostsPath;
    this.index = new JsonFile(indexPath, indexSchema);
  }

  /**
   * Reads the index; returns where a damaged one was set aside, for a notice. Pins themselves are in known_hosts and
   * stay. An index that cannot be read is left alone: until the next start, pins are explained from memory only.
   */
  async load(): Promise<string | null> {
    const loaded = await this.index.load();
    if (loaded.kind === 'value') this.pins = loaded.value.pins;
    return loaded.kind === 'damaged' ? loaded.asidePath : null;
  }

  /** The pinned keys of a machine, to show them; none if known_hosts cannot be read. */
  async keysOf(machine: Machine): Promise<readonly KeyFingerprint[]> {
    const knownHosts = await this.read();
    return knownHosts.ok ? pinnedKeys(knownHosts.value, hostKeyAlias(machine)) : [];
  }

  /**
   * Why a machine's key is not known yet, for the person who has to decide. Only two known incarnations that differ
   * mean that the machine was made anew: Azure does not always tell the id.
   */
  explainUnknown(machine: Machine): string {
    const earlier = this.pins.find(
      (pin) =>
        machine.vmId !== '' &&
        pin.vmId !== '' &&
        pin.resourceId === machine.resourceId.toLowerCase() &&
        pin.port === machine.port &&
        pin.vmId !== machine.vmId.toLowerCase(),
    );
    if (earlier === undefined) return 'This is the first connection to this machine on this port from here.';
    const day = new Date(earlier.pinnedAtMs).toISOString().slice(0, 10);
    return `The machine was made anew since its key was pinned on ${day}, so it has a new key. That is expected after a redeployment.`;
  }

  /** Notes that `ssh` has pinned this machine's key. */
  async notePinned(machine: Machine, nowMs: number): Promise<void> {
    const alias = hostKeyAlias(machine);
    if (this.pins.some((pin) => pin.alias === alias)) return;
    const pin = {
      alias,
      resourceId: machine.resourceId.toLowerCase(),
      vmId: machine.vmId.toLowerCase(),
      port: machine.port,
      pinnedAtMs: nowMs,
    };
    this.pins = [...this.pins, pin];
    await this.index.save({ version: 1, pins: [...this.pins] });
  }

  /** Removes every pinned key of a machine and port. A known_hosts that cannot be read stays as it is. */
  async forget(machine: Machine): Promise<Result<null>> {
    const alias = hostKeyAlias(machine);
    const knownHosts = await this.read();
    if (!knownHosts.ok) return knownHosts;
    const kept = knownHosts.value.split('\n').filter((line) => line.trim().split(/\s+/)[0] !== alias);
    const written = await writeAtomically(this.knownHostsPath, kept.join('\n'));
    if (!written.ok) return written;
    this.pins = this.pins.filter((pin) => pin.alias !== alias);
    // The key is forgotten whether or not the index can be written; the index only explains.
    await this.index.save({ version: 1, pins: [...this.pins] });
    return written;
  }

  private async read(): Promise<Result<string>> {
    try {
      return ok(await readFile(this.knownHostsPath, 'utf8'));
    } catch (error) {
      if (isAbsent(error)) return ok(''); // nothing pinned yet
      return err(appError('save-failed', { detail: `${this.knownHostsPath}: ${describeError(error)}` }));
    }
  }
}
