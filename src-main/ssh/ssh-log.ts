import { type AppError, appError } from '../../shared/errors.ts';
import { redact } from '../log/redact.ts';
import type { KeyFingerprint } from './host-keys.ts';

/** What the client's own log (`ssh -v -E file`) has told so far. */
export interface SshProgress {
  readonly hostKey: KeyFingerprint | null;
  readonly isAuthenticated: boolean;
  readonly hasHostKeyChanged: boolean;
  readonly isHostKeyRefused: boolean;
  readonly isAuthenticationRefused: boolean;
  readonly unreadableKey: string | null;
  /** The last lines that are not debug output. */
  readonly lastWords: readonly string[];
}

export const noProgress: SshProgress = {
  hostKey: null,
  isAuthenticated: false,
  hasHostKeyChanged: false,
  isHostKeyRefused: false,
  isAuthenticationRefused: false,
  unreadableKey: null,
  lastWords: [],
};

const keptWords = 6;

/**
 * Folds one line of the log in. Lines are the client's own, but a server can slip lines of its own in (debug messages
 * keep their line ends): they explain failures and fill in progress, they never decide that somebody is signed in.
 */
export function readLogLine(progress: SshProgress, line: string): SshProgress {
  const hostKey = /^debug1: Server host key: (\S+) (SHA256:\S+)/.exec(line);
  if (hostKey !== null)
    return { ...progress, hostKey: { keyType: hostKey[1] ?? '', fingerprint: hostKey[2] ?? '' } };
  if (/^Authenticated to \S+ \(\[127\.[\d.]+\]:\d+\) using "/.test(line))
    return { ...progress, isAuthenticated: true };
  if (line.startsWith('debug')) return progress;
  if (line.trim() === '' || /^(OpenSSH_|Authenticated to |Transferred: |Bytes per second: )/.test(line))
    return progress;
  const words = { ...progress, lastWords: [...progress.lastWords, line.trim()].slice(-keptWords) };
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(line)) return { ...words, hasHostKeyChanged: true };
  if (line.startsWith('Host key verification failed')) return { ...words, isHostKeyRefused: true };
  if (/: Permission denied \(|Too many authentication failures/.test(line))
    return { ...words, isAuthenticationRefused: true };
  const key =
    /^(?:Load key "(.+)": |no such identity: (.+?): |Warning: Identity file (.+?) not accessible)/.exec(line);
  if (key !== null) return { ...words, unreadableKey: key[1] ?? key[2] ?? key[3] ?? '' };
  return words;
}

/** Why a connection did not come about, from what the client said. */
export function explainFailure(progress: SshProgress): AppError {
  const detail = redact(progress.lastWords.join('\n'));
  if (progress.hasHostKeyChanged) return appError('ssh-host-key-changed', { detail });
  if (progress.isHostKeyRefused) return appError('ssh-host-key-refused', { detail });
  if (progress.unreadableKey !== null) return appError('ssh-key-unreadable', { detail });
  if (progress.isAuthenticationRefused) return appError('ssh-auth-failed', { detail });
  return appError('ssh-failed', { detail });
}
