import type { Account, Identity } from '../../shared/account.ts';
import type { AppError, ErrorCode } from '../../shared/errors.ts';

interface Facts {
  readonly error: AppError;
  readonly tenant: { readonly id: string; readonly name: string };
  readonly account: Pick<Account, 'username'>;
  readonly identity: Pick<Identity, 'clientId' | 'authority'>;
}

/** What to ask for, by what is in the way. What the user can mend alone is not here. */
const requests: Partial<Record<ErrorCode, string>> = {
  'sign-in-consent-needed': 'Please grant consent for the organisation to this application:',
  'sign-in-admin-consent-needed': 'Please grant consent for the organisation to this application:',
  'sign-in-device-needed':
    'A conditional-access policy asks for a managed device or an approved app. Please tell me how I can meet it, or exclude this application:',
  'sign-in-policy-blocked':
    'A conditional-access policy blocks this sign-in. Please look it up in the sign-in logs and tell me what I must change:',
  'sign-in-app-unknown':
    'Your directory does not know this application. Please add it, or tell me which one to use:',
  'sign-in-app-blocked':
    'This application is disabled in your directory, or I am not assigned to it. Please enable it, or assign me:',
  'sign-in-not-a-member': 'Please invite me as a guest; I need Reader on the machines that I am to reach:',
  'sign-in-account-blocked': 'My account is disabled, locked or needs a new password. Please look at it:',
};

const needsConsent: ReadonlySet<ErrorCode> = new Set([
  'sign-in-consent-needed',
  'sign-in-admin-consent-needed',
  'sign-in-app-unknown',
]);

/** A message to the directory's administrator with everything they need to look it up; null if they are not needed. */
export function askAdminText({ error, tenant, account, identity }: Facts): string | null {
  const request = requests[error.code];
  if (request === undefined) return null;
  const number = /AADSTS\d+/.exec(error.detail ?? '')?.[0];
  const lines = [
    request,
    '',
    `Directory: ${tenant.name} (${tenant.id})`,
    `Account: ${account.username}`,
    ...(identity.clientId === '' ? [] : [`Application (client) ID: ${identity.clientId}`]),
    'Permission: Azure Service Management, user_impersonation (delegated)',
    ...(number === undefined ? [] : [`Error: ${number}`]),
    ...(error.correlationId === undefined ? [] : [`Correlation ID: ${error.correlationId}`]),
  ];
  if (needsConsent.has(error.code) && identity.clientId !== '') {
    lines.push('', `Consent: ${consentUrl(identity, tenant.id)}`);
  }
  return lines.join('\n');
}

function consentUrl({ authority, clientId }: Facts['identity'], tenantId: string): string {
  const url = new URL(`${authority.replace(/\/$/, '')}/${tenantId}/adminconsent`);
  url.searchParams.set('client_id', clientId);
  return url.href;
}
