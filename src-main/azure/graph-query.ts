import { z } from 'zod';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Arm } from './arm.ts';
import { toArmError } from './arm-errors.ts';

/** The service's own limit of rows a page. */
const pageRows = 1_000;

/** A continuation that never ends is a fault of the service: a million rows are more than anybody has. */
const maximumPages = 1_000;

/** Runs a Resource Graph query in one tenant and hands over every page as it comes. The query must keep `id`: paging needs it. */
export async function queryGraph<T>(
  arm: Arm,
  tenantId: string,
  query: string,
  row: z.ZodType<T>,
  onRows: (rows: readonly T[]) => void,
): Promise<Result<null>> {
  const rows = z.array(row);
  let skipToken: string | undefined;
  let pages = 0;
  try {
    const graph = await arm.graph(tenantId);
    do {
      const options = {
        resultFormat: 'objectArray' as const,
        top: pageRows,
        ...(skipToken === undefined ? {} : { skipToken }),
      };
      const answer = await graph.resources({ query, options });
      const parsed = rows.safeParse(answer.data);
      if (!parsed.success)
        return err(appError('arm-answer-invalid', { detail: z.prettifyError(parsed.error).slice(0, 500) }));
      onRows(parsed.data);
      skipToken = answer.skipToken === '' ? undefined : answer.skipToken;
    } while (skipToken !== undefined && ++pages < maximumPages);
    return ok(null);
  } catch (error) {
    return err(toArmError(error));
  }
}
