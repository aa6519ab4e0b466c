import type { Call, Reply } from '../net/http.ts';
import { parseForm } from '../net/http.ts';
import type { EntraContext } from './context.ts';
import { isKnownClient } from './context.ts';
import { errorReply, refusal } from './errors.ts';
import { accountPicker, deviceCodePage, deviceDonePage } from './pages.ts';

const deviceLifeSeconds = 900;

/** `POST /{tenant}/oauth2/v2.0/devicecode`: hands out a code for another device. */
export async function startDevice(
  context: EntraContext,
  tenant: string,
  call: Call,
  correlationId: string,
): Promise<Reply> {
  const form = parseForm(await call.body());
  if (!isKnownClient(context, form['client_id'])) {
    return errorReply(
      refusal('unauthorized_client', 700016, 'The application was not found in the directory.'),
      correlationId,
      context.world.now(),
    );
  }
  const { code, grant } = context.grants.addDevice({
    clientId: form['client_id'],
    tenant,
    scope: form['scope'] ?? '',
    expiresAt: context.world.now() + deviceLifeSeconds * 1000,
  });
  const address = `${context.front()}/device`;
  return {
    status: 200,
    headers: { 'Cache-Control': 'no-store' },
    body: {
      user_code: grant.userCode,
      device_code: code,
      verification_uri: address,
      expires_in: deviceLifeSeconds,
      interval: context.world.estate.switches.deviceCodeIntervalSeconds,
      message: `To sign in, use a web browser to open the page ${address} and enter the code ${grant.userCode} to authenticate.`,
    },
  };
}

/** `GET /device[?user_code=…]`: asks for the code, then for the account. */
export function showDevice(context: EntraContext, call: Call): Reply {
  const userCode = normalise(call.url.searchParams.get('user_code'));
  if (userCode === '') return deviceCodePage(undefined);
  const grant = context.grants.deviceByUserCode(userCode);
  if (!grant || grant.decision !== 'pending' || grant.expiresAt <= context.world.now()) {
    return deviceCodePage('That code is not right, was used, or has expired.');
  }
  return accountPicker({
    action: '/device',
    users: context.world.estate.users,
    tenant: context.world.directory.tenant(grant.tenant),
    application: grant.clientId,
    fields: { user_code: userCode },
    hint: undefined,
  });
}

/** `POST /device` with `user_code` and `upn`, or `cancel`. */
export async function decideDevice(context: EntraContext, call: Call): Promise<Reply> {
  const form = parseForm(await call.body());
  const grant = context.grants.deviceByUserCode(normalise(form['user_code']));
  if (!grant || grant.decision !== 'pending' || grant.expiresAt <= context.world.now()) {
    return deviceCodePage('That code is not right, was used, or has expired.');
  }
  const user = form['cancel'] === undefined ? context.world.directory.user(form['upn'] ?? '') : undefined;
  grant.decision = user ? { upn: user.upn } : 'declined';
  if (user) context.world.counters.authorizations += 1;
  return deviceDonePage(user !== undefined);
}

function normalise(userCode: string | null | undefined): string {
  return (userCode ?? '').trim().toUpperCase();
}
