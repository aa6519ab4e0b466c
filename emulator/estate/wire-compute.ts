import { guidFrom, resourceId, respell } from './ids.ts';
import type { Resource, ResourceOf } from './inventory.ts';
import { nicId, subnetOfMachine } from './inventory.ts';
import type { EstateMachine, PowerState } from './schema.ts';
import type { Switches } from './switches.ts';

/** A JSON object of the wire. */
export type Json = Record<string, unknown>;

const created = '2025-11-03T08:14:22.7391054+00:00';

/** The VM's own GUID: a machine that was made anew under the same name has another. */
function vmGuid(resource: Resource): string {
  const { source } = resource;
  const written =
    source.kind === 'vm' ? source.vm.vmId : source.kind === 'instance' ? source.instance.vmId : undefined;
  return written ?? guidFrom(`vm ${resource.id.toLowerCase()}`);
}

function status(code: string): Json {
  const [, state = ''] = code.split('/');
  const display = code.startsWith('PowerState')
    ? `VM ${state}`
    : `${state.charAt(0).toUpperCase()}${state.slice(1)}`;
  return {
    code,
    level: 'Info',
    displayStatus: display === 'Succeeded' ? 'Provisioning succeeded' : display,
    ...(code.startsWith('Provisioning') ? { time: created } : {}),
  };
}

function osNames(vm: EstateMachine): { readonly name: string; readonly version: string } {
  return vm.osType === 'Linux'
    ? { name: vm.osName ?? 'ubuntu', version: vm.osVersion ?? '24.04' }
    : { name: vm.osName ?? 'Windows Server 2025 Datacenter', version: vm.osVersion ?? '10.0.26100.4652' };
}

/** `instanceView` of a VM. What the guest agent tells is only there while the VM runs. */
export function instanceView(resource: ResourceOf<'vm'>): Json {
  const { vm } = resource.source;
  const os = osNames(vm);
  const runs = vm.power === 'running';
  return {
    ...(runs && vm.agent === 'Ready'
      ? {
          computerName: vm.computerName ?? vm.name,
          osName: os.name,
          osVersion: os.version,
        }
      : {}),
    ...(vm.rdpThumbPrint === undefined ? {} : { rdpThumbPrint: vm.rdpThumbPrint }),
    ...(runs
      ? {
          vmAgent: {
            vmAgentVersion: vm.osType === 'Linux' ? '2.11.1.12' : '2.7.41491.1172',
            statuses: [
              {
                code: vm.agent === 'Ready' ? 'ProvisioningState/succeeded' : 'ProvisioningState/Unavailable',
                level: vm.agent === 'Ready' ? 'Info' : 'Warning',
                displayStatus: vm.agent,
                message:
                  vm.agent === 'Ready'
                    ? 'Guest Agent is running'
                    : 'VM status blob is found but not yet populated.',
                time: created,
              },
            ],
            extensionHandlers: [],
          },
        }
      : {}),
    disks: [{ name: `${vm.name}_OsDisk_1`, statuses: [status('ProvisioningState/succeeded')] }],
    hyperVGeneration: 'V2',
    ...(vm.extensions.length === 0
      ? {}
      : {
          extensions: vm.extensions.map((extension) => ({
            name: extension.name,
            type: `${extension.publisher}.${extension.type ?? extension.name}`,
            typeHandlerVersion: '1.0',
            statuses: [status(`ProvisioningState/${extension.provisioningState.toLowerCase()}`)],
          })),
        }),
    statuses: [
      status(`ProvisioningState/${vm.provisioningState.toLowerCase()}`),
      // A machine whose host has lost sight of it reports no power state at all.
      ...(vm.power === 'unknown' ? [] : [status(`PowerState/${vm.power}`)]),
    ],
  };
}

