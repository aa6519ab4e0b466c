/** Does something for each item, so many at a time. Rejects with the first failure, when the others have ended. */
export async function inTurns<T>(
  items: readonly T[],
  mostAtOnce: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const work = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await run(item);
  };
  const workers = Array.from({ length: Math.min(mostAtOnce, items.length) }, work);
  const failed = (await Promise.allSettled(workers)).find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
