import { type Registration, registrationSchema } from '../../shared/account.ts';

/** What the form holds while it is typed in. */
export interface RegistrationDraft {
  readonly kind: Registration['kind'];
  readonly clientId: string;
  readonly tenant: string;
}

/** The form as it begins. */
export function draftOf(registration: Registration | null): RegistrationDraft {
  return {
    kind: registration?.kind ?? 'own',
    clientId: registration?.kind === 'own' ? registration.clientId : '',
    tenant: registration?.kind === 'own' ? (registration.tenant ?? '') : '',
  };
}

/** The choice that a draft makes, or what is wrong with which field. */
export function readDraft(
  draft: RegistrationDraft,
):
  | { readonly registration: Registration }
  | { readonly clientId: string | null; readonly tenant: string | null } {
  if (draft.kind !== 'own') return { registration: { kind: draft.kind } };
  const tenant = draft.tenant.trim();
  const parsed = registrationSchema.safeParse({
    kind: 'own',
    clientId: draft.clientId.trim(),
    tenant: tenant === '' ? null : tenant,
  });
  if (parsed.success) return { registration: parsed.data };
  const isWrong = (field: string) => parsed.error.issues.some((issue) => issue.path[0] === field);
  const form = 'An id such as 11112222-bbbb-3333-cccc-4444dddd5555';
  return { clientId: isWrong('clientId') ? form : null, tenant: isWrong('tenant') ? form : null };
}

/** Whether a draft says the same as what is in use. */
export function isSameRegistration(draft: RegistrationDraft, registration: Registration | null): boolean {
  const read = readDraft(draft);
  if (!('registration' in read) || registration === null) return false;
  return JSON.stringify(draftOf(read.registration)) === JSON.stringify(draftOf(registration));
}
