import { type Profile, type ProfileDraft, profileDraftSchema } from '../../shared/profile.ts';
import { portSchema, userNameSchema } from '../../shared/session.ts';

/** A draft as it is typed: every field a text, so that wrong input can stand in it. */
export interface TypedDraft {
  readonly name: string;
  readonly folder: string;
  readonly vmId: string;
  readonly protocol: ProfileDraft['protocol'];
  readonly user: string;
  readonly method: ProfileDraft['method'];
  readonly keyPath: string | null;
  readonly port: string;
}

/** What is wrong with a draft, by field; empty if it can be saved. */
export type DraftProblems = Readonly<Partial<Record<'name' | 'folder' | 'user' | 'key' | 'port', string>>>;

/** The usual port of a protocol. */
export function defaultPort(protocol: ProfileDraft['protocol']): number {
  return protocol === 'ssh' ? 22 : 3389;
}

/** A draft for a new saved connection, from what is known of the machine or session it is made of. */
export function newDraft(known: {
  readonly vmId: string;
  readonly vmName: string;
  readonly protocol: ProfileDraft['protocol'];
  readonly user: string;
  readonly method: ProfileDraft['method'];
  readonly keyPath: string | null;
  readonly port: number;
}): TypedDraft {
  const { vmName, port, ...rest } = known;
  return { ...rest, name: vmName, folder: '', port: String(port) };
}

/** The draft of a saved connection that is edited. */
export function draftOf(profile: Profile): TypedDraft {
  const { id: _id, user, port, ...rest } = profile;
  return { ...rest, user: user ?? '', port: String(port) };
}

/** Reads a port as it is typed; null if it is none. */
export function parsePort(text: string): number | null {
  const port = portSchema.safeParse(/^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN);
  return port.success ? port.data : null;
}

/** Why a user name cannot be taken, in words; null if it can. An empty one is left to the sign-in plan. */
export function userProblem(user: string): string | null {
  if (user === '' || userNameSchema.safeParse(user).success) return null;
  return 'A user name has no spaces or signs such as @ : / \\ and does not begin with a dash.';
}

/** The words for a port that is none. */
export const portProblem = 'A port is a number from 1 to 65535.';

/** Checks a typed draft; the draft to be saved, or what is wrong with it. */
export function checkDraft(
  typed: TypedDraft,
): { readonly draft: ProfileDraft } | { readonly problems: DraftProblems } {
  const problems: Partial<Record<keyof DraftProblems, string>> = {};
  const { shape } = profileDraftSchema;
  if (typed.name.trim() === '') problems.name = 'A name is needed.';
  else if (!shape.name.safeParse(typed.name).success) problems.name = 'A name has at most 120 characters.';
  if (!shape.folder.safeParse(typed.folder).success) problems.folder = 'A folder has at most 120 characters.';
  const user = typed.user.trim();
  const wrongUser = userProblem(user);
  if (wrongUser !== null) problems.user = wrongUser;
  if (typed.protocol === 'ssh' && typed.method === 'key' && typed.keyPath === null) {
    problems.key = 'Choose a private key.';
  }
  const port = parsePort(typed.port);
  if (port === null) problems.port = portProblem;
  if (port === null || Object.keys(problems).length > 0) return { problems };
  const isSsh = typed.protocol === 'ssh';
  return {
    draft: {
      name: typed.name.trim(),
      folder: typed.folder.trim(),
      vmId: typed.vmId,
      protocol: typed.protocol,
      user: user === '' ? null : user,
      method: isSsh ? typed.method : null,
      keyPath: isSsh && typed.method === 'key' ? typed.keyPath : null,
      port,
    },
  };
}
