import { createDirectory, type Directory } from './estate/directory.ts';
import { createFaultBoard, type FaultBoard } from './estate/faults.ts';
import { createInventory, type Inventory, type Resource } from './estate/inventory.ts';
import type { Estate, Latencies, PowerState } from './estate/schema.ts';
import { parseEstate } from './estate/schema.ts';

/** One answered request; paths are written without tokens. */
export interface RequestRow {
  readonly at: number;
  readonly plane: 'entra' | 'arm' | 'bastion' | 'admin';
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** HTTP status; 0 when the connection was cut or never answered. */
  readonly status: number;
}

/** Counters since the start. */
export interface Counters {
  authorizations: number;
  signInTokens: number;
  armCalls: number;
  armWrites: number;
  graphCalls: number;
  tokenPosts: number;
  upgrades: number;
  deletes: number;
  rdpFiles: number;
  frameViolations: number;
  bytesUp: number;
  bytesDown: number;
}

/** Everything that the three services share: the estate, its indexes, faults, counters and the clock. */
export interface World {
  readonly estate: Estate;
  readonly inventory: Inventory;
  readonly directory: Directory;
  readonly faults: FaultBoard;
  readonly counters: Counters;
  readonly requests: readonly RequestRow[];
  readonly latencies: Latencies;
  /** Milliseconds since 1970. */
  now(): number;
  log(row: Omit<RequestRow, 'at'>): void;
  /** Replaces the estate; the next request sees it. Throws `EstateError` and changes nothing if it is wrong. */
  replaceEstate(next: unknown): void;
  /** Sets a machine's power state. Resource Graph shows it later, as in the service. */
  setPower(resource: Resource, power: PowerState): void;
  /** The power state that Resource Graph shows now. */
  laggedPower(resource: Resource): PowerState;
  /** Counts replacements, so that what is derived from the estate can be kept until the next one. */
  readonly revision: number;
  onChange(listener: () => void): void;
}

const keptRequests = 5000;

/** Makes a world around a checked estate. */
export function createWorld(
  initial: Estate,
  options: { readonly latencies: 'real' | 'none'; readonly now?: () => number },
): World {
  const now = options.now ?? Date.now;
  const faults = createFaultBoard();
  faults.set(initial.faults ?? {});
  let estate = initial;
  let inventory = createInventory(estate);
  let directory = createDirectory(estate);
  let revision = 0;
  const requests: RequestRow[] = [];
  const listeners: (() => void)[] = [];
  const lag = new Map<string, { readonly before: PowerState; readonly until: number }>();
  const counters: Counters = {
    authorizations: 0,
    signInTokens: 0,
    armCalls: 0,
    armWrites: 0,
    graphCalls: 0,
    tokenPosts: 0,
    upgrades: 0,
    deletes: 0,
    rdpFiles: 0,
    frameViolations: 0,
    bytesUp: 0,
    bytesDown: 0,
  };
  return {
    get estate() {
      return estate;
    },
    get inventory() {
      return inventory;
    },
    get directory() {
      return directory;
    },
    get latencies() {
      return options.latencies === 'none' ? { callMs: 0, tokenMs: 0, upgradeMs: 0 } : estate.latencies;
    },
    get revision() {
      return revision;
    },
    faults,
    counters,
    requests,
    now,
    log(row) {
      requests.push({ at: now(), ...row });
      if (requests.length > keptRequests) requests.splice(0, requests.length - keptRequests);
    },
    replaceEstate(next) {
      const parsed = parseEstate(next);
      estate = parsed;
      inventory = createInventory(parsed);
      directory = createDirectory(parsed);
      revision += 1;
      for (const listener of listeners) listener();
    },
    setPower(resource, power) {
      // Looked up again: the estate may have been replaced while an operation ran.
      const entry = machineEntry(inventory.find(resource.id) ?? resource);
      if (!entry || entry.power === power) return;
      const shown = laggedPower(resource);
      lag.set(resource.id.toLowerCase(), {
        before: shown,
        until: now() + estate.switches.graphPowerLagSeconds * 1000,
      });
      entry.power = power;
    },
    laggedPower,
    onChange: (listener) => listeners.push(listener),
  };

  function laggedPower(resource: Resource): PowerState {
    const entry = lag.get(resource.id.toLowerCase());
    const current = machineEntry(resource)?.power ?? 'unknown';
    return entry && entry.until > now() ? entry.before : current;
  }
}

function machineEntry(resource: Resource): { power: PowerState } | undefined {
  const { source } = resource;
  return source.kind === 'vm' ? source.vm : source.kind === 'instance' ? source.instance : undefined;
}

/** The power state of a machine now; `unknown` for what is no machine. */
export function powerOf(resource: Resource): PowerState {
  return machineEntry(resource)?.power ?? 'unknown';
}
