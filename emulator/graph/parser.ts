import { QueryError, type Token, tokenize } from './lexer.ts';

/** A value or a test in a query. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'column'; readonly name: string; readonly token: Token }
  | { readonly kind: 'member'; readonly of: Expression; readonly key: Expression }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly token: Token;
    }
  | {
      readonly kind: 'compare';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'in';
      readonly operator: string;
      readonly left: Expression;
      readonly list: readonly Expression[];
    }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression };

/** A named column of `project` or `extend`. */
export interface NamedExpression {
  readonly name: string;
  readonly value: Expression;
}

/** One step after a `|`. */
export type Step =
  | { readonly kind: 'where'; readonly test: Expression }
  | { readonly kind: 'extend' | 'project'; readonly columns: readonly NamedExpression[] }
  | {
      readonly kind: 'order';
      readonly keys: readonly { readonly value: Expression; readonly isAscending: boolean }[];
    }
  | { readonly kind: 'take'; readonly count: number }
  | { readonly kind: 'count' }
  | { readonly kind: 'distinct'; readonly columns: readonly NamedExpression[] }
  | { readonly kind: 'summarize'; readonly name: string; readonly by: readonly NamedExpression[] }
  /** Rows of this table beside those of another query with the same text in the column `on`. */
  | {
      readonly kind: 'join';
      readonly flavour: 'inner' | 'leftouter';
      readonly other: Query;
      readonly on: string;
      readonly token: Token;
    };

/** A parsed query. */
export interface Query {
  readonly table: string;
  readonly steps: readonly Step[];
}

const comparisons = new Set(['==', '=~', '!=', '!~', '<', '<=', '>', '>=']);
const wordComparisons = new Set([
  'has',
  '!has',
  'contains',
  '!contains',
  'startswith',
  '!startswith',
  'endswith',
  '!endswith',
]);
const listComparisons = new Set(['in', '!in', 'in~', '!in~']);

