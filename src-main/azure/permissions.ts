/** What a role grants: patterns of actions such as `Microsoft.Compute/virtualMachines/*`, and exceptions from them. */
interface Permission {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

/** Whether an action is granted: by one entry's patterns, and not taken out again by the same entry. */
export function grants(permissions: readonly Permission[], action: string): boolean {
  return permissions.some(
    ({ actions, notActions }) =>
      actions.some((pattern) => matches(pattern, action)) &&
      !notActions.some((pattern) => matches(pattern, action)),
  );
}

/** Patterns know one wildcard, `*`, for any text; casing does not count. */
function matches(pattern: string, action: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const text = action.toLowerCase();
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  const last = rest.pop() ?? '';
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
