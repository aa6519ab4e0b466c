import type { VmSummary } from '../../shared/inventory.ts';
import type { CheckResult, Route, VmDetail } from '../../shared/vm-detail.ts';
import { idKey, shortName } from '../azure/resource-id.ts';
import { unknownPowerActions } from '../inventory/power-actions.ts';
import { checkNativeClient, checkProvisioning, checkSku } from './bastion-checks.ts';
import { explainUnknown, resultsOf } from './check-result.ts';
import type { BastionFact, Readable } from './facts.ts';

/** The ports that the service carries to a target given as an address. */
const portsByAddress = [22, 3389];

/** The page of a host that Azure does not know: what can be checked is its Bastion. */
export function describeHost(
  host: VmSummary,
  bastion: Readable<BastionFact>,
  port: number,
): Omit<VmDetail, 'plan' | 'checkedAtMs'> {
  const found = bastion.kind === 'known' ? bastion.value : null;
  return {
    id: host.id,
    state: bastion.kind === 'failed' ? 'failed' : 'ready',
    error: bastion.kind === 'failed' ? bastion.error : null,
    facts: [
      { label: 'Address', value: host.privateIp },
      { label: 'Bastion', value: found?.name ?? 'not readable' },
    ],
    routes: found === null ? [] : [routeTo(host, found)],
    powerActions: unknownPowerActions,
    checks: [
      checkFound(bastion),
      checkProvisioning(found),
      checkSku(found),
      checkNativeClient(found),
      checkIpConnect(found),
      checkPort(port),
    ],
  };
}

function routeTo(host: VmSummary, bastion: BastionFact): Route {
  const network = shortName(bastion.networkId);
  return {
    bastionId: idKey(bastion.armId),
    bastionName: bastion.name,
    sku: bastion.sku,
    via: 'ip-connect',
    networks: [network, host.privateIp],
    reason: `${bastion.name} connects to the address ${host.privateIp}; how packets get there from ${network} cannot be seen in Azure.`,
    ranking: [],
    use: 'automatic',
    chosenFor: 'vm',
  };
}

function checkFound(bastion: Readable<BastionFact>): CheckResult {
  const result = resultsOf('C01', 'Bastion found');
  if (bastion.kind === 'known')
    return result('pass', `${bastion.value.name} was chosen for this host.`, {
      evidence: [{ label: 'Bastion', value: bastion.value.armId }],
    });
  if (bastion.kind === 'absent')
    return result('fail', 'The Bastion that was chosen for this host does not exist.', {
      evidence: [{ label: 'Not found', value: bastion.resource }],
      fix: { who: 'You', steps: 'Choose another Bastion for this host.' },
    });
  const unknown = explainUnknown('The Bastion of this host', bastion);
  return result('unknown', unknown.message, unknown.extra);
}

/** C05: connections to addresses are on. */
function checkIpConnect(bastion: BastionFact | null): CheckResult {
  const result = resultsOf('C05', 'IP-based connection');
  if (bastion === null) return result('na', 'Not applicable: no Bastion was found.');
  const evidence = [{ label: 'properties.enableIpConnect', value: String(bastion.isIpConnectEnabled) }];
  if (bastion.isIpConnectEnabled)
    return result('pass', `IP-based connection is on at ${bastion.name}.`, { evidence });
  return result('fail', `IP-based connection is off on ${bastion.name}.`, {
    evidence,
    fix: {
      who: 'Owner or Network Contributor of the Bastion',
      steps: 'Bastion, Configuration: tick IP-based connection and apply; it takes about ten minutes.',
    },
  });
}

/** C06: the port is one that the service carries to addresses. */
function checkPort(port: number): CheckResult {
  const result = resultsOf('C06', 'Port of the host');
  const evidence = [{ label: 'Port', value: String(port) }];
  if (portsByAddress.includes(port))
    return result('pass', `Port ${port} may be reached by address.`, { evidence });
  return result('warn', `Connections by address are documented for the ports 22 and 3389, not for ${port}.`, {
    evidence,
    fix: { who: 'You', steps: 'Use port 22 or 3389, or connect to the machine by its name in Azure.' },
  });
}
