/** What `ssh` asks through askpass. The text is all it gives, and a server can choose the text of some prompts. */
export type SshPrompt =
  | { readonly kind: 'host-key'; readonly keyType: string; readonly fingerprint: string }
  /** The password prompt of the client itself, for exactly this user and machine. */
  | { readonly kind: 'password' }
  /** The passphrase of exactly the key file that was chosen. */
  | { readonly kind: 'passphrase' }
  /** Anything else: shown as it is. `fromServer` if the remote machine chose the text. */
  | { readonly kind: 'other'; readonly text: string; readonly fromServer: boolean };

export interface Expected {
  readonly user: string;
  readonly hostKeyAlias: string;
  readonly keyPath: string | null;
}

/**
 * Tells prompts apart. Only texts that the client itself composes for this connection count as password or passphrase,
 * so that a server cannot get a stored secret by imitating a prompt: what comes from it (keyboard-interactive)
 * carries the client's prefix `(user@host) `.
 */
export function readPrompt(text: string, expected: Expected): SshPrompt {
  if (text.startsWith("The authenticity of host '")) {
    const key = /\n(\S+) key fingerprint is (SHA256:[A-Za-z0-9+/]{43})\.?\s/.exec(text);
    if (key !== null) return { kind: 'host-key', keyType: key[1] ?? '', fingerprint: key[2] ?? '' };
  }
  // The client cuts both names: 30 and 128 characters.
  if (text === `${expected.user.slice(0, 30)}@${expected.hostKeyAlias.slice(0, 128)}'s password: `)
    return { kind: 'password' };
  if (
    expected.keyPath !== null &&
    text === `Enter passphrase for key '${expected.keyPath.slice(0, 100)}': `
  ) {
    return { kind: 'passphrase' };
  }
  const prefix = `(${expected.user}@${expected.hostKeyAlias}) `;
  return text.startsWith(prefix)
    ? { kind: 'other', text: text.slice(prefix.length), fromServer: true }
    : { kind: 'other', text, fromServer: !text.startsWith('Enter ') };
}
