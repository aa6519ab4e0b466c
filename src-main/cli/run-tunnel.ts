import type { Log } from '../log/logger.ts';
import { EngineClient } from '../tunnel/engine-client.ts';
import type { TunnelEvent } from '../tunnel/tunnel-types.ts';
import type { TunnelCommand } from './arguments.ts';
import type { CliOutput } from './cli-output.ts';
import { type CliServices, findBastion } from './cli-services.ts';

interface Needs {
  readonly command: TunnelCommand;
  readonly services: CliServices;
  readonly workerPath: string;
  readonly output: CliOutput;
  readonly log: Log;
  /** Resolves when the command shall end. */
  readonly stopped: Promise<void>;
}

/** Ports that are documented for a target given as an address. */
const addressPorts = new Set([22, 3389]);

/** Keeps a tunnel open until it is stopped. Says that it is ready when the listener accepts, and not before. */
export async function runTunnel({
  command,
  services,
  workerPath,
  output,
  log,
  stopped,
}: Needs): Promise<number> {
  const bastion = await findBastion(services, command.bastionId, command.target);
  if (!bastion.ok) {
    output.fail(bastion.error);
    return 1;
  }
  if (command.target.kind === 'ip' && !addressPorts.has(command.remotePort)) {
    const note = 'IP-based connections are documented for the ports 22 and 3389 only.';
    output.say(note, { event: 'note', text: note });
  }
  const engine = new EngineClient({
    workerPath,
    dataPlane: services.dataPlane,
    options: { messageBytes: command.messageBytes },
    resolveProxy: services.resolveProxy,
    armToken: (_tenantId, renewal) => services.armToken(renewal),
    log,
  });
  try {
    const isGreeting = addressPorts.has(command.remotePort);
    const opened = await engine.open(
      {
        id: 'tunnel',
        bastion: bastion.value.end,
        target: command.target,
        remotePort: command.remotePort,
        audience: command.audience,
        localAddress: command.localAddress,
        localPort: command.localPort,
        localPortFallback: false,
        opening: isGreeting ? 'greeting' : 'unknown',
        firstByteTimeoutMs: null,
        maximumConnections: 1000,
        idleCloseMs: null,
        pings: command.pings,
      },
      (event) => report(event, output),
    );
    if (!opened.ok) {
      output.fail(opened.error);
      return 1;
    }
    const { address, port } = opened.value;
    const to = command.target.kind === 'ip' ? command.target.address : command.target.resourceId;
    output.say(`Ready: ${address}:${port} leads to port ${command.remotePort} of ${to}`, {
      event: 'ready',
      address,
      port,
    });
    await stopped;
    return 0;
  } finally {
    await engine.dispose();
  }
}

function report(event: TunnelEvent, output: CliOutput): void {
  switch (event.kind) {
    case 'step':
      if (event.step === 'upgrade')
        output.say(`Connection ${event.connection} is open`, { event: 'open', connection: event.connection });
      break;
    case 'failed':
      output.fail(event.error);
      break;
    case 'closed': {
      const { connection, sentBytes, receivedBytes, error } = event;
      output.say(`Connection ${connection} has ended: sent ${sentBytes} B, received ${receivedBytes} B`, {
        event: 'closed',
        connection,
        sentBytes,
        receivedBytes,
        code: error?.code ?? null,
      });
      if (error !== null) output.fail(error);
      break;
    }
    case 'refused':
      output.say(`${event.client.client} was refused: ${event.client.reason}`, {
        event: 'refused',
        ...event.client,
      });
      break;
    case 'progress':
    case 'idle-closed':
      break;
  }
}
