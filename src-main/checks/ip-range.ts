/** A set of IPv4 addresses as sorted, disjoint ranges; both ends are included. */
export type AddressSet = readonly (readonly [number, number])[];

export const everyAddress: AddressSet = [[0, 0xffff_ffff]];

function parseAddress(text: string): number | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let value = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return null;
    value = value * 256 + Number(part);
  }
  return value;
}

/** Parses `10.0.0.4`, `10.0.0.0/24` or `10.0.0.4-10.0.0.9`; null for anything else (IPv6, a service tag). */
export function parsePrefix(text: string): AddressSet | null {
  const [from, to] = text.split('-');
  if (to !== undefined) {
    const low = parseAddress(from ?? '');
    const high = parseAddress(to);
    return low === null || high === null || low > high ? null : [[low, high]];
  }
  const [base, length] = text.split('/');
  const address = parseAddress(base ?? '');
  if (address === null) return null;
  if (length === undefined) return [[address, address]];
  if (!/^\d{1,2}$/.test(length) || Number(length) > 32) return null;
  const size = 2 ** (32 - Number(length));
  const low = address - (address % size);
  return [[low, low + size - 1]];
}

/** The addresses that are in both sets. */
export function intersect(left: AddressSet, right: AddressSet): AddressSet {
  return normalise(
    left.flatMap(([low, high]) =>
      right.flatMap(([from, to]): [number, number][] => {
        const start = Math.max(low, from);
        const end = Math.min(high, to);
        return start <= end ? [[start, end]] : [];
      }),
    ),
  );
}

/** The addresses of `left` that are not in `right`. */
export function subtract(left: AddressSet, right: AddressSet): AddressSet {
  return right.reduce<AddressSet>(
    (rest, [from, to]) =>
      rest.flatMap(([low, high]): [number, number][] => {
        if (to < low || from > high) return [[low, high]];
        const pieces: [number, number][] = [];
        if (low < from) pieces.push([low, from - 1]);
        if (high > to) pieces.push([to + 1, high]);
        return pieces;
      }),
    left,
  );
}

/** The addresses that are in either set. */
export function unite(sets: readonly AddressSet[]): AddressSet {
  return normalise(sets.flat());
}

export function isEmpty(set: AddressSet): boolean {
  return set.length === 0;
}

function normalise(ranges: AddressSet): AddressSet {
  const merged: [number, number][] = [];
  for (const [low, high] of ranges.toSorted((left, right) => left[0] - right[0])) {
    const last = merged.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}
