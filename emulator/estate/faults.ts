import { z } from 'zod';

/** Limits that every fault takes: one Bastion (name or id) and the next so many requests. */
const scope = {
  bastion: z.string().optional(),
  times: z.number().int().positive().optional(),
};
const afterBytes = z.number().int().nonnegative().default(0);
const status = (fallback: number) => z.number().int().min(400).max(599).default(fallback);

/** One schema for each fault. A fault with `times` is spent after so many requests; one without stays. */
export const faultSchemas = {
  delayTokens: z.strictObject({ ...scope, ms: z.number().nonnegative() }),
  rejectTokens: z.strictObject({ ...scope, times: z.number().int().positive().default(1) }),
  challengeTokens: z.strictObject({ ...scope, times: z.number().int().positive().default(1) }),
  throttleTokens: z.strictObject({ ...scope, retryAfterSeconds: z.number().nonnegative().default(1) }),
  failTokens: z.strictObject({
    ...scope,
    status: status(500),
    message: z.string().default('Unexpected internal error'),
  }),
  omitTokenField: z.strictObject({ ...scope, field: z.enum(['authToken', 'nodeId', 'websocketToken']) }),
  garbleTokens: z.strictObject({
    ...scope,
    body: z.enum(['html', 'text', 'empty', 'truncated']).default('html'),
  }),
  hangTokens: z.strictObject({ ...scope }),
  resetTokens: z.strictObject({ ...scope }),
  expireTokens: z.strictObject({ ...scope }),
  moveNode: z.strictObject({ ...scope }),
  upgradeWithoutHeaders: z.strictObject({
    ...scope,
    omit: z.enum(['upgrade', 'connection', 'both']).default('upgrade'),
  }),
  upgradeThen400: z.strictObject({ ...scope }),
  upgradeThenSilence: z.strictObject({ ...scope }),
  refuseUpgrade: z.strictObject({ ...scope, status: status(400) }),
  resetTunnel: z.strictObject({ ...scope, afterBytes }),
  closeTunnel: z.strictObject({
    ...scope,
    afterBytes,
    code: z.number().int().min(1000).max(4999).default(1011),
    reason: z.string().max(120).default(''),
  }),
  ignoreClose: z.strictObject({ ...scope }),
  frameSize: z.strictObject({ ...scope, bytes: z.number().int().positive().default(1) }),
  fragmentFrames: z.strictObject({ ...scope, bytes: z.number().int().positive().default(1024) }),
  serverPings: z.strictObject({
    ...scope,
    payloadBytes: z.number().int().min(0).max(125).default(0),
    count: z.number().int().positive().default(1),
  }),
  textFrame: z.strictObject({ ...scope, text: z.string().default('notice') }),
  emptyFrame: z.strictObject({ ...scope }),
  halfOpen: z.strictObject({ ...scope, afterBytes }),
  failDelete: z.strictObject({ ...scope, status: status(500) }),
  hangDelete: z.strictObject({ ...scope }),
  maintenance: z.strictObject({ ...scope, how: z.enum(['close-1001', 'reset']).default('close-1001') }),
  delayArm: z.strictObject({ times: scope.times, ms: z.number().nonnegative(), path: z.string().optional() }),
  throttleArm: z.strictObject({
    times: scope.times,
    retryAfterSeconds: z.number().nonnegative().default(1),
    path: z.string().optional(),
  }),
  failArm: z.strictObject({
    times: scope.times,
    status: status(500),
    code: z.string().default('InternalServerError'),
    envelope: z.boolean().default(true),
    path: z.string().optional(),
  }),
  resetArm: z.strictObject({ times: scope.times, path: z.string().optional() }),
  claimsChallenge: z.strictObject({ times: z.number().int().positive().default(1) }),
  failOperations: z.strictObject({ times: scope.times, code: z.string().default('OperationNotAllowed') }),
  throttleGraph: z.strictObject({
    times: scope.times,
    retryAfterSeconds: z.number().nonnegative().default(5),
  }),
  failSignIn: z.strictObject({
    times: scope.times,
    status: status(400),
    error: z.string().default('interaction_required'),
    suberror: z.string().optional(),
    /** Number after `AADSTS`. */
    code: z.number().int().positive().default(90_033),
    text: z.string().default('A transient error has occurred.'),
  }),
  delaySignIn: z.strictObject({ times: scope.times, ms: z.number().nonnegative() }),
} as const;

