import { z } from 'zod';
import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Arm } from '../azure/arm.ts';
import { toArmError } from '../azure/arm-errors.ts';
import { type GraphQuota, readQuota } from './graph-quota.ts';

/** The service's own limit of rows a page. */
const pageRows = 1_000;

/** A continuation that never ends is a fault of the service: a million rows are more than anybody has. */
const maximumPages = 1_000;

/** How often a refused page (429) is asked for again. */
const mostRefusals = 5;
const usualPauseMs = 5_000;

interface Needs {
  readonly arm: Arm;
  readonly quota: GraphQuota;
  /** Whose quota a tenant's queries use. */
  readonly userOf: (tenantId: string) => string;
}

/** The headers of an answer, as the SDK has them. */
interface Headers {
  get(name: string): string | undefined;
}

/** Asks Azure Resource Graph, page after page, within its quota. */
export class GraphReader {
  private readonly needs: Needs;

  constructor(needs: Needs) {
    this.needs = needs;
  }

  /** Runs a query in one tenant and hands over every page as it comes. The query must keep `id`: paging needs it. */
  async query<T>(
    tenantId: string,
    query: string,
    row: z.ZodType<T>,
    onRows: (rows: readonly T[]) => void,
  ): Promise<Result<null>> {
    const rows = z.array(row);
    let skipToken: string | undefined;
    let pages = 0;
    do {
      const page = await this.readPage(tenantId, query, skipToken);
      if (!page.ok) return page;
      const parsed = rows.safeParse(page.value.data);
      if (!parsed.success)
        return err(appError('arm-answer-invalid', { detail: z.prettifyError(parsed.error).slice(0, 500) }));
      onRows(parsed.data);
      skipToken = page.value.skipToken === '' ? undefined : page.value.skipToken;
    } while (skipToken !== undefined && ++pages < maximumPages);
    return ok(null);
  }

  private async readPage(tenantId: string, query: string, skipToken: string | undefined) {
    const { arm, quota } = this.needs;
    const user = this.needs.userOf(tenantId);
    const options = {
      resultFormat: 'objectArray' as const,
      top: pageRows,
      ...(skipToken === undefined ? {} : { skipToken }),
    };
    for (let refusals = 0; ; refusals += 1) {
      let headers: Headers | null = null;
      await quota.take(user);
      try {
        const graph = await arm.graph(tenantId);
        const onResponse = (raw: { readonly headers: Headers }) => {
          headers = raw.headers;
        };
        return ok(await graph.resources({ query, options }, { onResponse }));
      } catch (error) {
        const failure = toArmError(error);
        if (failure.code !== 'arm-throttled' || refusals === mostRefusals) return err(failure);
        const seconds = Number(headerOf(headers, 'retry-after') ?? Number.NaN);
        quota.pause(user, Number.isFinite(seconds) ? seconds * 1000 : usualPauseMs);
      } finally {
        quota.answered(
          user,
          readQuota((name) => headerOf(headers, name)),
        );
      }
    }
  }
}

function headerOf(headers: Headers | null, name: string): string | undefined {
  return headers?.get(name) ?? undefined;
}
