import { claimsChallenge } from '../arm/authenticate.ts';
import { parseArmId } from '../estate/ids.ts';
import type { Principal } from '../estate/directory.ts';
import type { Resource, ResourceOf } from '../estate/inventory.ts';
import { bastionAddress, machineAddress, machineAt, reach, targetName } from '../estate/reach.ts';
import type { Call, Outcome, Reply } from '../net/http.ts';
import { parseForm, pause } from '../net/http.ts';
import { identify, mayConnect } from './caller.ts';
import type { BastionContext, Endpoint } from './context.ts';
import { apiError, refusedToken, serverPage, unexpected } from './errors.ts';
import type { Session } from './sessions.ts';

interface Wanted {
  readonly machine: Resource | undefined;
  readonly targetId: string;
  readonly address: string;
  readonly port: number;
}

const nodeCounters = new WeakMap<BastionContext, number>();

/** Nodes take turns, one for each scale unit. */
function nextNode(context: BastionContext, bastion: ResourceOf<'bastion'>): string {
  const count = nodeCounters.get(context) ?? 0;
  nodeCounters.set(context, count + 1);
  return bastionAddress(context.world, bastion, count % bastion.source.bastion.scaleUnits);
}

/** Faults that answer in place of the exchange. */
function faulty(context: BastionContext, bastionId: string): Outcome | undefined {
  const { faults } = context.world;
  const place = { bastionId };
  if (faults.take('hangTokens', place)) return 'hang';
  if (faults.take('resetTokens', place)) return 'reset';
  if (faults.take('maintenance', place)) return serverPage(503, 'Service Unavailable');
  if (faults.take('rejectTokens', place)) {
    return refusedToken(401, context.world.estate.switches.rejectedTokenBody, 'The token is not valid.');
  }
  if (faults.take('challengeTokens', place)) return claimsChallenge();
  const throttle = faults.take('throttleTokens', place);
  if (throttle) {
    const page = serverPage(429, 'Too Many Requests');
    return { ...page, headers: { ...page.headers, 'Retry-After': String(throttle.retryAfterSeconds) } };
  }
  const failure = faults.take('failTokens', place);
  if (failure) return apiError(failure.status, 'INTERNAL_ERROR', failure.message);
  const garbled = faults.take('garbleTokens', place);
  if (!garbled) return undefined;
  const bodies = {
    html: '<html><body>It works!</body></html>',
    text: 'OK',
    empty: '',
    truncated: '{"authToken":"A1',
  };
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: bodies[garbled.body] };
}

/** What the form asks for; `undefined` for anything the service only calls an internal error. */
function readTarget(
  context: BastionContext,
  bastion: ResourceOf<'bastion'>,
  form: Readonly<Record<string, string>>,
): Wanted | Reply {
  const port = Number(form['workloadHostPort']);
  const targetId = form['resourceId'] ?? '';
  const parsed = parseArmId(targetId);
  if (form['protocol'] !== 'tcptunnel' || !parsed || !Number.isInteger(port) || port < 1 || port > 65535) {
    return unexpected();
  }
  const [type, name] = parsed.segments[0] ?? ['', ''];
  if (type.toLowerCase() !== 'bh-hostconnect') {
    const machine = context.world.inventory.find(targetId);
    return { machine, targetId, address: machine ? machineAddress(machine) : '', port };
  }
  const { switches } = context.world.estate;
  const hostname = form['hostname'] ?? '';
  if (hostname === '' || hostname !== name) {
    return apiError(404, 'NOT_FOUND', 'Invalid IP address for connection.');
  }
  if (!bastion.source.bastion.enableIpConnect) {
    return apiError(switches.ipConnectDisabledStatus, 'PERMISSION_DENIED', 'IP based connection is disabled');
  }
  if (switches.ipConnectPorts === 'enforce' && port !== 22 && port !== 3389) return unexpected();
  return { machine: machineAt(context.world, bastion, hostname), targetId, address: hostname, port };
}

