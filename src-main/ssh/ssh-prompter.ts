import type { AskTrust } from '../trust.ts';
import { type HostKeys, hostKeyAlias, type Machine } from './host-keys.ts';
import { readPrompt } from './ssh-prompt.ts';

/** Secrets of one session: in memory, for as long as the session is in the list. */
export interface SessionSecrets {
  password: string | null;
  passphrase: string | null;
}

interface Needs {
  readonly ask: AskTrust;
  readonly hostKeys: HostKeys;
  readonly machine: Machine;
  readonly vmName: string;
  readonly user: string;
  readonly keyPath: string | null;
  readonly secrets: SessionSecrets;
  /** False for an old client: then any prompt may be the server's, and nothing stored answers it. */
  readonly marksServerText: boolean;
  readonly signal: AbortSignal;
  /** A person said no, or closed the window: what follows is not a failure of the machine. */
  readonly onCancelled: (question: 'host-key' | 'secret') => void;
}

/** Answers the questions of one `ssh` process, from what the session already knows or by asking. */
export class SshPrompter {
  private readonly needs: Needs;
  /** A secret that was given once and is asked for again was wrong. */
  private readonly given = new Set<'password' | 'passphrase'>();

  constructor(needs: Needs) {
    this.needs = needs;
  }

  async answer(text: string): Promise<string | null> {
    const { machine, user, keyPath } = this.needs;
    const prompt = readPrompt(text, { user, keyPath, hostKeyAlias: hostKeyAlias(machine) });
    switch (prompt.kind) {
      case 'host-key':
        return this.decideHostKey(prompt.keyType, prompt.fingerprint);
      case 'password':
        if (!this.needs.marksServerText) return this.askText('Sign-in', text, true);
        return this.giveSecret('password', `Password for ${user}`, `${user} on ${this.needs.vmName}`);
      case 'passphrase':
        if (!this.needs.marksServerText) return this.askText('Sign-in', text, true);
        return this.giveSecret('passphrase', 'Passphrase of the private key', keyPath ?? '');
      case 'other':
        return this.askText('Sign-in', prompt.text, prompt.fromServer);
    }
  }

  /** Answers with the fingerprint itself: `ssh` then pins the very key that the person saw, and no other. */
  private async decideHostKey(keyType: string, fingerprint: string): Promise<string | null> {
    const { ask, hostKeys, machine, vmName, signal } = this.needs;
    const outcome = await ask(
      {
        kind: 'host-key-unknown',
        subject: vmName,
        keyType,
        fingerprint,
        explanation: hostKeys.explainUnknown(machine),
      },
      signal,
    );
    if (outcome.kind !== 'accepted') {
      this.needs.onCancelled('host-key');
      return 'no';
    }
    await hostKeys.notePinned(machine, Date.now());
    return fingerprint;
  }

  private async giveSecret(
    kind: 'password' | 'passphrase',
    title: string,
    prompt: string,
  ): Promise<string | null> {
    const { secrets } = this.needs;
    const stored = secrets[kind];
    const isRepeated = this.given.has(kind);
    this.given.add(kind);
    if (stored !== null && !isRepeated) return stored;
    const text = isRepeated ? `${prompt} (the previous one was not accepted)` : prompt;
    const answer = await this.askText(title, text, false);
    secrets[kind] = answer;
    return answer;
  }

  private async askText(title: string, prompt: string, fromServer: boolean): Promise<string | null> {
    const { ask, vmName, signal } = this.needs;
    const outcome = await ask(
      { kind: 'secret', subject: vmName, title, prompt, fromServer, echo: false },
      signal,
    );
    if (outcome.kind === 'accepted') return outcome.secret;
    this.needs.onCancelled('secret');
    return null;
  }
}
