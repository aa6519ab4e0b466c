import type { ProxyCredentials } from './proxy.ts';

/** One way in which a proxy lets itself be persuaded, from its `Proxy-Authenticate` header. */
export interface ProxyChallenge {
  /** Lower-case: `basic`, `negotiate`, `ntlm`, `digest`. */
  readonly scheme: string;
  /** What follows the name of the scheme, as it stands. */
  readonly rest: string;
}

/** Answers a proxy's challenges. */
export interface ProxyAuthenticator {
  /** The value of `Proxy-Authorization` for the next try; null: there is no answer. */
  readonly answer: (challenges: readonly ProxyChallenge[]) => Promise<string | null>;
}

/** Basic (RFC 7617): name and password, in UTF-8. */
export class BasicAuthenticator implements ProxyAuthenticator {
  private readonly credentials: ProxyCredentials | null;

  constructor(credentials: ProxyCredentials | null) {
    this.credentials = credentials;
  }

  answer(challenges: readonly ProxyChallenge[]): Promise<string | null> {
    const { credentials } = this;
    if (credentials === null || !challenges.some((each) => each.scheme === 'basic'))
      return Promise.resolve(null);
    const pair = Buffer.from(`${credentials.user}:${credentials.password}`, 'utf8');
    return Promise.resolve(`Basic ${pair.toString('base64')}`);
  }
}

/**
 * Takes the values of all `Proxy-Authenticate` headers apart. A value may hold several challenges, separated by the
 * same commas as their parameters: a challenge begins where a word is followed by a space or by nothing, not by `=`.
 */
export function parseChallenges(headers: readonly string[]): ProxyChallenge[] {
  const challenges: ProxyChallenge[] = [];
  for (const part of headers.flatMap(splitAtCommas)) {
    const start = /^([A-Za-z][\w!#$%&'*+.^`|~-]*)(?:\s+(.*))?$/s.exec(part);
    if (start !== null && !/^\s*=/.test(start[2] ?? ''))
      challenges.push({ scheme: (start[1] ?? '').toLowerCase(), rest: start[2] ?? '' });
    else {
      const last = challenges.pop();
      if (last !== undefined)
        challenges.push({ scheme: last.scheme, rest: last.rest === '' ? part : `${last.rest}, ${part}` });
    }
  }
  return challenges;
}

/** Commas inside quotes separate nothing. */
function splitAtCommas(text: string): string[] {
  const parts = text.match(/(?:"(?:\\.|[^"\\])*"|[^,"]|")+/gs) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
