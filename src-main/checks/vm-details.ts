import { appError } from '../../shared/errors.ts';
import type { VmSummary } from '../../shared/inventory.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { SignInPlan, VmDetail } from '../../shared/vm-detail.ts';
import { idKey, parseResourceId, shortName } from '../azure/resource-id.ts';
import type { StateStore } from '../state/state-store.ts';
import type { VmFacts } from './facts.ts';
import { findRoutes, type FoundRoute, type Routes } from './find-routes.ts';
import type { FactGatherer } from './gather-facts.ts';
import { runChecks } from './run-checks.ts';

interface Needs {
  readonly state: StateStore;
  readonly gatherer: FactGatherer;
  /** How a click would sign in, from what is remembered and what is on this computer. */
  readonly planFor: (vm: VmSummary) => Promise<SignInPlan>;
  readonly nowMs?: () => number;
}

interface Known {
  readonly facts: VmFacts;
  readonly routes: Routes;
  readonly atMs: number;
}

/** Facts this old are still good for a connection; a page that is looked at asks again when it is forced. */
const freshMs = 60_000;

/** Facts, routes and checks of machines, in the state for the window and at hand for a connection. */
export class VmDetails {
  private readonly needs: Needs;
  private readonly nowMs: () => number;
  private readonly known = new Map<string, Known>();
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
        checks: [],
        plan: await this.needs.planFor(vm),
        checkedAtMs: null,
      };
      this.needs.state.upsert('details', vm.id, { ...loading, state: 'loading' });
    }
    const known = await this.gather(vm, force);
    await this.publish(vm, known);
    return ok(null);
  }

  /** The Bastion a connection goes through. */
  async route(vmId: string): Promise<Result<FoundRoute & { readonly vmId: string }>> {
    const vm = this.summary(vmId);
    if (vm === undefined) return err(appError('vm-not-found'));
    const { routes, facts } = await this.gather(vm, false);
    const best = routes.found[0];
    // The incarnation as just read: a list that is minutes old would take a machine made anew for a changed key.
    const incarnation =
      facts.vm.kind === 'known' && facts.vm.value.vmId !== '' ? facts.vm.value.vmId : vm.vmId;
    if (best !== undefined) return ok({ ...best, vmId: incarnation });
    const unread = [facts.vm, facts.nic, facts.listedBastions, ...facts.nearBastions.values()].find(
      (each) => each.kind === 'failed' || each.kind === 'forbidden',
    );
    if (unread?.kind === 'failed') return err(unread.error);
    if (unread?.kind === 'forbidden') {
      return err(appError('arm-forbidden', { detail: `${unread.action} on ${unread.resource}` }));
    }
    return err(appError('no-bastion'));
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

  private async gatherNow(vm: VmSummary): Promise<Known> {
    const facts = await this.needs.gatherer.gather(vm);
    const known = { facts, routes: findRoutes(facts), atMs: this.nowMs() };
    this.known.set(vm.id, known);
    return known;
  }

  private async publish(vm: VmSummary, { facts, routes, atMs }: Known): Promise<void> {
    const { state } = this.needs;
    if (facts.vm.kind === 'known') {
      const { power, vmId } = facts.vm.value;
      // The graph lags by minutes; what was just read is newer.
      state.update('vms', vm.id, (summary) => ({
        ...summary,
        power,
        vmId: vmId === '' ? summary.vmId : vmId,
      }));
    }
    const plan = await this.needs.planFor(vm);
    state.upsert('details', vm.id, {
      id: vm.id,
      state: facts.vm.kind === 'failed' ? 'failed' : 'ready',
      error: facts.vm.kind === 'failed' ? facts.vm.error : null,
      facts: describeFacts(vm, facts),
      routes: routes.found.map((each) => each.route),
      // The port of what a click on this machine does first: Remote Desktop for Windows.
      checks: [...runChecks(facts, routes, vm.os === 'windows' ? 3389 : plan.port)],
      plan,
      checkedAtMs: atMs,
    });
  }
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
