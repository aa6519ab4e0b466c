import { z } from 'zod';
import { appError } from '../../shared/errors.ts';
import { type HostDraft, hostDraftSchema, type HostImport } from '../../shared/hosts.ts';
import type { VmSummary } from '../../shared/inventory.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { parseResourceId } from '../azure/resource-id.ts';
import type { JsonFile } from '../profiles/json-file.ts';
import type { StateStore } from '../state/state-store.ts';
import { readHostList } from './host-list.ts';
import type { BastionPlace } from './reach.ts';
import { sameMachine } from './same-machine.ts';

const hostSchema = hostDraftSchema.extend({
  tags: z.record(z.string(), z.string()),
  tenantId: z.string(),
});

/** What stands in the file of hosts. */
export const hostsSchema = z.object({ version: z.literal(1), hosts: z.array(hostSchema) });
export type HostsData = z.infer<typeof hostsSchema>;
type Host = HostsData['hosts'][number];

interface Needs {
  readonly file: JsonFile<HostsData>;
  readonly state: StateStore;
  readonly bastions: () => readonly BastionPlace[];
  readonly tenantOf: (subscriptionId: string) => string | null;
  /** Whether somebody who is signed in can be used in a tenant. */
  readonly isServed: (tenantId: string) => boolean;
}

/** Hosts that are known by their address only, behind a Bastion that connects to addresses. They stand beside the machines. */
export class Hosts {
  private readonly needs: Needs;
  private hosts = new Map<string, Host>();

  constructor(needs: Needs) {
    this.needs = needs;
  }

  /** Reads the file; returns where a damaged one was set aside. */
  async load(): Promise<string | null> {
    const loaded = await this.needs.file.load();
    if (loaded.kind === 'value') this.hosts = new Map(loaded.value.hosts.map((host) => [idOf(host), host]));
    return loaded.kind === 'damaged' ? loaded.asidePath : null;
  }

  /** Shows those that somebody who is signed in can reach, and no others: after every change of the accounts or the list. */
  show(): void {
    const { state, isServed } = this.needs;
    const machines = [...this.hosts.values()].filter((host) => isServed(host.tenantId)).map(summaryOf);
    const wanted = Object.fromEntries(machines.map((vm) => [vm.id, vm]));
    const shown = Object.values(state.current.vms).filter((vm) => vm.kind === 'host');
    state.remove(
      'vms',
      shown.filter((vm) => !(vm.id in wanted)).map((vm) => vm.id),
    );
    const changed = machines.filter((vm) => {
      const before = state.current.vms[vm.id];
      return before === undefined || !sameMachine(before, vm);
    });
    if (changed.length > 0) state.upsertAll('vms', Object.fromEntries(changed.map((vm) => [vm.id, vm])));
  }

  /** ARM id of the Bastion of a host. */
  bastionOf(hostId: string): string | null {
    return this.hosts.get(hostId)?.bastionId ?? null;
  }

  /** Adds a host, or changes the one with the same address and Bastion. Gives its id. */
  async add(draft: HostDraft): Promise<Result<{ readonly id: string }>> {
    const host = this.complete(draft, {});
    if (!host.ok) return host;
    const saved = await this.keep([host.value]);
    return saved.ok ? ok({ id: idOf(host.value) }) : saved;
  }

  /** Takes a host off the list; gives what it was. */
  async remove(hostId: string): Promise<Result<HostDraft>> {
    const host = this.hosts.get(hostId);
    if (host === undefined) return err(appError('vm-not-found'));
    this.hosts.delete(hostId);
    this.needs.state.remove('vms', [hostId]);
    this.needs.state.remove('details', [hostId]);
    const saved = await this.save();
    return saved.ok ? ok(hostDraftSchema.parse(host)) : saved;
  }

  /** Adds the hosts of a list; lines that are wrong are left out and said. `bastionId` is for lines that name none. */
  async importList(text: string, bastionId: string): Promise<Result<HostImport>> {
    const { hosts, problems } = readHostList(text);
    const added: Host[] = [];
    const refused: string[] = [...problems];
    for (const line of hosts) {
      const named = line.bastion === '' ? null : this.bastionNamed(line.bastion);
      if (line.bastion !== '' && named === null) {
        refused.push(`Line ${line.line}: no Bastion that you may read is called ${line.bastion}.`);
        continue;
      }
      const { name, address, os } = line;
      const host = this.complete({ name, address, os, bastionId: named?.armId ?? bastionId }, line.tags);
      if (host.ok) added.push(host.value);
      else refused.push(`Line ${line.line}: ${host.error.detail ?? host.error.message}`);
    }
    const saved = added.length === 0 ? ok(null) : await this.keep(added);
    return saved.ok ? ok({ added: added.length, problems: refused }) : saved;
  }

  private bastionNamed(name: string): BastionPlace | null {
    const wanted = name.toLowerCase();
    return this.needs.bastions().find((each) => each.name.toLowerCase() === wanted) ?? null;
  }

  private complete(draft: HostDraft, tags: Readonly<Record<string, string>>): Result<Host> {
    const bastionName = parseResourceId(draft.bastionId);
    const tenantId = bastionName === null ? null : this.needs.tenantOf(bastionName.subscriptionId);
    if (tenantId === null)
      return err(
        appError('host-invalid', { detail: 'the Bastion is not in a subscription that you may read' }),
      );
    const name = draft.name.trim() === '' ? draft.address : draft.name.trim();
    return ok({ ...draft, name, tags: { ...tags }, tenantId });
  }

  private keep(hosts: readonly Host[]): Promise<Result<null>> {
    for (const host of hosts) this.hosts.set(idOf(host), host);
    this.show();
    return this.save();
  }

  private save(): Promise<Result<null>> {
    return this.needs.file.save({ version: 1, hosts: [...this.hosts.values()] });
  }
}

/** The app's own id of an address behind a Bastion: the same address behind another Bastion is another host. */
function idOf({ bastionId, address }: Pick<Host, 'bastionId' | 'address'>): string {
  return `${bastionId}/bh-hostConnect/${address}`.toLowerCase();
}

function summaryOf(host: Host): VmSummary {
  const id = idOf(host);
  const bastion = parseResourceId(host.bastionId);
  return {
    id,
    armId: id,
    kind: 'host',
    name: host.name,
    resourceGroup: bastion?.resourceGroup ?? '',
    subscriptionId: bastion?.subscriptionId ?? '',
    tenantId: host.tenantId,
    location: '',
    size: '',
    os: host.os,
    power: 'unknown',
    vmId: '',
    adminUsername: '',
    scaleSet: '',
    privateIp: host.address,
    networkId: '',
    tags: host.tags,
  };
}
