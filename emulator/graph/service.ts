import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { ArmCall, ArmContext } from '../arm/context.ts';
import { armError } from '../arm/errors.ts';
import type { Reply } from '../net/http.ts';
import type { World } from '../world.ts';
import { renderRow, runQuery, type Table } from './evaluate.ts';
import { QueryError } from './lexer.ts';
import { parseQuery } from './parser.ts';
import { openTable } from './tables.ts';

const pageLimit = 1000;
const subscriptionLimit = 1000;
/** Milliseconds for which a result can be paged through. */
const resultLifeMs = 10 * 60 * 1000;

const requestSchema = z.object({
  subscriptions: z.array(z.string()).optional(),
  managementGroups: z.array(z.string()).optional(),
  query: z.string(),
  options: z
    .object({
      $top: z.number().int().min(1).max(pageLimit).optional(),
      $skip: z.number().int().min(0).optional(),
      $skipToken: z.string().optional(),
      resultFormat: z.enum(['objectArray', 'table']).optional(),
      allowPartialScopes: z.boolean().optional(),
    })
    .optional(),
});

interface KeptResult {
  readonly table: Table;
  readonly owner: string;
  readonly expiresAt: number;
}

interface Window {
  startedAt: number;
  used: number;
}

interface GraphState {
  readonly results: Map<string, KeptResult>;
  readonly windows: Map<string, Window>;
}

/** Results and quotas live as long as their world. */
const states = new WeakMap<World, GraphState>();

function stateOf(world: World): GraphState {
  let state = states.get(world);
  if (!state) {
    state = { results: new Map(), windows: new Map() };
    states.set(world, state);
  }
  return state;
}

const clock = (ms: number): string => new Date(Math.ceil(ms / 1000) * 1000).toISOString().slice(11, 19);

/** Counts one query of a user; gives the quota headers, and whether the query may run. */
function spendQuota(
  world: World,
  user: string,
): { readonly isAllowed: boolean; readonly headers: Record<string, string>; readonly waitMs: number } {
  const { graphQueries, graphWindowMs } = world.estate.switches;
  const { windows } = stateOf(world);
  let window = windows.get(user);
  if (!window || world.now() - window.startedAt >= graphWindowMs) {
    window = { startedAt: world.now(), used: 0 };
    windows.set(user, window);
  }
  const isAllowed = window.used < graphQueries;
  if (isAllowed) window.used += 1;
  const waitMs = Math.max(0, window.startedAt + graphWindowMs - world.now());
  return {
    isAllowed,
    waitMs,
    headers: {
      'x-ms-user-quota-remaining': String(graphQueries - window.used),
      'x-ms-user-quota-resets-after': clock(waitMs),
      'x-ms-resource-graph-request-duration': '0:00:00:00.0300000',
    },
  };
}

function supportNote(context: ArmContext): string {
  return `Please provide below info when asking for support: timestamp = ${new Date(context.world.now()).toISOString()}.`;
}

function badRequest(context: ArmContext, details: readonly Record<string, unknown>[]): Reply {
  return armError(400, 'BadRequest', supportNote(context), { details });
}

function invalidQuery(context: ArmContext, error: QueryError): Reply {
  return badRequest(context, [
    {
      code: 'InvalidQuery',
      message:
        'Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.',
    },
    {
      code: 'ParserFailure',
      message: error.message,
      line: 1,
      characterPositionInLine: error.at,
      token: error.token,
    },
  ]);
}

function throttled(context: ArmContext, retryAfterSeconds: number, headers: Record<string, string>): Reply {
  const reply = armError(429, 'RateLimiting', supportNote(context), {
    details: [
      {
        code: 'RateLimiting',
        message:
          'Client application has been throttled and should not attempt to repeat the request until an amount of time has elapsed. Please see https://aka.ms/resourcegraph-throttling for help.',
      },
    ],
  });
  return { ...reply, headers: { ...headers, 'Retry-After': String(retryAfterSeconds) } };
}

type Request = z.output<typeof requestSchema>;

function visibleSubscriptions(context: ArmContext, call: ArmCall, request: Request): ReadonlySet<string> {
  const asked = request.subscriptions && new Set(request.subscriptions.map((id) => id.toLowerCase()));
  return new Set(
    context.world.inventory
      .subscriptions()
      .filter(
        (entry) =>
          entry.tenant.toLowerCase() === call.caller.tenantId.toLowerCase() &&
          (!asked || asked.has(entry.id.toLowerCase())) &&
          context.world.directory.canSeeSubscription(call.caller, entry.id),
      )
      .map((entry) => entry.id.toLowerCase()),
  );
}

