import { QueryError } from './lexer.ts';
import type { Expression, NamedExpression, Query, Step } from './parser.ts';

/** A row: gives the value of a column; columns are only rendered when asked for. */
export type Row = (column: string) => unknown;

/** Rows and the columns they have. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

type Evaluator = (row: Row) => unknown;

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

const isEmpty = (value: unknown): boolean => asText(value) === '';

/** Ordinary functions: all arguments are evaluated. */
const functions: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  tostring: ([value]) => asText(value),
  tolower: ([value]) => asText(value).toLowerCase(),
  toupper: ([value]) => asText(value).toUpperCase(),
  isempty: ([value]) => isEmpty(value),
  isnotempty: ([value]) => !isEmpty(value),
  isnull: ([value]) => value === undefined || value === null,
  isnotnull: ([value]) => value !== undefined && value !== null,
  not: ([value]) => value !== true,
  strcat: (args) => args.map(asText).join(''),
  coalesce: (args) => args.find((value) => !isEmpty(value)),
  iff: ([test, yes, no]) => (test === true ? yes : no),
  iif: ([test, yes, no]) => (test === true ? yes : no),
  array_length: ([value]) => (Array.isArray(value) ? value.length : undefined),
  split: ([value, by]) => asText(value).split(asText(by)),
  toint: ([value]) => toNumber(value),
  tolong: ([value]) => toNumber(value),
  tobool: ([value]) => (typeof value === 'boolean' ? value : /^true$/i.test(asText(value))),
  strlen: ([value]) => asText(value).length,
  substring: ([value, start, length]) =>
    asText(value).substring(Number(start), length === undefined ? undefined : Number(start) + Number(length)),
};

function toNumber(value: unknown): number | undefined {
  const number = Number(asText(value) || Number.NaN);
  return Number.isFinite(number) ? Math.trunc(number) : undefined;
}

