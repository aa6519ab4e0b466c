import type { AppError } from '../../shared/errors.ts';
import type { Subscription, Tenant, VmSummary } from '../../shared/inventory.ts';
import type { Profile } from '../../shared/profile.ts';

interface RowBase {
  readonly id: string;
  /** 1 for the roots. */
  readonly level: number;
  readonly parentId: string | null;
  /** Null for a row without children. */
  readonly isExpanded: boolean | null;
  readonly position: number;
  readonly setSize: number;
}

/** The account whose sign-in mends a directory. */
export interface Repair {
  readonly accountId: string;
  readonly tenantId: string;
  readonly name: string;
}

/** What the rows under a section have in common. */
export type SectionKind = 'favourites' | 'recent' | 'hosts' | 'scale-set' | 'tag';

/** One line of the tree as it is shown: the tree is flat, and only the lines in view are drawn. */
export type TreeRow =
  | (RowBase & {
      readonly kind: 'section';
      readonly section: SectionKind;
      readonly name: string;
      readonly count: number;
    })
  | (RowBase & { readonly kind: 'saved'; readonly count: number })
  | (RowBase & { readonly kind: 'folder'; readonly name: string; readonly count: number })
  | (RowBase & { readonly kind: 'profile'; readonly profile: Profile; readonly vm: VmSummary | null })
  | (RowBase & { readonly kind: 'tenant'; readonly tenant: Tenant; readonly count: number })
  | (RowBase & { readonly kind: 'subscription'; readonly subscription: Subscription; readonly count: number })
  | (RowBase & { readonly kind: 'group'; readonly name: string; readonly count: number })
  /** `vm` is as it was when the rows were made: what is drawn is read anew. `note`: where it is, if the row's place does not say. */
  | (RowBase & { readonly kind: 'vm'; readonly vm: VmSummary; readonly note: string })
  /** A machine that the user keeps but the list does not have. */
  | (RowBase & { readonly kind: 'absent'; readonly vmId: string })
  /** `repair`: the account whose sign-in mends it, and where. */
  | (RowBase & {
      readonly kind: 'problem';
      readonly error: AppError;
      readonly about: string;
      readonly repair: Repair | null;
    })
  | (RowBase & { readonly kind: 'note'; readonly text: string })
  | (RowBase & { readonly kind: 'skeleton' });

/** The rows of the tree from top to bottom, and how many machines and saved connections are among them. */
export interface TreeRows {
  readonly rows: readonly TreeRow[];
  readonly matchCount: number;
}
