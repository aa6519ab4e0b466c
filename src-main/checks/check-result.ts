import type { CheckResult } from '../../shared/vm-detail.ts';
import type { Readable } from './facts.ts';

type Extra = Partial<Pick<CheckResult, 'evidence' | 'fix' | 'missingPermission'>>;

/** Makes results of one check. */
export function resultsOf(id: string, title: string) {
  return (status: CheckResult['status'], message: string, extra: Extra = {}): CheckResult => ({
    id,
    title,
    status,
    message,
    evidence: extra.evidence ?? [],
    fix: extra.fix ?? null,
    missingPermission: extra.missingPermission ?? null,
  });
}

/** Why a thing is not known, as a sentence and the permission that would show it. */
export function explainUnknown(thing: string, readable: Exclude<Readable<unknown>, { kind: 'known' }>) {
  switch (readable.kind) {
    case 'forbidden':
      return {
        message: `${thing} could not be read: you do not have the permission.`,
        extra: {
          missingPermission: readable.action,
          evidence: [{ label: 'Not readable', value: readable.resource }],
        },
      };
    case 'absent':
      return {
        message: `${thing} could not be read: Azure does not know it.`,
        extra: { evidence: [{ label: 'Not found', value: readable.resource }] },
      };
    case 'failed':
      return {
        message: `${thing} could not be read: ${readable.error.message}`,
        extra: {
          evidence: [
            { label: 'Asked for', value: readable.resource },
            ...(readable.error.detail === undefined
              ? []
              : [{ label: 'Answer', value: readable.error.detail }]),
          ],
        },
      };
  }
}