/** Whether `term` stands in `text` as a whole word, which is what `has` means. */
function hasTerm(text: string, term: string): boolean {
  const escaped = term.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![a-z0-9])${escaped}(?![a-z0-9])`).test(text.toLowerCase());
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;
const sameValue = (left: unknown, right: unknown): boolean =>
  !isAbsent(left) && !isAbsent(right) && (left === right || asText(left) === asText(right));

function compare(operator: string, left: unknown, right: unknown): boolean {
  if (operator.startsWith('!') && operator !== '!=' && operator !== '!~')
    return !compare(operator.slice(1), left, right);
  const one = asText(left).toLowerCase();
  const other = asText(right).toLowerCase();
  switch (operator) {
    case '==':
      return sameValue(left, right);
    case '!=':
      return !sameValue(left, right);
    case '=~':
      return !isAbsent(left) && one === other;
    case '!~':
      return isAbsent(left) || one !== other;
    case 'has':
      return hasTerm(one, other);
    case 'contains':
      return one.includes(other);
    case 'startswith':
      return one.startsWith(other);
    case 'endswith':
      return one.endsWith(other);
    default: {
      const [a, b] =
        typeof left === 'number' || typeof right === 'number' ? [Number(left), Number(right)] : [one, other];
      return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
    }
  }
}

function member(of: unknown, key: unknown): unknown {
  if (Array.isArray(of)) return typeof key === 'number' ? of.at(key) : undefined;
  if (typeof of !== 'object' || of === null) return undefined;
  const name = asText(key);
  return Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : undefined;
}

/** Makes a function of an expression. Throws `QueryError` for a column or function that does not exist. */
function compile(expression: Expression, columns: ReadonlySet<string>): Evaluator {
  switch (expression.kind) {
    case 'literal':
      return () => expression.value;
    case 'column': {
      const { name, token } = expression;
      if (!columns.has(name)) throw new QueryError('InvalidQuery', token);
      return (row) => row(name);
    }
    case 'member': {
      const of = compile(expression.of, columns);
      const key = compile(expression.key, columns);
      return (row) => member(of(row), key(row));
    }
    case 'call': {
      const apply = Object.hasOwn(functions, expression.name) ? functions[expression.name] : undefined;
      if (!apply) throw new QueryError('InvalidQuery', expression.token);
      const args = expression.args.map((arg) => compile(arg, columns));
      return (row) => apply(args.map((arg) => arg(row)));
    }
    case 'compare': {
      const left = compile(expression.left, columns);
      const right = compile(expression.right, columns);
      return (row) => compare(expression.operator, left(row), right(row));
    }
    case 'in':
      return compileIn(expression, columns);
    case 'and':
    case 'or': {
      const left = compile(expression.left, columns);
      const right = compile(expression.right, columns);
      return expression.kind === 'and'
        ? (row) => left(row) === true && right(row) === true
        : (row) => left(row) === true || right(row) === true;
    }
    default:
      return expression satisfies never;
  }
}

function compileIn(expression: Extract<Expression, { kind: 'in' }>, columns: ReadonlySet<string>): Evaluator {
  const left = compile(expression.left, columns);
  const list = expression.list.map((item) => compile(item, columns));
  const isFolded = expression.operator.endsWith('~');
  const isNegated = expression.operator.startsWith('!');
  const fold = (value: unknown): string => (isFolded ? asText(value).toLowerCase() : asText(value));
  // Lists of literals, the usual case, become one set: thousands of ids are asked for at once.
  const literal = expression.list.every((item) => item.kind === 'literal');
  const known = literal
    ? new Set(expression.list.map((item) => fold(item.kind === 'literal' ? item.value : '')))
    : undefined;
  return (row) => {
    const value = fold(left(row));
    const isIn = known ? known.has(value) : list.some((item) => fold(item(row)) === value);
    return isIn !== isNegated;
  };
}

function order(one: unknown, other: unknown): number {
  if (isAbsent(one) || isAbsent(other)) return Number(isAbsent(other)) - Number(isAbsent(one));
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  const a = asText(one);
  const b = asText(other);
  return a < b ? -1 : a > b ? 1 : 0;
}

function project(table: Table, columns: readonly NamedExpression[]): Table {
  const known = new Set(table.columns);
  const made = columns.map(({ name, value }) => [name, compile(value, known)] as const);
  return {
    columns: [...new Set(columns.map(({ name }) => name))],
    rows: table.rows.map((row) => {
      const cells = new Map(made.map(([name, value]) => [name, value(row)]));
      return (column) => cells.get(column);
    }),
  };
}

function grouped(
  table: Table,
  columns: readonly NamedExpression[],
): Map<string, { readonly row: Row; count: number }> {
  const groups = new Map<string, { readonly row: Row; count: number }>();
  const projected = project(table, columns);
  for (const row of projected.rows) {
    const key = JSON.stringify(projected.columns.map((column) => row(column) ?? null));
    const group = groups.get(key);
    if (group) group.count += 1;
    else groups.set(key, { row, count: 1 });
  }
  return groups;
}

/** Gives the rows of a table by its name; undefined for one that is not served. */
export type OpenTable = (name: string) => Table | undefined;

function join(left: Table, step: Extract<Step, { kind: 'join' }>, open: OpenTable): Table {
  const source = open(step.other.table);
  if (!source) throw new QueryError('InvalidQuery', { kind: 'name', text: step.other.table, at: 0 });
  const right = runQuery(step.other, source, open);
  const { on } = step;
  if (!left.columns.includes(on) || !right.columns.includes(on))
    throw new QueryError('InvalidQuery', step.token);
  const byKey = new Map<string, Row[]>();
  for (const row of right.rows) {
    const key = asText(row(on));
    byKey.set(key, [...(byKey.get(key) ?? []), row]);
  }
  // A name that both sides have gets a number on the right.
  const taken = new Set(left.columns);
  const added = right.columns.map((column) => [taken.has(column) ? `${column}1` : column, column] as const);
  const names = new Map(added);
  const nothing: Row = () => undefined;
  const rows = left.rows.flatMap((row) => {
    const matches = byKey.get(asText(row(on))) ?? (step.flavour === 'leftouter' ? [nothing] : []);
    return matches.map(
      (match): Row =>
        (column) => {
          const name = names.get(column);
          return name === undefined ? row(column) : match(name);
        },
    );
  });
  return { columns: [...left.columns, ...added.map(([name]) => name)], rows };
}

function apply(table: Table, step: Step, open: OpenTable): Table {
  const known = new Set(table.columns);
  switch (step.kind) {
    case 'where': {
      const test = compile(step.test, known);
      return { columns: table.columns, rows: table.rows.filter((row) => test(row) === true) };
    }
    case 'extend': {
      const made = new Map(step.columns.map(({ name, value }) => [name, compile(value, known)]));
      return {
        columns: [...new Set([...table.columns, ...made.keys()])],
        rows: table.rows.map((row) => (column) => {
          const evaluator = made.get(column);
          return evaluator ? evaluator(row) : row(column);
        }),
      };
    }
    case 'project':
      return project(table, step.columns);
    case 'order': {
      const keys = step.keys.map(({ value, isAscending }) => ({ of: compile(value, known), isAscending }));
      const decorated = table.rows.map((row) => ({ row, values: keys.map((key) => key.of(row)) }));
      decorated.sort((one, other) => {
        for (const [index, key] of keys.entries()) {
          const result = order(one.values[index], other.values[index]);
          if (result !== 0) return key.isAscending ? result : -result;
        }
        return 0;
      });
      return { columns: table.columns, rows: decorated.map(({ row }) => row) };
    }
    case 'take':
      return { columns: table.columns, rows: table.rows.slice(0, step.count) };
    case 'count':
      return { columns: ['Count'], rows: [() => table.rows.length] };
    case 'distinct': {
      const groups = grouped(table, step.columns);
      return {
        columns: step.columns.map(({ name }) => name),
        rows: [...groups.values()].map(({ row }) => row),
      };
    }
    case 'summarize': {
      if (step.by.length === 0) return { columns: [step.name], rows: [() => table.rows.length] };
      const groups = grouped(table, step.by);
      return {
        columns: [...step.by.map(({ name }) => name), step.name],
        rows: [...groups.values()].map(
          ({ row, count }): Row =>
            (column) =>
              column === step.name ? count : row(column),
        ),
      };
    }
    case 'join':
      return join(table, step, open);
    default:
      return step satisfies never;
  }
}

/** Runs the steps of a query over a table; `open` gives those that it joins. Throws `QueryError`. */
export function runQuery(query: Query, table: Table, open: OpenTable = () => undefined): Table {
  return query.steps.reduce((rows, step) => apply(rows, step, open), table);
}

/** A row as a JSON object; absent values are null, as the service writes them. */
export function renderRow(table: Table, row: Row): Record<string, unknown> {
  return Object.fromEntries(table.columns.map((column) => [column, row(column) ?? null]));
}
