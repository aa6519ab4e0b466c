import { appError } from '../../shared/errors.ts';
import type { Power, VmSummary } from '../../shared/inventory.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { SignInPlan, VmDetail } from '../../shared/vm-detail.ts';
import { idKey, parseResourceId, shortName } from '../azure/resource-id.ts';
import { isTwoStep } from '../azure/bastion-sku.ts';
import { allowedPowerActions, unknownPowerActions } from '../inventory/power-actions.ts';
import { sameMachine } from '../inventory/same-machine.ts';
import type { StateStore } from '../state/state-store.ts';
import type { BastionEnd, TunnelTarget } from '../tunnel/tunnel-types.ts';
import { describeHost } from './describe-host.ts';
import type { BastionFact, Readable, VmFacts } from './facts.ts';
import { findRoutes, type RouteChoice, type Routes } from './find-routes.ts';
import type { FactGatherer } from './gather-facts.ts';
import type { RouteChoices } from './route-choices.ts';
import { runChecks } from './run-checks.ts';

interface Needs {
  readonly state: StateStore;
  readonly gatherer: FactGatherer;
  readonly choices: RouteChoices;
  /** ARM id of the Bastion of a host that is known by its address only. */
  readonly bastionOfHost: (hostId: string) => string | null;
  /** The power that was read from the machine itself, newer than what any list says. */
  readonly notePower: (vmId: string, power: Power) => void;
  /** How a click would sign in, from what is remembered and what is on this computer. */
  readonly planFor: (vm: VmSummary) => Promise<SignInPlan>;
  readonly nowMs?: () => number;
}

interface Known {
  readonly facts: VmFacts;
  readonly routes: Routes;
  readonly atMs: number;
}

/** The way of a connection: which Bastion, and how it is told where to go. */
export interface ConnectionRoute {
  readonly bastionName: string;
  readonly end: BastionEnd;
  readonly target: TunnelTarget;
  /** Azure's id of this incarnation of the machine; empty for a host that Azure does not know. */
  readonly vmId: string;
}

/** Facts this old are still good for a connection; a page that is looked at asks again when it is forced. */
const freshMs = 60_000;

/** Facts, routes and checks of machines, in the state for the window and at hand for a connection. */
export class VmDetails {
  private readonly needs: Needs;
  private readonly nowMs: () => number;
  private readonly known = new Map<string, Known>();
  /** Counts up when the accounts change. */
  private generation = 0;
  private readonly running = new Map<string, Promise<Known>>();

  constructor(needs: Needs) {
    this.needs = needs;
    this.nowMs = needs.nowMs ?? Date.now;
  }

  /** Puts the page of one machine into the state; `force` reads everything again. */
  async load(vmId: string, force: boolean): Promise<Result<null>> {
    const vm = this.summary(vmId);
    if (vm === undefined) return err(appError('vm-not-found'));
    const before = this.needs.state.current.details[vm.id];
    if (before === undefined || force) {
      const loading: VmDetail = before ?? {
        id: vm.id,
        state: 'loading',
        error: null,
        facts: [],
        routes: [],
        powerActions: unknownPowerActions,
        checks: [],
        plan: await this.needs.planFor(vm),
        checkedAtMs: null,
      };
      this.needs.state.upsert('details', vm.id, { ...loading, state: 'loading' });
    }
    if (vm.kind === 'host') await this.loadHost(vm);
    else await this.publish(vm, await this.gather(vm, force));
    return ok(null);
  }

