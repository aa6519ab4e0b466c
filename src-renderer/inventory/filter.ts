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

const isDigit = (code: number) => code >= 48 && code <= 57;
const isLetter = (code: number) => (code >= 97 && code <= 122) || code > 127;

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
interface SearchKeys {
  readonly name: string;
  readonly group: string;
  /** Name, group, address and tags (`key=value`), one a line, each after a line break. */
  readonly words: string;
}

const keysOf = new WeakMap<VmSummary, SearchKeys>();

function searchKeys(vm: VmSummary): SearchKeys {
  const known = keysOf.get(vm);
  if (known !== undefined) return known;
  const name = vm.name.toLowerCase();
  const group = vm.resourceGroup.toLowerCase();
  let words = `\n${name}\n${group}\n${vm.privateIp}\n${vm.scaleSet.toLowerCase()}`;
  for (const key in vm.tags) words += `\n${key.toLowerCase()}=${(vm.tags[key] ?? '').toLowerCase()}`;
  const keys = { name, group, words };
  keysOf.set(vm, keys);
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

function matchesTag({ key, value }: FilterTerm & { kind: 'tag' }, words: string): boolean {
  return words.includes(value === null ? `\n${key}=` : `\n${key}=${value}`);
}

function matchesTerm(term: FilterTerm, vm: VmSummary, keys: SearchKeys, context: FilterContext): boolean {
  switch (term.kind) {
    case 'text':
      return (
        keys.words.includes(term.text) ||
        context.subscriptionName.includes(term.text) ||
        (term.text.startsWith('/') && vm.id.startsWith(term.text)) ||
        matchesByInitials(keys.name, term.text)
      );
    case 'tag':
      return matchesTag(term, keys.words);
    case 'os':
      return vm.os.startsWith(term.text);
    case 'power':
      return vm.power.startsWith(term.text) || powerShape(vm.power).startsWith(term.text);
    case 'subscription':
      return context.subscriptionName.includes(term.text) || vm.subscriptionId === term.text;
    case 'group':
      return keys.group.includes(term.text);
    case 'location':
      return vm.location.toLowerCase().includes(term.text);
    case 'bastion':
      return matchesBastion(term.text, vm, context.reach);
    case 'address':
      return vm.privateIp.startsWith(term.text);
  }
}

/** True if the machine meets every term. */
export function matchesFilter(terms: readonly FilterTerm[], vm: VmSummary, context: FilterContext): boolean {
  if (terms.length === 0) return true;
  const keys = searchKeys(vm);
  return terms.every((term) => matchesTerm(term, vm, keys, context));
}