/** Refusals that come of rights and of the network. */
function refuseTarget(
  context: BastionContext,
  endpoint: Endpoint,
  caller: Principal,
  wanted: Wanted,
): Reply | undefined {
  const { switches } = context.world.estate;
  const { bastion } = endpoint;
  const isByAddress = wanted.targetId.toLowerCase().includes('/bh-hostconnect/');
  const noRight = (): Reply =>
    switches.missingPermission === 'bare-500'
      ? unexpected()
      : refusedToken(403, 'json', 'The caller has no permission on the target resource.');
  if (isByAddress) {
    return context.world.directory.can(caller, 'Microsoft.Network/bastionHosts/read', bastion.id)
      ? undefined
      : noRight();
  }
  if (!wanted.machine || !mayConnect(context, caller, bastion, wanted.machine)) return noRight();
  const path = reach(context.world, bastion, wanted.machine, wanted.port);
  if (path === 'no-path') {
    return switches.outOfReach === 'bare-500'
      ? unexpected()
      : apiError(404, 'NOT_FOUND', 'Target resource not found');
  }
  const isSilent = path !== 'open';
  const isClosed = path === 'open' && targetName(wanted.machine, wanted.port) === undefined;
  if (
    (isSilent && switches.unreachableTarget === 'tokens-500') ||
    (isClosed && switches.closedPort === 'tokens-500')
  ) {
    return unexpected();
  }
  if (endpoint.role === 'pod') {
    const isBusy = context.sessions
      .all()
      .some(
        (session) =>
          session.bastionId === bastion.id &&
          session.open.size > 0 &&
          session.targetId.toLowerCase() !== wanted.targetId.toLowerCase(),
      );
    if (isBusy) return apiError(409, 'BAD_REQUEST', 'Another virtual machine is connected.');
    if (wanted.port !== 22 && wanted.port !== 3389) return unexpected();
  }
  return undefined;
}

/** The session of a continuation, or a new one. */
function openSession(
  context: BastionContext,
  bastion: ResourceOf<'bastion'>,
  caller: Principal,
  wanted: Wanted,
  earlier: string | undefined,
): Session {
  const known = earlier ? context.sessions.find(earlier) : undefined;
  if (known && known.bastionId === bastion.id) {
    if (context.world.estate.switches.continuation === 'rotate') context.sessions.rotate(known);
    return known;
  }
  return context.sessions.create({
    nodeId: nextNode(context, bastion),
    bastionId: bastion.id,
    targetId: wanted.targetId,
    targetAddress: wanted.address,
    port: wanted.port,
    user: caller.key,
    createdAt: context.world.now(),
  });
}

/** `POST /api/tokens`: trades an ARM token for a session. */
export async function exchange(context: BastionContext, endpoint: Endpoint, call: Call): Promise<Outcome> {
  const { world } = context;
  const { bastion } = endpoint;
  const place = { bastionId: bastion.id };
  world.counters.tokenPosts += 1;
  await pause(world.latencies.tokenMs + (world.faults.take('delayTokens', place)?.ms ?? 0));
  const fault = faulty(context, bastion.id);
  if (fault !== undefined) return fault;
  if (!/^application\/x-www-form-urlencoded\b/i.test(call.headers['content-type'] ?? '')) return unexpected();
  const form = parseForm(await call.body());
  if (!form['aztoken'] || call.headers.authorization !== undefined) return unexpected();
  const caller = await identify(context, bastion, form['aztoken']);
  if (!('oid' in caller)) return caller;
  const settings = bastion.source.bastion;
  const canTunnel =
    endpoint.role === 'pod' ||
    (endpoint.role === 'dedicated' &&
      settings.sku !== 'Basic' &&
      settings.sku !== 'Developer' &&
      settings.enableTunneling);
  if (!canTunnel) {
    return apiError(world.estate.switches.tunnelingDisabledStatus, 'BAD_REQUEST', 'Tunneling is disabled');
  }
  const wanted = readTarget(context, bastion, form);
  if ('status' in wanted) return wanted;
  const refusal = refuseTarget(context, endpoint, caller, wanted);
  if (refusal) return refusal;
  const session = openSession(context, bastion, caller, wanted, form['token']);
  const websocketToken = context.sessions.addWebsocketToken(
    session,
    world.now() + world.estate.switches.websocketTokenSeconds * 1000,
  );
  const body: Record<string, unknown> = {
    authToken: session.authToken,
    username: session.id.slice(0, 8),
    dataSource: 'default',
    availableDataSources: ['default'],
    nodeId: session.nodeId,
    websocketToken,
  };
  const omitted = world.faults.take('omitTokenField', place);
  if (omitted) delete body[omitted.field];
  // The session moves after it was announced: the node in the answer is wrong from now on.
  if (world.faults.take('moveNode', place)) session.nodeId = '10.255.255.254';
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body };
}

/** `DELETE /api/tokens/{authToken}`: the only way out of the session table. */
export async function endSession(context: BastionContext, endpoint: Endpoint, call: Call): Promise<Outcome> {
  const { world } = context;
  const place = { bastionId: endpoint.bastion.id };
  world.counters.deletes += 1;
  await pause(world.latencies.callMs);
  if (world.faults.take('hangDelete', place)) return 'hang';
  const failure = world.faults.take('failDelete', place);
  if (failure) return serverPage(failure.status, 'Error');
  const session = context.sessions.find(decodeURIComponent(call.url.pathname.split('/').at(-1) ?? ''));
  if (!session || session.bastionId !== endpoint.bastion.id) {
    return apiError(404, 'NOT_FOUND', 'No such token.');
  }
  context.sessions.remove(session);
  for (const tunnel of session.open) tunnel.close(1000, '');
  return { status: 204 };
}
