/** The part of a CPU profile that is read here. */
export interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples?: readonly number[];
  readonly timeDeltas?: readonly number[];
}

const idleNames = new Set(['(idle)', '(program)']);

/** The profile with most time outside of waiting. */
export function busiest(profiles: readonly Profile[]): Profile {
  const work = (profile: Profile): number => {
    const idle = new Set(
      profile.nodes.filter((node) => idleNames.has(node.callFrame.functionName)).map(({ id }) => id),
    );
    return (profile.samples ?? []).filter((sample) => !idle.has(sample)).length;
  };
  return profiles.toSorted((a, b) => work(b) - work(a))[0] ?? { nodes: [] };
}

/** The functions in which most time was spent, by themselves and without waiting, as lines of text. */
export function topFunctions(profile: Profile, count: number): readonly string[] {
  const names = new Map(
    profile.nodes.map(({ id, callFrame }) => {
      const file = callFrame.url.split('/').at(-1) ?? '';
      return [id, `${callFrame.functionName || '(anonymous)'} ${file}:${callFrame.lineNumber + 1}`];
    }),
  );
  const times = new Map<string, number>();
  let total = 0;
  for (const [index, sample] of (profile.samples ?? []).entries()) {
    const name = names.get(sample) ?? '?';
    if (name.startsWith('(idle)')) continue;
    const micros = profile.timeDeltas?.[index] ?? 0;
    times.set(name, (times.get(name) ?? 0) + micros);
    total += micros;
  }
  return [...times]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([name, micros]) => `${((100 * micros) / total).toFixed(1).padStart(5)} %  ${name}`);
}
