import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { ConnectorAgent } from '../net/connector-agent.ts';
import { writeAtomically } from '../profiles/json-file.ts';
import { findPod } from '../tunnel/find-pod.ts';
import type { Wanted } from '../tunnel/token-exchange.ts';
import type { BastionEnd } from '../tunnel/tunnel-types.ts';
import type { ProbeCommand } from './arguments.ts';
import type { CliOutput } from './cli-output.ts';
import { type CliServices, findBastion } from './cli-services.ts';
import { ProbeClient } from './probe-client.ts';
import type { ProbeFixture, ProbeStep } from './probe-fixture.ts';
import { probeSteps } from './probe-steps.ts';

interface Needs {
  readonly command: ProbeCommand;
  readonly services: CliServices;
  readonly output: CliOutput;
  readonly confirm: (question: string) => Promise<boolean>;
}

/** Runs the open questions about the service against one Bastion of the user's own, and writes down what was seen. */
export async function runProbe({ command, services, output, confirm }: Needs): Promise<number> {
  const bastion = await findBastion(services, command.bastionId, command.target);
  if (!bastion.ok) {
    output.fail(bastion.error);
    return 1;
  }
  const { end, sku } = bastion.value;
  const name = end.id.split('/').at(-1);
  const question = `This opens about ${probeSteps.length + 5} short sessions through ${name}, one after the other, and shows in its logs. Go on?`;
  if (command.consent === 'ask' && !(await confirm(question))) {
    output.fail(appError('probe-refused'));
    return 1;
  }
  const wanted = { bastionId: end.id, target: command.target, remotePort: command.remotePort };
  const host = await findHost(services, end, wanted);
  if (!host.ok) {
    output.fail(host.error);
    return 1;
  }
  const client = new ProbeClient(services, host.value, end.kind === 'two-step', wanted);
  const steps: ProbeStep[] = [];
  try {
    for (const { name: step, question: asked, run } of probeSteps) {
      const startMs = performance.now();
      const seen = await run(client, command.longestSeconds);
      steps.push({ name: step, question: asked, seen, durationMs: Math.round(performance.now() - startMs) });
      output.say(`${step}: ${JSON.stringify(seen)}`, { event: 'step', step, seen });
    }
  } finally {
    await client.dispose();
  }
  const fixture: ProbeFixture = {
    version: 1,
    day: new Date().toISOString().slice(0, 10),
    sku,
    hostSuffix: end.endpoint.split('.').slice(1).join('.'),
    target: command.target.kind,
    remotePort: command.remotePort,
    steps,
  };
  const saved = await writeAtomically(command.outPath, `${JSON.stringify(fixture, null, 2)}\n`);
  if (!saved.ok) {
    output.fail(saved.error);
    return 1;
  }
  output.say(`Written to ${command.outPath}`, { event: 'written', path: command.outPath });
  return 0;
}

/** The host that sessions are asked of. */
async function findHost(services: CliServices, end: BastionEnd, wanted: Wanted): Promise<Result<string>> {
  if (end.kind === 'dedicated') return ok(end.endpoint);
  const token = await services.armToken({ kind: 'cached' });
  if (!token.ok) return token;
  const agent = new ConnectorAgent({
    connector: Promise.resolve(services.connector),
    unreachable: 'bastion-unreachable',
  });
  const { port } = services.dataPlane;
  const origin = `https://${end.endpoint}${port === 443 ? '' : `:${port}`}`;
  const pod = await findPod({ origin, agent }, end.endpoint, wanted, token.value);
  agent.destroy();
  return pod.ok ? ok(pod.value) : err(pod.failure.error);
}