/** The name of a fault. */
export type FaultKind = keyof typeof faultSchemas;

/** The settings of a fault, all set. */
export type Fault<K extends FaultKind> = z.output<(typeof faultSchemas)[K]>;

/** What `setFaults` takes: for each fault its settings (one or several), or `null` to take it away. */
export type FaultsInput = {
  readonly [K in FaultKind]?:
    | z.input<(typeof faultSchemas)[K]>
    | readonly z.input<(typeof faultSchemas)[K]>[]
    | null;
};

/** Faults as an estate writes them. */
export const faultsSchema = z
  .strictObject(
    Object.fromEntries(
      Object.entries(faultSchemas).map(([kind, schema]) => [
        kind,
        z.union([schema, z.array(schema), z.null()]).optional(),
      ]),
    ),
  )
  .transform((value) => value as FaultsInput);

interface Armed {
  readonly settings: Record<string, unknown>;
  left: number;
}

/** The faults in force. A look-up with `take` uses one of a fault's `times`. */
export interface FaultBoard {
  /** Puts faults in force; `null` removes one; what is not named stays. Throws on a setting that no fault has. */
  set(input: unknown): void;
  /** Removes all faults. */
  clear(): void;
  /** The settings of a fault if it applies to this Bastion (name and id given) or path; counts one request. */
  take<K extends FaultKind>(kind: K, where?: FaultPlace): Fault<K> | undefined;
  /** Whether one of these would be taken; counts nothing. */
  isArmed(kinds: readonly FaultKind[], where?: FaultPlace): boolean;
  /** The faults in force, with what is left of each. */
  list(): Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

/** Where a request happens, to match a fault's limits. */
interface FaultPlace {
  readonly bastionId?: string;
  readonly path?: string;
}

function applies(settings: Record<string, unknown>, place: FaultPlace): boolean {
  const bastion = settings['bastion'];
  if (typeof bastion === 'string') {
    const id = (place.bastionId ?? '').toLowerCase();
    const wanted = bastion.toLowerCase();
    if (id !== wanted && id.split('/').at(-1) !== wanted) return false;
  }
  const path = settings['path'];
  if (typeof path === 'string') return (place.path ?? '').toLowerCase().includes(path.toLowerCase());
  return true;
}

/** An empty board. */
export function createFaultBoard(): FaultBoard {
  const armed = new Map<string, Armed[]>();
  const find = (kind: FaultKind, place: FaultPlace): Armed | undefined =>
    armed.get(kind)?.find((fault) => fault.left > 0 && applies(fault.settings, place));
  return {
    set(input) {
      const parsed = faultsSchema.parse(input ?? {});
      for (const [kind, value] of Object.entries(parsed)) {
        if (value === undefined) continue;
        const list = value === null ? [] : Array.isArray(value) ? value : [value];
        armed.set(
          kind,
          list.map((settings: Record<string, unknown>) => {
            const times = settings['times'];
            return { settings, left: typeof times === 'number' ? times : Number.POSITIVE_INFINITY };
          }),
        );
      }
    },
    clear: () => armed.clear(),
    take<K extends FaultKind>(kind: K, place: FaultPlace = {}) {
      const hit = find(kind, place);
      if (!hit) return undefined;
      hit.left -= 1;
      return hit.settings as Fault<K>;
    },
    isArmed: (kinds, place = {}) => kinds.some((kind) => find(kind, place) !== undefined),
    list: () =>
      Object.fromEntries(
        [...armed]
          .filter(([, list]) => list.length > 0)
          .map(([kind, list]) => [kind, list.map((fault) => ({ ...fault.settings, left: fault.left }))]),
      ),
  };
}
