import type { VmSummary } from '../../shared/inventory.ts';
import type { AppState } from '../../shared/state.ts';
import { lastPart } from '../ui/format.ts';

type Platform = AppState['platform'];

/** A word for a command line: in quotes where the shell would take it apart. */
export function quoteWord(word: string, platform: Platform): string {
  if (/^[\w./:@=-]+$/.test(word)) return word;
  return platform === 'win32'
    ? `"${word.replaceAll('"', '""')}"`
    : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The Bastion that a connection would take: by the route if it is known, else by the network. */
export function bastionIdOf(vm: VmSummary, state: Pick<AppState, 'details' | 'reach'>): string | null {
  const used = state.details[vm.id]?.routes.find(
    (route) => route.use === 'automatic' || route.chosenFor !== null,
  );
  return used?.bastionId ?? state.reach[vm.networkId]?.bastions[0]?.id ?? null;
}

/** The user that a connection would sign in as; a placeholder where nobody knows. */
export function userOf(vm: VmSummary, state: Pick<AppState, 'details'>): string {
  const planned = state.details[vm.id]?.plan.user ?? '';
  return planned !== '' ? planned : vm.adminUsername !== '' ? vm.adminUsername : 'USER';
}

/** `ssh` through a tunnel to the machine's port 22 that is open now; null if there is none. */
export function sshCommand(vm: VmSummary, state: Pick<AppState, 'details' | 'tunnels'>): string | null {
  const tunnel = Object.values(state.tunnels).find(
    (each) =>
      each.draft !== null && each.vmId === vm.id && each.remotePort === 22 && each.state.kind === 'listening',
  );
  if (tunnel?.state.kind !== 'listening') return null;
  return `ssh ${userOf(vm, state)}@${tunnel.state.address} -p ${String(tunnel.state.port)}`;
}

/** The command of the Azure CLI that makes the same connection; null if no Bastion is known. */
export function azCommand(
  vm: VmSummary,
  state: Pick<AppState, 'details' | 'reach' | 'platform'>,
): string | null {
  const bastionId = bastionIdOf(vm, state);
  const match = /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\//i.exec(bastionId ?? '');
  if (bastionId === null || match === null) return null;
  const isWindows = vm.os === 'windows';
  const quote = (word: string) => quoteWord(word, state.platform);
  const [, subscription = '', group = ''] = match;
  const words = [
    `az network bastion ${isWindows ? 'rdp' : 'ssh'}`,
    `--subscription ${quote(subscription)} --resource-group ${quote(group)} --name ${quote(lastPart(bastionId))}`,
    vm.kind === 'host'
      ? `--target-ip-address ${quote(vm.privateIp)}`
      : `--target-resource-id ${quote(vm.armId)}`,
  ];
  if (isWindows) return words.join(' ');
  const user = quote(userOf(vm, state));
  return [...words, `--auth-type ssh-key --username ${user} --ssh-key ~/.ssh/id_ed25519`].join(' ');
}