  /** The way a connection goes. */
  async route(vmId: string): Promise<Result<ConnectionRoute>> {
    const vm = this.summary(vmId);
    if (vm === undefined) return err(appError('vm-not-found'));
    if (vm.kind === 'host') return this.routeToHost(vm);
    const { routes, facts } = await this.gather(vm, false);
    const best = routes.found[0];
    // The incarnation as just read: a list that is minutes old would take a machine made anew for a changed key.
    const incarnation =
      facts.vm.kind === 'known' && facts.vm.value.vmId !== '' ? facts.vm.value.vmId : vm.vmId;
    if (best !== undefined) {
      const address = facts.nic.kind === 'known' ? facts.nic.value.privateIp : '';
      return connectionRoute(vm, best.bastion, {
        vmId: incarnation,
        target:
          best.route.via === 'ip-connect'
            ? { kind: 'ip', address }
            : { kind: 'resource', resourceId: vm.armId },
      });
    }
    const unread = [facts.vm, facts.nic, facts.listedBastions, ...facts.nearBastions.values()].find(
      (each) => each.kind === 'failed' || each.kind === 'forbidden',
    );
    return unread === undefined ? err(appError('no-bastion')) : unreadable(unread);
  }

  /** Remembers which Bastion is to be used, or null for the best one, and shows the routes anew. */
  async chooseRoute(
    vmId: string,
    bastionId: string | null,
    scope: RouteChoice['scope'],
  ): Promise<Result<null>> {
    const vm = this.summary(vmId);
    if (vm === undefined) return err(appError('vm-not-found'));
    const { routes } = await this.gather(vm, false);
    const isKnown = [...routes.found, ...routes.possible].some((each) => each.route.bastionId === bastionId);
    if (bastionId !== null && !isKnown) return err(appError('no-bastion'));
    const choice = bastionId === null ? null : { bastionId, scope };
    const saved = await this.needs.choices.choose(vm.id, vm.networkId, choice);
    // Routes of every machine of the network may have changed.
    for (const [id, known] of this.known)
      this.known.set(id, { ...known, routes: this.routesOf(this.summary(id), known.facts) });
    const known = this.known.get(vm.id);
    if (known !== undefined) await this.publish(vm, known);
    return saved;
  }

  /** Shows a changed sign-in plan, as after a connection that worked. */
  async refreshPlan(vmId: string): Promise<void> {
    const vm = this.summary(vmId);
    if (vm === undefined) return;
    const plan = await this.needs.planFor(vm);
    this.needs.state.update('details', vm.id, (detail) => ({ ...detail, plan }));
  }

  /** Forgets everything, as after signing out. */
  clear(): void {
    this.generation++;
    this.running.clear();
    this.known.clear();
  }

  private summary(vmId: string): VmSummary | undefined {
    return this.needs.state.current.vms[idKey(vmId)];
  }

  private async gather(vm: VmSummary, force: boolean): Promise<Known> {
    const known = this.known.get(vm.id);
    if (!force && known !== undefined && this.nowMs() - known.atMs < freshMs) return known;
    const running = this.running.get(vm.id) ?? this.gatherNow(vm);
    this.running.set(vm.id, running);
    try {
      return await running;
    } finally {
      this.running.delete(vm.id);
    }
  }

  private routesOf(vm: VmSummary | undefined, facts: VmFacts): Routes {
    return findRoutes(facts, vm === undefined ? null : this.needs.choices.of(vm.id, vm.networkId));
  }

  private async routeToHost(vm: VmSummary): Promise<Result<ConnectionRoute>> {
    const bastion = await this.bastionOf(vm);
    if (bastion.kind !== 'known') return unreadable(bastion);
    if (!bastion.value.isIpConnectEnabled)
      return err(appError('bastion-ip-connect-off', { detail: bastion.value.name }));
    return connectionRoute(vm, bastion.value, {
      vmId: vm.vmId,
      target: { kind: 'ip', address: vm.privateIp },
    });
  }

  private async bastionOf(vm: VmSummary): Promise<Readable<BastionFact>> {
    const id = this.needs.bastionOfHost(vm.id);
    if (id === null) return { kind: 'absent', resource: vm.name };
    return this.needs.gatherer.bastion(id, vm.tenantId);
  }

