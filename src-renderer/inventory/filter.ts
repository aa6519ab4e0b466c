import type { NetworkReach, Power, VmSummary } from '../../shared/inventory.ts';

/** One condition of the filter box; all of them must hold. */
export type FilterTerm =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tag'; readonly key: string; readonly value: string | null }
  | { readonly kind: 'os'; readonly text: string }
  | { readonly kind: 'power'; readonly text: string }
  | { readonly kind: 'subscription'; readonly text: string }
  | { readonly kind: 'group'; readonly text: string }
  | { readonly kind: 'location'; readonly text: string }
  | { readonly kind: 'bastion'; readonly text: string }
  | { readonly kind: 'address'; readonly text: string };

/** What a machine is searched by beside its own summary. */
export interface FilterContext {
  /** In lower case. */
  readonly subscriptionName: string;
  readonly reach: Readonly<Record<string, NetworkReach>>;
}

const prefixes: Readonly<Record<string, Exclude<FilterTerm['kind'], 'text' | 'tag'>>> = {
  os: 'os',
  power: 'power',
  sub: 'subscription',
  subscription: 'subscription',
  rg: 'group',
  group: 'group',
  location: 'location',
  bastion: 'bastion',
  ip: 'address',
};

/** Splits at spaces, except inside double quotes, which are dropped. */
function splitWords(input: string): string[] {
  const words = input.match(/(?:[^\s"]+|"[^"]*"?)+/g) ?? [];
  return words.map((word) => word.replaceAll('"', '')).filter((word) => word !== '');
}

/**
 * Reads the filter box: words, `tag:env=prod`, `tag:env`, `os:linux`, `power:running`, `sub:…`, `rg:…`, `location:…`,
 * `bastion:…`, `ip:…`.
 * A prefix without a value is still being typed and is left out; an unknown prefix is a word like any other.
 */
export function parseFilter(input: string): readonly FilterTerm[] {
  const terms: FilterTerm[] = [];
  for (const word of splitWords(input.toLowerCase())) {
    const colon = word.indexOf(':');
    const prefix = colon > 0 ? word.slice(0, colon) : '';
    const rest = word.slice(colon + 1);
    const kind = prefixes[prefix];
    if (prefix === 'tag') {
      const equals = rest.indexOf('=');
      const key = equals < 0 ? rest : rest.slice(0, equals);
      if (key !== '') terms.push({ kind: 'tag', key, value: equals < 0 ? null : rest.slice(equals + 1) });
    } else if (kind !== undefined) {
      if (rest !== '') terms.push({ kind, text: rest });
    } else {
      terms.push({ kind: 'text', text: word });
    }
  }
  return terms;
}

/** The three shapes in which power states are shown and can be searched. */
export function powerShape(power: Power): 'running' | 'off' | 'changing' | 'unknown' {
  switch (power) {
    case 'running':
      return 'running';
    case 'stopped':
    case 'deallocated':
      return 'off';
    case 'starting':
    case 'stopping':
    case 'deallocating':
      return 'changing';
    case 'unknown':
      return 'unknown';
  }
}

/** True for the codes of 0 to 9. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** True for the codes of lower-case letters, and of everything beyond ASCII. */
export function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || code > 127;
}

/** True where a word or a number begins. Character codes and no patterns: this runs for every letter of every name. */
function startsWord(name: string, index: number): boolean {
  if (index === 0) return true;
  const before = name.charCodeAt(index - 1);
  if (!isLetter(before) && !isDigit(before)) return true;
  return isDigit(before) !== isDigit(name.charCodeAt(index));
}

function matchesFrom(name: string, nameIndex: number, text: string, textIndex: number): boolean {
  if (textIndex === text.length) return true;
  for (let index = nameIndex; index < name.length; index += 1) {
    if (name[index] !== text[textIndex]) continue;
    const mayMatch = (index === nameIndex && textIndex > 0) || startsWord(name, index);
    if (mayMatch && matchesFrom(name, index + 1, text, textIndex + 1)) return true;
  }
  return false;
}

/**
 * True if the letters of `text` appear in `name` in order, each run of them beginning at the start of a word or
 * number: `w01` finds `web-01`, `wpr` finds `web-prod`, `eb1` finds nothing. Both in lower case.
 */
export function matchesByInitials(name: string, text: string): boolean {
  return text.length <= 32 && matchesFrom(name, 0, text, 0);
}

/** What is searched of one machine, made once for each summary: tens of thousands are read at every key press. */
export interface SearchKeys {
  /** In lower case. */
  readonly name: string;
  readonly group: string;
  /** Name, group, address, scale set and tags (`key=value`), in lower case, each after a line break. */
  readonly words: string;
  /** Which letters the name has, as {@link lettersOf} says. */
  readonly letters: number;
}

/** One bit for every 32nd character code that occurs: what lacks a bit of a text cannot have its letters. */
export function lettersOf(text: string): number {
  let letters = 0;
  for (let index = 0; index < text.length; index += 1) letters |= 1 << (text.charCodeAt(index) & 31);
  return letters;
}

/** Kept on the summary itself: a map beside it costs as much as the search. */
const keysOf = Symbol('search keys');
type Searchable = VmSummary & { [keysOf]?: SearchKeys };

/** What is searched of a machine. */
export function searchKeys(vm: Searchable): SearchKeys {
  return vm[keysOf] ?? makeKeys(vm);
}

function makeKeys(vm: Searchable): SearchKeys {
  const name = vm.name.toLowerCase();
  const parts = ['', name, vm.resourceGroup, vm.privateIp, vm.scaleSet];
  for (const key in vm.tags) parts.push(`${key}=${vm.tags[key] ?? ''}`);
  const keys = {
    name,
    group: vm.resourceGroup.toLowerCase(),
    words: parts.join('\n').toLowerCase(),
    letters: lettersOf(name),
  };
  vm[keysOf] = keys;
  return keys;
}

/** The Bastions that reach the machine; null where that is not known. */
export function bastionsOf(
  vm: Pick<VmSummary, 'networkId'>,
  reach: FilterContext['reach'],
): NetworkReach['bastions'] | null {
  return vm.networkId === '' ? null : (reach[vm.networkId]?.bastions ?? null);
}

function matchesBastion(text: string, vm: VmSummary, reach: FilterContext['reach']): boolean {
  const bastions = bastionsOf(vm, reach);
  if (bastions === null) return false;
  if (text === 'none') return bastions.length === 0;
  return bastions.some((bastion) => bastion.name.toLowerCase().includes(text));
}

type Matcher = (vm: VmSummary) => boolean;

/** A term as a function of a machine; null if all machines of the subscription meet it. */
function matcherOf(term: FilterTerm, { subscriptionName, reach }: FilterContext): Matcher | null {
  switch (term.kind) {
    case 'text': {
      const { text } = term;
      if (subscriptionName.includes(text)) return null;
      const letters = lettersOf(text);
      const isPath = text.startsWith('/');
      return (vm) => {
        const keys = searchKeys(vm);
        return (
          keys.words.includes(text) ||
          ((keys.letters & letters) === letters && matchesByInitials(keys.name, text)) ||
          (isPath && vm.id.startsWith(text))
        );
      };
    }
    case 'tag': {
      const wanted = term.value === null ? `\n${term.key}=` : `\n${term.key}=${term.value}`;
      return (vm) => searchKeys(vm).words.includes(wanted);
    }
    case 'os':
      return (vm) => vm.os.startsWith(term.text);
    case 'power':
      return (vm) => vm.power.startsWith(term.text) || powerShape(vm.power).startsWith(term.text);
    case 'subscription':
      return subscriptionName.includes(term.text) ? null : (vm) => vm.subscriptionId === term.text;
    case 'group':
      return (vm) => searchKeys(vm).group.includes(term.text);
    case 'location':
      return (vm) => vm.location.toLowerCase().includes(term.text);
    case 'bastion':
      return (vm) => matchesBastion(term.text, vm, reach);
    case 'address':
      return (vm) => vm.privateIp.startsWith(term.text);
  }
}

/** The terms as one function of the machines of a subscription: what is the same for all of them is decided once. */
export function makeFilter(terms: readonly FilterTerm[], context: FilterContext): Matcher {
  const matchers = terms.flatMap((term) => matcherOf(term, context) ?? []);
  const [first, second] = matchers;
  if (first === undefined) return () => true;
  return second === undefined ? first : (vm) => matchers.every((matches) => matches(vm));
}

/** The terms as one function of any machine. */
export function makeFilterForAll(
  terms: readonly FilterTerm[],
  reach: FilterContext['reach'],
  subscriptions: readonly { readonly id: string; readonly name: string }[],
): Matcher {
  const filters = new Map(
    subscriptions.map(({ id, name }) => [
      id,
      makeFilter(terms, { subscriptionName: name.toLowerCase(), reach }),
    ]),
  );
  const other = makeFilter(terms, { subscriptionName: '', reach });
  return (vm) => (filters.get(vm.subscriptionId) ?? other)(vm);
}

/** True if the machine meets every term. */
export function matchesFilter(terms: readonly FilterTerm[], vm: VmSummary, context: FilterContext): boolean {
  return makeFilter(terms, context)(vm);
}