/** A VM as ARM writes it; with its instance view if `expand`. */
export function wireMachine(resource: ResourceOf<'vm'>, switches: Switches, expand: boolean): Json {
  const { vm } = resource.source;
  const nic = nicId(resource);
  return {
    name: resource.name,
    id: resource.id,
    type: resource.type,
    location: resource.location,
    ...(Object.keys(vm.tags).length > 0 ? { tags: vm.tags } : {}),
    ...(vm.zones.length > 0 ? { zones: vm.zones } : {}),
    ...(vm.identity === 'None'
      ? {}
      : {
          identity: {
            type: vm.identity,
            principalId: guidFrom(`identity ${resource.id.toLowerCase()}`),
            tenantId: resource.subscription.tenant,
          },
        }),
    properties: {
      hardwareProfile: { vmSize: vm.size },
      provisioningState: vm.provisioningState,
      vmId: vmGuid(resource),
      storageProfile: {
        imageReference:
          vm.osType === 'Linux'
            ? { publisher: 'Canonical', offer: 'ubuntu-24_04-lts', sku: 'server', version: 'latest' }
            : {
                publisher: 'MicrosoftWindowsServer',
                offer: 'WindowsServer',
                sku: '2025-datacenter',
                version: 'latest',
              },
        osDisk: {
          osType: vm.osType,
          name: `${vm.name}_OsDisk_1`,
          createOption: 'FromImage',
          caching: 'ReadWrite',
          managedDisk: {
            id: resourceId(
              resource.subscription.id,
              resource.group.name,
              'Microsoft.Compute/disks',
              `${vm.name}_OsDisk_1`,
            ),
          },
          deleteOption: 'Delete',
        },
        dataDisks: [],
      },
      osProfile: {
        computerName: vm.computerName ?? vm.name.slice(0, vm.osType === 'Windows' ? 15 : 63),
        adminUsername: vm.adminUsername,
        ...(vm.osType === 'Linux'
          ? {
              linuxConfiguration: {
                disablePasswordAuthentication: vm.disablePasswordAuthentication,
                provisionVMAgent: true,
              },
            }
          : { windowsConfiguration: { provisionVMAgent: true, enableAutomaticUpdates: true } }),
        secrets: [],
        allowExtensionOperations: true,
      },
      networkProfile: {
        networkInterfaces: [
          { id: switches.armIdCasing === 'mixed' ? respell(nic) : nic, properties: { primary: true } },
        ],
      },
      ...(vm.scaleSet === undefined
        ? {}
        : {
            virtualMachineScaleSet: {
              id: resourceId(
                resource.subscription.id,
                resource.group.name,
                'Microsoft.Compute/virtualMachineScaleSets',
                vm.scaleSet,
              ),
            },
          }),
      timeCreated: created,
      ...(expand ? { instanceView: instanceView(resource) } : {}),
    },
    ...(vm.extensions.length === 0
      ? {}
      : {
          resources: vm.extensions.map((extension) => ({
            id: `${resource.id}/extensions/${extension.name}`,
          })),
        }),
  };
}

/** The row of Resource Graph: the VM and the part of its instance view that is copied there. */
export function graphMachine(resource: ResourceOf<'vm'>, switches: Switches, power: PowerState): Json {
  const wire = wireMachine(resource, switches, false);
  const properties = wire['properties'] as Json;
  const os = osNames(resource.source.vm);
  return {
    ...properties,
    extended: {
      instanceView: {
        computerName: resource.source.vm.computerName ?? resource.name,
        hyperVGeneration: 'V2',
        osName: os.name,
        osVersion: os.version,
        powerState: { code: `PowerState/${power}`, displayStatus: `VM ${power}`, level: 'Info' },
      },
    },
  };
}

/** The extensions of a VM. */
export function wireExtensions(resource: ResourceOf<'vm'>): Json[] {
  return resource.source.vm.extensions.map((extension) => ({
    name: extension.name,
    id: `${resource.id}/extensions/${extension.name}`,
    type: 'Microsoft.Compute/virtualMachines/extensions',
    location: resource.location,
    properties: {
      autoUpgradeMinorVersion: true,
      provisioningState: extension.provisioningState,
      publisher: extension.publisher,
      type: extension.type ?? extension.name,
      typeHandlerVersion: '1.0',
    },
  }));
}

