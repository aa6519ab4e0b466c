import { expect, test } from 'vitest';
import { appError } from '../../shared/errors.ts';
import { askAdminText } from './ask-admin.ts';
import { draftOf, isSameRegistration, readDraft } from './registration-draft.ts';

const facts = {
  tenant: { id: 't-1', name: 'Fabrikam' },
  account: { username: 'ada@contoso.example' },
  identity: { clientId: 'c-1', authority: 'https://login.example' },
};

test('an administrator gets everything to look it up, and the link to consent', () => {
  const error = appError('sign-in-admin-consent-needed', {
    detail: 'ServerError: AADSTS90094: The grant requires admin permission.',
    correlationId: 'corr-1',
  });
  expect(
    askAdminText({ ...facts, error }),
  ).toBe(`Please grant consent for the organisation to this application:

Directory: Fabrikam (t-1)
Account: ada@contoso.example
Application (client) ID: c-1
Permission: Azure Service Management, user_impersonation (delegated)
Error: AADSTS90094
Correlation ID: corr-1

Consent: https://login.example/t-1/adminconsent?client_id=c-1`);
});

test('a policy that blocks needs no link', () => {
  const text = askAdminText({ ...facts, error: appError('sign-in-policy-blocked') });
  expect(text).toContain('conditional-access policy blocks');
  expect(text).not.toContain('adminconsent');
});

test('nobody is asked for what the user can mend', () => {
  expect(askAdminText({ ...facts, error: appError('sign-in-mfa-needed') })).toBeNull();
});

test('an app registration needs its id in the form of one; the directory may stay empty', () => {
  const id = '7d0f4a36-93b2-4a55-8c1e-6a4d2f9b0c77';
  const own = { kind: 'own', clientId: ` ${id} `, tenant: '' } as const;
  expect(readDraft(own)).toEqual({ registration: { kind: 'own', clientId: id, tenant: null } });
  expect(readDraft({ ...own, clientId: 'x' })).toMatchObject({ clientId: expect.any(String), tenant: null });
  expect(readDraft({ ...own, tenant: 'contoso.example' })).toMatchObject({
    clientId: null,
    tenant: expect.any(String),
  });
  expect(readDraft({ kind: 'az', clientId: 'x', tenant: 'x' })).toEqual({ registration: { kind: 'az' } });
});

test('what is in use already needs no button', () => {
  expect(isSameRegistration(draftOf({ kind: 'developer' }), { kind: 'developer' })).toBe(true);
  expect(isSameRegistration(draftOf({ kind: 'developer' }), { kind: 'az' })).toBe(false);
  expect(isSameRegistration(draftOf(null), null)).toBe(false);
});
