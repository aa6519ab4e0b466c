import type { VmSummary } from '../../shared/inventory.ts';

/** Whether two summaries say the same. */
export function sameMachine(a: VmSummary, b: VmSummary): boolean {
  if (a === b) return true;
  for (const key of Object.keys(b) as (keyof VmSummary)[])
    if (key !== 'tags' && a[key] !== b[key]) return false;
  return sameTags(a.tags, b.tags);
}

function sameTags(a: VmSummary['tags'], b: VmSummary['tags']): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