/** Opens and runs a query, or finds the kept result that a skip token names. */
function resolveResult(
  context: ArmContext,
  call: ArmCall,
  request: Request,
): { readonly table: Table; readonly start: number; readonly key: string; readonly isCut: boolean } | Reply {
  const state = stateOf(context.world);
  const skipToken = request.options?.$skipToken;
  if (skipToken !== undefined) {
    const [key = '', start = ''] = Buffer.from(skipToken, 'base64url').toString('utf8').split(':');
    const kept = state.results.get(key);
    if (!kept || kept.owner !== call.caller.oid || kept.expiresAt <= context.world.now()) {
      return badRequest(context, [
        { code: 'InvalidSkipToken', message: 'The skip token is not valid or has expired.' },
      ]);
    }
    return { table: kept.table, start: Number(start), key, isCut: false };
  }
  const subscriptions = visibleSubscriptions(context, call, request);
  if (subscriptions.size === 0) {
    return badRequest(context, [
      {
        code: 'NoValidSubscriptionsInQueryRequest',
        message: 'There must be at least one subscription that is eligible to contain resources.',
      },
    ]);
  }
  const query = parseQuery(request.query);
  const open = (name: string) => openTable(context.world, name, call.caller, subscriptions);
  const source = open(query.table);
  if (!source) throw new QueryError('InvalidQuery', { kind: 'name', text: query.table, at: 0 });
  const table = runQuery(query, source, open);
  const key = randomBytes(12).toString('hex');
  for (const [old, kept] of state.results)
    if (kept.expiresAt <= context.world.now()) state.results.delete(old);
  state.results.set(key, { table, owner: call.caller.oid, expiresAt: context.world.now() + resultLifeMs });
  const isCut = query.steps.some((step) => step.kind === 'take');
  return { table, start: request.options?.$skip ?? 0, key, isCut };
}

function render(table: Table, rows: Table['rows'], format: 'objectArray' | 'table'): unknown {
  const objects = rows.map((row) => renderRow(table, row));
  if (format === 'objectArray') return objects;
  return {
    columns: table.columns.map((name) => ({
      name,
      type: typeof (objects[0]?.[name] ?? '') === 'object' ? 'object' : 'string',
    })),
    rows: objects.map((object) => table.columns.map((name) => object[name])),
  };
}

/** `POST /providers/Microsoft.ResourceGraph/resources`. */
export async function graphQuery(context: ArmContext, call: ArmCall): Promise<Reply> {
  context.world.counters.graphCalls += 1;
  const quota = spendQuota(context.world, call.caller.oid);
  const fault = context.world.faults.take('throttleGraph');
  if (fault) return throttled(context, fault.retryAfterSeconds, quota.headers);
  if (!quota.isAllowed) return throttled(context, Math.max(1, Math.ceil(quota.waitMs / 1000)), quota.headers);
  let json: unknown;
  try {
    json = JSON.parse(await call.call.body());
  } catch {
    json = undefined;
  }
  const parsed = requestSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return badRequest(context, [
      { code: 'InvalidRequest', message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no body'}` },
    ]);
  }
  const request = parsed.data;
  if ((request.subscriptions?.length ?? 0) > subscriptionLimit) {
    return badRequest(context, [
      {
        code: 'TooManySubscriptions',
        message: `At most ${subscriptionLimit} subscriptions can be asked for at once.`,
      },
    ]);
  }
  let result: ReturnType<typeof resolveResult>;
  try {
    result = resolveResult(context, call, request);
  } catch (error) {
    if (error instanceof QueryError) return invalidQuery(context, error);
    throw error;
  }
  if (!('table' in result)) return { ...result, headers: quota.headers };
  const { table, start, key, isCut } = result;
  const size = Math.min(request.options?.$top ?? pageLimit, pageLimit);
  const rows = table.rows.slice(start, start + size);
  const isMore = start + size < table.rows.length;
  // Without an id among the columns, or after `take`, the service cannot page and only says that it cut.
  const token =
    isMore && !isCut && table.columns.includes('id')
      ? Buffer.from(`${key}:${start + size}`).toString('base64url')
      : undefined;
  if (!isMore) stateOf(context.world).results.delete(key);
  return {
    status: 200,
    headers: quota.headers,
    body: {
      totalRecords: table.rows.length,
      count: rows.length,
      resultTruncated: isMore && token === undefined ? 'true' : 'false',
      ...(token === undefined ? {} : { $skipToken: token }),
      data: render(table, rows, request.options?.resultFormat ?? 'objectArray'),
      facets: [],
    },
  };
}
