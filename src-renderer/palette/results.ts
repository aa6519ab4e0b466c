import type { VmSummary } from '../../shared/inventory.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Command } from '../../shared/shortcuts.ts';
import {
  type FilterContext,
  lettersOf,
  makeFilterForAll,
  parseFilter,
  searchKeys,
} from '../inventory/filter.ts';
import { sortByName } from '../inventory/sort-names.ts';
import { lastPart } from '../ui/format.ts';
import { type PastedMachine, pastedMachine } from './pasted-machine.ts';
import { Best, scoreName } from './rank.ts';

/** A line of the palette that can be chosen. */
export type PaletteItem =
  | { readonly kind: 'machine'; readonly id: string; readonly vm: VmSummary; readonly place: string }
  | { readonly kind: 'profile'; readonly id: string; readonly profile: Profile }
  | { readonly kind: 'tab'; readonly id: string; readonly tabId: string; readonly title: string }
  | { readonly kind: 'command'; readonly id: string; readonly command: Command; readonly name: string }
  | { readonly kind: 'look-up'; readonly id: string; readonly text: string; readonly machine: PastedMachine };

/** Lines under a heading. `more`: how many were found beyond those. */
export interface PaletteGroup {
  readonly title: string;
  readonly items: readonly PaletteItem[];
  readonly more: number;
}

/** What is searched. */
export interface PaletteSource {
  readonly vms: Readonly<Record<string, VmSummary>>;
  readonly reach: FilterContext['reach'];
  /** All of `vms`, in any order. */
  readonly machines: () => readonly VmSummary[];
  /** Names by subscription id. */
  readonly subscriptionNames: ReadonlyMap<string, string>;
  readonly recents: readonly { readonly vmId: string }[];
  readonly favourites: readonly string[];
  readonly profiles: Readonly<Record<string, Profile>>;
  readonly tabs: readonly { readonly id: string; readonly title: string }[];
  readonly commands: readonly { readonly command: Command; readonly name: string }[];
}

/** Rows at most: machines, and each other kind. */
const limits = { machines: 50, others: 8 } as const;

/** Added to the score of what the user has used or kept: decides between equals. */
const knownBonus = 0.5;

function machineItem(source: PaletteSource, vm: VmSummary): PaletteItem {
  const subscription = source.subscriptionNames.get(vm.subscriptionId) ?? vm.subscriptionId;
  const place = vm.kind === 'host' ? vm.privateIp : `${vm.resourceGroup} · ${subscription}`;
  return { kind: 'machine', id: `machine:${vm.id}`, vm, place };
}

/** What is found by its group, its tags or its address comes after what is found by its name. */
const foundOtherwise = 1;

function findMachines(source: PaletteSource, text: string): PaletteGroup {
  const terms = parseFilter(text);
  const words = terms.flatMap((term) =>
    term.kind === 'text' ? [{ text: term.text, letters: lettersOf(term.text) }] : [],
  );
  const subscriptions = [...source.subscriptionNames].map(([id, name]) => ({ id, name }));
  const matches = makeFilterForAll(terms, source.reach, subscriptions);
  const known = new Set([...source.recents.map(({ vmId }) => vmId), ...source.favourites]);
  const best = new Best<VmSummary>(limits.machines);
  for (const vm of source.machines()) {
    if (!matches(vm)) continue;
    const keys = searchKeys(vm);
    let score = 0;
    for (const word of words)
      if ((keys.letters & word.letters) === word.letters) score += scoreName(keys.name, word.text);
    best.add(vm, Math.max(score, foundOtherwise) + (known.has(vm.id) ? knownBonus : 0));
  }
  const items = best.items().map((vm) => machineItem(source, vm));
  return { title: 'Machines', items, more: best.count - items.length };
}

function findNamed<T extends PaletteItem>(
  title: string,
  candidates: readonly T[],
  text: string,
  textsOf: (item: T) => readonly string[],
): PaletteGroup {
  const best = new Best<T>(limits.others);
  for (const item of candidates)
    best.add(item, Math.max(...textsOf(item).map((each) => scoreName(each.toLowerCase(), text))));
  const items = best.items();
  return { title, items, more: best.count - items.length };
}

function candidatesOf(source: PaletteSource) {
  return {
    profiles: sortByName(Object.values(source.profiles), (profile) => profile.name).map((profile) => ({
      kind: 'profile' as const,
      id: `profile:${profile.id}`,
      profile,
    })),
    tabs: source.tabs.map(({ id, title }) => ({ kind: 'tab' as const, id: `tab:${id}`, tabId: id, title })),
    commands: source.commands.map((entry) => ({
      kind: 'command' as const,
      id: `command:${entry.command}`,
      ...entry,
    })),
  };
}

/** What an empty search offers: where one was lately, what is kept, what is open, what can be done. */
function offers(source: PaletteSource): readonly PaletteGroup[] {
  const machines = (ids: readonly string[]) =>
    ids.flatMap((id) => {
      const vm = source.vms[id];
      return vm === undefined ? [] : [machineItem(source, vm)];
    });
  const recents = source.recents.map(({ vmId }) => vmId);
  const others = source.favourites.filter((id) => !recents.includes(id));
  const { tabs, commands } = candidatesOf(source);
  return [
    { title: 'Recent', items: machines(recents), more: 0 },
    { title: 'Favourites', items: machines(others).slice(0, limits.others), more: 0 },
    { title: 'Open tabs', items: tabs, more: 0 },
    { title: 'Commands', items: commands, more: 0 },
  ];
}

function lookUp(source: PaletteSource, text: string, machine: PastedMachine): PaletteGroup {
  const vm = source.vms[machine.id];
  const item: PaletteItem =
    vm === undefined
      ? { kind: 'look-up', id: 'look-up', text: text.trim(), machine }
      : machineItem(source, vm);
  return { title: vm === undefined ? 'Pasted' : 'Machines', items: [item], more: 0 };
}

/** What the palette shows for a text, in groups; groups without a line are left out. */
export function findResults(source: PaletteSource, typed: string): readonly PaletteGroup[] {
  const text = typed.trim().toLowerCase();
  if (text === '') return offers(source).filter((group) => group.items.length > 0);
  const pasted = pastedMachine(typed);
  if (pasted !== null) return [lookUp(source, typed, pasted)];
  const { profiles, tabs, commands } = candidatesOf(source);
  return [
    findMachines(source, typed),
    findNamed('Saved connections', profiles, text, ({ profile }) => [
      profile.name,
      profile.folder,
      lastPart(profile.vmId),
    ]),
    findNamed('Open tabs', tabs, text, ({ title }) => [title]),
    findNamed('Commands', commands, text, ({ name }) => [name]),
  ].filter((group) => group.items.length > 0);
}
