import type { Builtin } from '../emulator/targets/builtins.ts';

/** Where everything is. */
export interface Place {
  readonly caFile: string;
  /** Port of the data plane. */
  readonly port: number;
  /** Host name of the Bastion. */
  readonly host: string;
  readonly hosts: Readonly<Record<string, string>>;
  readonly bastionId: string;
  readonly tenantId: string;
  readonly vmId: string;
  readonly armToken: string;
  /** The same targets without Bastion: plain TCP, and TLS. */
  readonly plain: Readonly<Record<Builtin, number>>;
  readonly tls: Readonly<Record<Builtin, number>>;
}

/** Ports of the targets on the machine. */
export const targetPorts = { echo: 7, discard: 9, sink: 11, banner: 13, chargen: 19 } as const;
