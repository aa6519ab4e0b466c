/** A piece of a query with its place. */
export interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

/** A query that the service would refuse, or that this subset does not know; both get the service's answer. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly at: number;
  readonly token: string;
  constructor(message: string, token: Token) {
    super(message);
    this.at = token.at;
    this.token = token.text;
  }
}

const signs = [
  '==',
  '=~',
  '!=',
  '!~',
  '<=',
  '>=',
  '..',
  '|',
  '(',
  ')',
  '[',
  ']',
  ',',
  '.',
  '=',
  '<',
  '>',
  '$',
];
// `in~` and `!in~`, `!contains` and the like are single words of the language.
const word = /^(!?[A-Za-z_][A-Za-z0-9_]*~?)/;

/** Splits a query. Throws `QueryError` at a character that starts nothing. */
export function tokenize(query: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    const rest = query.slice(at);
    const blank = /^(?:\s+|\/\/[^\n]*)/.exec(rest);
    if (blank) {
      at += blank[0].length;
      continue;
    }
    const text = readText(rest);
    if (text) {
      tokens.push({ kind: 'text', text: text.value, at });
      at += text.length;
      continue;
    }
    const number = /^\d+(\.\d+)?/.exec(rest);
    if (number) {
      tokens.push({ kind: 'number', text: number[0], at });
      at += number[0].length;
      continue;
    }
    const name = word.exec(rest);
    if (name?.[1] !== undefined) {
      const found = /^!?(in|has|contains|startswith|endswith)~?$/i.test(name[1])
        ? name[1]
        : plainName(name[1]);
      if (found !== '') {
        tokens.push({ kind: 'name', text: found, at });
        at += found.length;
        continue;
      }
    }
    const sign = signs.find((candidate) => rest.startsWith(candidate));
    if (sign === undefined) throw new QueryError('ParserFailure', { kind: 'sign', text: rest.charAt(0), at });
    tokens.push({ kind: 'sign', text: sign, at });
    at += sign.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', at });
  return tokens;
}

/** A name without the marks that only operators carry; hyphens belong to the words of `project-away` and its like. */
function plainName(text: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*/.exec(text)?.[0] ?? '';
}

function readText(rest: string): { readonly value: string; readonly length: number } | undefined {
  const verbatim = /^@(['"])((?:(?!\1)[\s\S])*)\1/.exec(rest);
  if (verbatim) return { value: verbatim[2] ?? '', length: verbatim[0].length };
  const plain = /^(['"])((?:\\.|(?!\1)[^\\\n])*)\1/.exec(rest);
  if (!plain) return undefined;
  const value = (plain[2] ?? '').replace(/\\(.)/g, (_all, char: string) =>
    char === 'n' ? '\n' : char === 't' ? '\t' : char,
  );
  return { value, length: plain[0].length };
}