/** A scale set. */
export function wireScaleSet(resource: ResourceOf<'scaleSet'>): Json {
  const { scaleSet } = resource.source;
  return {
    name: resource.name,
    id: resource.id,
    type: resource.type,
    location: resource.location,
    ...(Object.keys(resource.tags).length > 0 ? { tags: resource.tags } : {}),
    sku: { name: scaleSet.size, tier: 'Standard', capacity: scaleSet.instances.length },
    properties: {
      orchestrationMode: scaleSet.mode,
      provisioningState: 'Succeeded',
      singlePlacementGroup: false,
      uniqueId: guidFrom(`scale set ${resource.id.toLowerCase()}`),
      virtualMachineProfile: {
        storageProfile: { osDisk: { osType: scaleSet.osType, createOption: 'FromImage' } },
        osProfile: { computerNamePrefix: scaleSet.name.slice(0, 9), adminUsername: scaleSet.adminUsername },
        ...(scaleSet.mode === 'Flexible'
          ? {}
          : {
              networkProfile: {
                networkInterfaceConfigurations: [
                  {
                    name: 'nic',
                    properties: {
                      primary: true,
                      ipConfigurations: [
                        { name: 'ipconfig1', properties: { subnet: { id: subnetOfMachine(resource) } } },
                      ],
                    },
                  },
                ],
              },
            }),
      },
    },
  };
}

/** The row of Resource Graph for an instance of a Uniform scale set. */
export function graphInstance(resource: ResourceOf<'instance'>): Json {
  const properties = wireInstance(resource, false)['properties'] as Json;
  const { power } = resource.source.instance;
  return {
    ...properties,
    extended: { instanceView: { powerState: { code: `PowerState/${power}`, displayStatus: `VM ${power}` } } },
  };
}

/** One instance of a Uniform scale set. */
export function wireInstance(resource: ResourceOf<'instance'>, expand: boolean): Json {
  const { scaleSet, instance } = resource.source;
  return {
    name: resource.name,
    id: resource.id,
    type: resource.type,
    location: resource.location,
    instanceId: instance.id,
    sku: { name: scaleSet.size, tier: 'Standard' },
    properties: {
      vmId: vmGuid(resource),
      provisioningState: 'Succeeded',
      latestModelApplied: true,
      hardwareProfile: { vmSize: scaleSet.size },
      storageProfile: { osDisk: { osType: scaleSet.osType, createOption: 'FromImage' } },
      osProfile: {
        computerName: `${scaleSet.name.slice(0, 9)}${instance.id.padStart(6, '0')}`,
        adminUsername: scaleSet.adminUsername,
      },
      networkProfile: {
        networkInterfaces: [{ id: `${resource.id}/networkInterfaces/nic`, properties: { primary: true } }],
      },
      ...(expand
        ? {
            instanceView: {
              statuses: [status('ProvisioningState/succeeded'), status(`PowerState/${instance.power}`)],
            },
          }
        : {}),
    },
  };
}

/** The one network interface of an instance of a Uniform scale set. */
export function wireInstanceNic(resource: ResourceOf<'instance'>): Json {
  const id = `${resource.id}/networkInterfaces/nic`;
  return {
    name: 'nic',
    id,
    properties: {
      provisioningState: 'Succeeded',
      primary: true,
      virtualMachine: { id: resource.id },
      ipConfigurations: [
        {
          name: 'ipconfig1',
          id: `${id}/ipConfigurations/ipconfig1`,
          properties: {
            provisioningState: 'Succeeded',
            privateIPAddress: resource.source.instance.privateIp,
            privateIPAllocationMethod: 'Dynamic',
            subnet: { id: subnetOfMachine(resource) },
            primary: true,
            privateIPAddressVersion: 'IPv4',
          },
        },
      ],
    },
  };
}
