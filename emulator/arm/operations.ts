import { randomUUID } from 'node:crypto';
import type { Reply } from '../net/http.ts';
import type { Json } from '../estate/wire-compute.ts';
import type { World } from '../world.ts';

interface Operation {
  readonly id: string;
  readonly name: string;
  readonly startedAt: number;
  status: 'InProgress' | 'Succeeded' | 'Failed';
  error?: Json;
  readonly result: () => unknown;
}

/** What starts an operation. */
interface OperationStart {
  readonly subscriptionId: string;
  readonly provider: string;
  readonly location: string;
  readonly apiVersion: string;
  /** Runs when the operation succeeds. */
  readonly finish: () => void;
  /** Runs instead when it fails. */
  readonly fail?: () => void;
  /** Body of the result address, once done. */
  readonly result?: () => unknown;
}

/** Long-running operations: they run on a timer, and clients poll them. */
export interface Operations {
  /** Starts one; gives the headers that point to it. With a length of 0 s it is done at once. */
  start(input: OperationStart): Readonly<Record<string, string>>;
  /** Answers a poll of `…/operations/{id}`. */
  poll(id: string): Reply | undefined;
  /** Answers a poll of `…/operationResults/{id}`: 202 until done. */
  result(id: string): Reply | undefined;
  /** Forgets what still runs; nothing is finished any more. */
  dispose(): void;
}

/** An empty table. `base` gives the scheme, host and port of links. */
export function createOperations(world: World, base: () => string): Operations {
  const table = new Map<string, Operation>();
  const timers = new Set<NodeJS.Timeout>();
  const retryAfter = (): Record<string, string> => ({
    'Retry-After': world.estate.switches.armOperationSeconds > 0 ? '1' : '0',
  });
  return {
    start(input) {
      const id = randomUUID();
      const fault = world.faults.take('failOperations');
      const operation: Operation = {
        id,
        name: id,
        startedAt: world.now(),
        status: 'InProgress',
        result: input.result ?? (() => undefined),
      };
      table.set(id, operation);
      const complete = (): void => {
        if (fault) {
          operation.status = 'Failed';
          operation.error = { code: fault.code, message: 'The operation could not be completed.' };
          input.fail?.();
        } else {
          operation.status = 'Succeeded';
          input.finish();
        }
      };
      const ms = world.estate.switches.armOperationSeconds * 1000;
      if (ms === 0) complete();
      else {
        const timer = setTimeout(() => {
          timers.delete(timer);
          complete();
        }, ms);
        timer.unref();
        timers.add(timer);
      }
      const prefix = `${base()}/subscriptions/${input.subscriptionId}/providers/${input.provider}/locations/${input.location}`;
      return {
        'Azure-AsyncOperation': `${prefix}/operations/${id}?api-version=${input.apiVersion}`,
        Location: `${prefix}/operationResults/${id}?api-version=${input.apiVersion}`,
        ...retryAfter(),
      };
    },
    poll(id) {
      const operation = table.get(id);
      if (!operation) return undefined;
      return {
        status: 200,
        headers: operation.status === 'InProgress' ? retryAfter() : {},
        body: {
          name: operation.name,
          status: operation.status,
          startTime: new Date(operation.startedAt).toISOString(),
          ...(operation.error ? { error: operation.error } : {}),
        },
      };
    },
    result(id) {
      const operation = table.get(id);
      if (!operation) return undefined;
      if (operation.status === 'InProgress') {
        return {
          status: 202,
          headers: {
            ...retryAfter(),
            Location: `${base()}/providers/Microsoft.Resources/operationResults/${id}`,
          },
        };
      }
      if (operation.status === 'Failed') return { status: 409, body: { error: operation.error } };
      const body = operation.result();
      return body === undefined ? { status: 200 } : { status: 200, body };
    },
    dispose() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
