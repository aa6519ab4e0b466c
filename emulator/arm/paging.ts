import type { Reply } from '../net/http.ts';
import type { ArmCall, ArmContext } from './context.ts';
import { armError } from './errors.ts';

/**
 * One page of a list: `{ value, nextLink? }`. The link is absolute and opaque; only the items of the page are rendered.
 */
export function paged<T>(
  context: ArmContext,
  call: ArmCall,
  items: readonly T[],
  render: (item: T) => unknown,
): Reply {
  const size = context.world.estate.switches.armPageSize;
  const token = call.call.url.searchParams.get('$skiptoken');
  const start = token === null ? 0 : Number(Buffer.from(token, 'base64url').toString('utf8'));
  if (!Number.isSafeInteger(start) || start < 0) {
    return armError(400, 'InvalidSkipToken', 'The skip token is not valid.');
  }
  const value = items.slice(start, start + size).map(render);
  if (start + size >= items.length) return { status: 200, body: { value } };
  const next = new URL(`${context.base()}${call.call.url.pathname}`);
  for (const [name, text] of call.call.url.searchParams) next.searchParams.set(name, text);
  next.searchParams.set('$skiptoken', Buffer.from(String(start + size)).toString('base64url'));
  return { status: 200, body: { value, nextLink: next.toString() } };
}
