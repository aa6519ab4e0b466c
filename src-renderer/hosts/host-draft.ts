import { type HostDraft, hostDraftSchema } from '../../shared/hosts.ts';

/** A host as it stands in the form. */
export interface TypedHost {
  readonly name: string;
  readonly address: string;
  readonly os: HostDraft['os'];
  readonly bastionId: string;
}

/** What is wrong with the fields of a host, by field. */
export type HostProblems = Partial<Record<'address' | 'bastionId', string>>;

export const emptyHost: TypedHost = { name: '', address: '', os: 'linux', bastionId: '' };

/** Reads the form. */
export function checkHost(
  typed: TypedHost,
): { readonly draft: HostDraft } | { readonly problems: HostProblems } {
  const address = typed.address.trim();
  const problems: HostProblems = {
    ...(hostDraftSchema.shape.address.safeParse(address).success
      ? {}
      : { address: 'An IPv4 address has four numbers, such as 10.1.2.3.' }),
    ...(typed.bastionId === '' ? { bastionId: 'Choose the Bastion that connects to it.' } : {}),
  };
  if (Object.keys(problems).length > 0) return { problems };
  return { draft: { name: typed.name.trim(), address, os: typed.os, bastionId: typed.bastionId } };
}
