/**
 * Speaks like the Azure CLI, as far as this program asks it: `az account show` and `az account get-access-token`. Its session
 * is a JSON file, the first argument; its tokens come from the sign-in service that the file names.
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';

const [sessionPath, ...args] = process.argv.slice(2);
const session = JSON.parse(readFileSync(sessionPath, 'utf8'));

function fail(text) {
  process.stderr.write(`ERROR: ${text}\n`);
  process.exit(1);
}

function say(value) {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

function option(name) {
  return args[args.indexOf(name) + 1];
}

function post(url, form) {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: 'POST',
        ca: readFileSync(session.caFile),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      (answer) => {
        let text = '';
        answer.on('data', (part) => {
          text += part;
        });
        answer.on('end', () => resolve(JSON.parse(text)));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(new URLSearchParams(form).toString());
  });
}

if (session.refreshToken === null) fail("Please run 'az login' to setup account.");

const verb = args.slice(0, 2).join(' ');
if (verb === 'account show') {
  say({
    environmentName: session.cloudName,
    homeTenantId: session.tenantId,
    id: '00000000-1111-2222-3333-444444444444',
    isDefault: true,
    managedByTenants: [],
    name: 'Subscription',
    state: 'Enabled',
    tenantId: session.tenantId,
    user: { name: session.username, type: 'user' },
  });
} else if (verb === 'account get-access-token') {
  const tenant = option('--tenant');
  const answer = await post(`${session.authority}/${tenant}/oauth2/v2.0/token`, {
    grant_type: 'refresh_token',
    client_id: session.clientId,
    refresh_token: session.refreshToken,
    scope: `${option('--scope')} openid profile offline_access`,
  });
  if (answer.error !== undefined) {
    fail(
      `${answer.error_description}\nInteractive authentication is needed. Please run:\naz login --tenant "${tenant}"`,
    );
  }
  const expires = Math.floor(Date.now() / 1000) + answer.expires_in;
  say({
    accessToken: answer.access_token,
    expiresOn: '2026-01-01 00:00:00.000000',
    expires_on: expires,
    tenant,
    tokenType: 'Bearer',
  });
} else {
  fail(`'${args.join(' ')}' is misspelled or not recognized by the system.`);
}