/** Parses a query of the subset. Throws `QueryError` for what is wrong or not known. */
export function parseQuery(text: string): Query {
  const tokens = tokenize(text);
  let at = 0;
  const peek = (): Token => tokens[at] ?? { kind: 'end', text: '<EOF>', at: text.length };
  const next = (): Token => {
    const token = peek();
    at += 1;
    return token;
  };
  const fail = (token = peek()): never => {
    throw new QueryError('ParserFailure', token);
  };
  const isSign = (sign: string): boolean => peek().kind === 'sign' && peek().text === sign;
  const isWord = (word: string): boolean => peek().kind === 'name' && peek().text.toLowerCase() === word;
  const take = (sign: string): void => {
    if (!isSign(sign)) fail();
    next();
  };
  const takeWord = (word: string): void => {
    if (!isWord(word)) fail();
    next();
  };
  const name = (): string => (peek().kind === 'name' ? next().text : fail());

  const whole = query();
  if (peek().kind !== 'end') fail();
  return whole;

  function query(): Query {
    const table = next();
    if (table.kind !== 'name') fail(table);
    const steps: Step[] = [];
    while (isSign('|')) {
      next();
      steps.push(step());
    }
    return { table: table.text, steps };
  }

  function step(): Step {
    const token = next();
    switch (token.kind === 'name' ? token.text.toLowerCase() : '') {
      case 'where':
        return { kind: 'where', test: expression() };
      case 'extend':
        return { kind: 'extend', columns: namedList() };
      case 'project':
        return { kind: 'project', columns: namedList() };
      case 'distinct':
        return { kind: 'distinct', columns: namedList() };
      case 'order':
      case 'sort':
        takeWord('by');
        return { kind: 'order', keys: orderKeys() };
      case 'limit':
      case 'take':
        return { kind: 'take', count: integer() };
      case 'count':
        return { kind: 'count' };
      case 'summarize':
        return summarize();
      case 'join':
        return join(token);
      default:
        return fail(token);
    }
  }

  /** `join kind=leftouter (query) on column`. The service knows other flavours and keys, which nobody here uses. */
  function join(token: Token): Step {
    takeWord('kind');
    take('=');
    const flavour = name().toLowerCase();
    if (flavour !== 'inner' && flavour !== 'leftouter') return fail(token);
    take('(');
    const other = query();
    take(')');
    takeWord('on');
    return { kind: 'join', flavour, other, on: name(), token };
  }

  function integer(): number {
    const token = next();
    return token.kind === 'number' && /^\d+$/.test(token.text) ? Number(token.text) : fail(token);
  }

  function summarize(): Step {
    let result = 'count_';
    let word = name();
    if (isSign('=')) {
      next();
      result = word;
      word = name();
    }
    if (word.toLowerCase() !== 'count') fail();
    take('(');
    take(')');
    if (!isWord('by')) return { kind: 'summarize', name: result, by: [] };
    next();
    return { kind: 'summarize', name: result, by: namedList() };
  }

  function orderKeys(): { value: Expression; isAscending: boolean }[] {
    const keys: { value: Expression; isAscending: boolean }[] = [];
    do {
      if (keys.length > 0) next();
      const value = expression();
      // The language sorts downwards unless told otherwise.
      let isAscending = false;
      if (isWord('asc') || isWord('desc')) isAscending = next().text.toLowerCase() === 'asc';
      keys.push({ value, isAscending });
    } while (isSign(','));
    return keys;
  }

  function namedList(): NamedExpression[] {
    const columns: NamedExpression[] = [];
    do {
      if (columns.length > 0) next();
      if (peek().kind === 'name' && tokens[at + 1]?.kind === 'sign' && tokens[at + 1]?.text === '=') {
        const column = name();
        next();
        columns.push({ name: column, value: expression() });
      } else {
        const value = expression();
        columns.push({ name: impliedName(value, columns.length), value });
      }
    } while (isSign(','));
    return columns;
  }

  function expression(): Expression {
    let left = conjunction();
    while (isWord('or')) {
      next();
      left = { kind: 'or', left, right: conjunction() };
    }
    return left;
  }

  function conjunction(): Expression {
    let left = comparison();
    while (isWord('and')) {
      next();
      left = { kind: 'and', left, right: comparison() };
    }
    return left;
  }

  function comparison(): Expression {
    const left = operand();
    const token = peek();
    const operator = token.text.toLowerCase();
    if (token.kind === 'sign' && comparisons.has(operator)) {
      next();
      return { kind: 'compare', operator, left, right: operand() };
    }
    if (token.kind === 'name' && wordComparisons.has(operator)) {
      next();
      return { kind: 'compare', operator, left, right: operand() };
    }
    if (token.kind === 'name' && listComparisons.has(operator)) {
      next();
      take('(');
      const list = isSign(')') ? [] : argumentsList();
      take(')');
      return { kind: 'in', operator, left, list };
    }
    return left;
  }

  function argumentsList(): Expression[] {
    const list = [expression()];
    while (isSign(',')) {
      next();
      list.push(expression());
    }
    return list;
  }

  function operand(): Expression {
    let value = primary();
    for (;;) {
      if (isSign('.')) {
        next();
        value = { kind: 'member', of: value, key: { kind: 'literal', value: name() } };
      } else if (isSign('[')) {
        next();
        value = { kind: 'member', of: value, key: expression() };
        take(']');
      } else return value;
    }
  }

  function primary(): Expression {
    const token = next();
    if (token.kind === 'text') return { kind: 'literal', value: token.text };
    if (token.kind === 'number') return { kind: 'literal', value: Number(token.text) };
    if (token.kind === 'sign' && token.text === '(') {
      const inner = expression();
      take(')');
      return inner;
    }
    if (token.kind !== 'name') return fail(token);
    if (isSign('(')) {
      next();
      const args = isSign(')') ? [] : argumentsList();
      take(')');
      return { kind: 'call', name: token.text.toLowerCase(), args, token };
    }
    const literals: Record<string, unknown> = { true: true, false: false, null: null };
    return token.text in literals
      ? { kind: 'literal', value: literals[token.text] }
      : { kind: 'column', name: token.text, token };
  }
}

/** The column name of an expression without one: the last part of a path joined by `_`, else `ColumnN`. */
function impliedName(value: Expression, index: number): string {
  if (value.kind === 'column') return value.name;
  if (value.kind === 'member' && value.key.kind === 'literal') {
    return `${impliedName(value.of, index)}_${String(value.key.value)}`;
  }
  if (value.kind === 'call' && value.args[0]) return impliedName(value.args[0], index);
  return `Column${index + 1}`;
}
