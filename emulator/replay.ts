import { z } from 'zod';
import type { Switches } from './estate/switches.ts';

const seen = z.record(z.string(), z.unknown());

/** What a probe of a real Bastion wrote down, as far as it is used here. */
const fixtureSchema = z.object({
  version: z.literal(1),
  steps: z.array(z.object({ name: z.string(), seen })),
});

type Change = { -readonly [K in keyof Switches]?: Switches[K] };

const opens = (step: z.infer<typeof seen> | undefined): boolean =>
  step?.['upgradeStatus'] === 101 && step['garbled'] === false;

/** Frame sizes of the client that were carried: those after which the connection stayed up and bytes came. */
function carried(step: z.infer<typeof seen> | undefined): boolean {
  return opens(step) && Number(step?.['receivedBytes']) > 0;
}

/**
 * The switches under which this emulator behaves as the probed service did. What the probe could not see keeps its
 * default. Throws for a file that is no fixture.
 */
export function switchesOf(fixture: unknown): Change {
  const steps = new Map(fixtureSchema.parse(fixture).steps.map((step) => [step.name, step.seen]));
  const change: Change = {};
  const reuse = steps.get('token-reuse');
  if (reuse !== undefined) {
    change.websocketTokenUse = reuse['secondOpens'] === true ? 'until-expiry' : 'once';
    if (reuse['secondOpens'] === false) {
      change.badWebsocketToken = reuse['upgradeStatus'] === 101 ? 'upgrade-then-400' : 'refuse-400';
    }
  }
  const age = steps.get('token-age');
  if (typeof age?.['youngestBadSeconds'] === 'number') {
    // Between the oldest that was good and the youngest that was not.
    change.websocketTokenSeconds = (Number(age['oldestGoodSeconds']) + age['youngestBadSeconds']) / 2;
  }
  const pings = steps.get('pings');
  if (pings !== undefined) {
    change.answerPings = Number(pings['pongs']) > 0;
    const count = Number(pings['servicePings']);
    change.servicePingSeconds = count > 0 ? Number(pings['watchedSeconds']) / count : 0;
  }
  const sizes = [...steps].flatMap(([name, step]) => {
    const bytes = Number(/^message-(\d+)$/.exec(name)?.[1]);
    return Number.isNaN(bytes) ? [] : [{ bytes, isCarried: carried(step) }];
  });
  if (sizes.length > 0) {
    const refused = sizes.some((size) => !size.isCarried);
    change.maxClientFrameBytes = refused
      ? Math.max(1, ...sizes.filter((size) => size.isCarried).map((size) => size.bytes))
      : 0;
  }
  const fragmented = steps.get('fragmented');
  if (fragmented !== undefined) change.fragmentedClientFrames = carried(fragmented) ? 'accept' : 'close';
  const closed = steps.get('closed-port');
  if (closed !== undefined) {
    if (closed['status'] !== 200) change.closedPort = 'tokens-500';
    else if (closed['garbled'] === true) change.closedPort = 'upgrade-then-400';
    else change.closedPort = typeof closed['closeCode'] === 'number' ? 'close-1011' : 'silence';
  }
  const continuation = steps.get('continuation');
  if (typeof continuation?.['keepsAuthToken'] === 'boolean') {
    change.continuation = continuation['keepsAuthToken'] ? 'reuse' : 'rotate';
  }
  return change;
}