  private async loadHost(vm: VmSummary): Promise<void> {
    const bastion = await this.bastionOf(vm);
    const plan = await this.needs.planFor(vm);
    const host = describeHost(vm, bastion, plan.port);
    this.needs.state.upsert('details', vm.id, { ...host, plan, checkedAtMs: this.nowMs() });
  }

  private async gatherNow(vm: VmSummary): Promise<Known> {
    const { generation } = this;
    const facts = await this.needs.gatherer.gather(vm);
    const known = { facts, routes: this.routesOf(vm, facts), atMs: this.nowMs() };
    // What one account has read is not for the next.
    if (generation === this.generation) this.known.set(vm.id, known);
    return known;
  }

  private async publish(vm: VmSummary, { facts, routes, atMs }: Known): Promise<void> {
    const { state } = this.needs;
    if (this.summary(vm.id) === undefined) return; // gone while it was read, as after a sign-out
    if (facts.vm.kind === 'known') {
      const { power, vmId } = facts.vm.value;
      this.needs.notePower(vm.id, power);
      const privateIp = facts.nic.kind === 'known' ? facts.nic.value.privateIp : '';
      state.update('vms', vm.id, (summary) => {
        const next = {
          ...summary,
          vmId: vmId === '' ? summary.vmId : vmId,
          privateIp: privateIp === '' ? summary.privateIp : privateIp,
        };
        return sameMachine(summary, next) ? summary : next;
      });
    }
    const plan = await this.needs.planFor(vm);
    state.upsert('details', vm.id, {
      id: vm.id,
      state: facts.vm.kind === 'failed' ? 'failed' : 'ready',
      error: facts.vm.kind === 'failed' ? facts.vm.error : null,
      facts: describeFacts(vm, facts),
      routes: [...routes.found, ...routes.possible].map((each) => each.route),
      powerActions: allowedPowerActions(vm, facts.permissions),
      // The port of what a click on this machine does first: Remote Desktop for Windows.
      checks: [...runChecks(facts, routes, vm.os === 'windows' ? 3389 : plan.port)],
      plan,
      checkedAtMs: atMs,
    });
  }
}

function connectionRoute(
  vm: VmSummary,
  bastion: BastionFact,
  way: Pick<ConnectionRoute, 'target' | 'vmId'>,
): Result<ConnectionRoute> {
  return ok({
    ...way,
    bastionName: bastion.name,
    end: {
      id: bastion.armId,
      endpoint: bastion.dnsName,
      kind: isTwoStep(bastion.sku) ? 'two-step' : 'dedicated',
      // Peered networks in two tenants are not supported by the service: the machine's tenant is the Bastion's.
      tenantId: vm.tenantId,
    },
  });
}

function unreadable(cause: Exclude<Readable<unknown>, { kind: 'known' }>): Result<never> {
  if (cause.kind === 'failed') return err(cause.error);
  if (cause.kind === 'absent') return err(appError('no-bastion', { detail: cause.resource }));
  return err(appError('arm-forbidden', { detail: `${cause.action} on ${cause.resource}` }));
}

function describeFacts(vm: VmSummary, facts: VmFacts): VmDetail['facts'] {
  const list: { label: string; value: string }[] = [];
  const add = (label: string, value: string) => {
    if (value !== '') list.push({ label, value });
  };
  if (facts.nic.kind === 'known') {
    const { privateIp, subnetId, networkId } = facts.nic.value;
    add('Private IP address', privateIp);
    add('Virtual network/subnet', `${shortName(networkId)}/${shortName(subnetId)}`);
  }
  if (facts.vm.kind === 'known') {
    add('Operating system', facts.vm.value.osName === '' ? vm.os : facts.vm.value.osName);
    add('Administrator account', facts.vm.value.adminUsername);
  }
  add('Size', vm.size);
  add('Location', vm.location);
  add('Resource group', parseResourceId(vm.armId)?.resourceGroup ?? vm.resourceGroup);
  add('Resource ID', vm.armId);
  return list;
}
