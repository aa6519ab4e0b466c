import { expect, test } from 'vitest';
import { appError } from '../../shared/errors.ts';
import { err } from '../../shared/result.ts';
import { callHttp } from '../net/https-request.ts';
import type { SecureConnector } from '../net/secure-connector.ts';
import { toReachError } from './bastion-errors.ts';
import { ExchangeAgent } from './exchange-agent.ts';

test('a call that takes over a connection is told why it could not be made, and does not dial again', async () => {
  let dials = 0;
  let refuse: () => void = () => undefined;
  const refused = new Promise<void>((resolve) => {
    refuse = resolve;
  });
  const connector = {
    connect: async () => {
      dials += 1;
      await refused;
      return err(appError('proxy-unreachable', { detail: 'proxy.example:8080' }));
    },
  } as unknown as SecureConnector;
  const agent = new ExchangeAgent(connector);
  const warming = agent.warm('bastion.example', 443);
  const call = callHttp({
    method: 'POST',
    url: 'https://bastion.example/x',
    body: '',
    timeoutMs: 5_000,
    agent,
  });
  const failed = call.then(
    () => null,
    (error: unknown) => toReachError(error),
  );
  refuse();
  expect(await failed).toMatchObject({ code: 'proxy-unreachable', detail: 'proxy.example:8080' });
  await warming;
  expect(dials).toBe(1);
  agent.destroy();
});
