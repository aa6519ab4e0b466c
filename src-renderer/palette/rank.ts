import { isDigit, isLetter, matchesByInitials } from '../inventory/filter.ts';

/**
 * How well a name answers what was typed; 0: not at all. The whole name, its beginning, the beginning of a word in it, any
 * part of it, then letters in order that begin words. Among equals the shorter name is better. All in lower case.
 */
export function scoreName(name: string, text: string): number {
  const at = name.indexOf(text);
  const short = 1 / (1 + name.length);
  if (at === 0) return (name.length === text.length ? 6 : 5) + short;
  if (at > 0) return (isWordStart(name, at) ? 4 : 3) + short;
  return matchesByInitials(name, text) ? 2 + short : 0;
}

/** Character codes and no patterns: tens of thousands of names are looked at. */
function isWordStart(name: string, at: number): boolean {
  const before = name.charCodeAt(at - 1);
  return !isLetter(before) && !isDigit(before);
}

/** Keeps the best of what it is given, without sorting the rest. */
export class Best<T> {
  readonly #limit: number;
  readonly #entries: { readonly item: T; readonly score: number }[] = [];
  /** How many had a score at all. */
  count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(item: T, score: number): void {
    if (score <= 0) return;
    this.count += 1;
    const entries = this.#entries;
    const last = entries[entries.length - 1];
    if (entries.length >= this.#limit && last !== undefined && score <= last.score) return;
    // Equal ones keep the order in which they came.
    let at = entries.length;
    while (at > 0 && (entries[at - 1] as { score: number }).score < score) at -= 1;
    entries.splice(at, 0, { item, score });
    if (entries.length > this.#limit) entries.pop();
  }

  items(): readonly T[] {
    return this.#entries.map(({ item }) => item);
  }
}
