interface Member {
  readonly id: string;
  readonly homeTenantId: string;
}

/**
 * Which account is used in which directory: exactly one at a time. The user's choice comes first, then the account that
 * has its home there, then the one that was the first to list the directory.
 */
export class ServingTable {
  private members: readonly Member[] = [];
  private choices: Readonly<Record<string, string>>;
  /** By directory, in the order in which they came. */
  private readonly offers = new Map<string, string[]>();

  constructor(choices: Readonly<Record<string, string>>) {
    this.choices = choices;
  }

  /** Who is signed in now; offers of others are forgotten. */
  setMembers(members: readonly Member[]): void {
    this.members = members;
    const ids = new Set(members.map((member) => member.id));
    for (const [tenantId, accountIds] of this.offers) {
      const left = accountIds.filter((id) => ids.has(id));
      if (left.length === 0) this.offers.delete(tenantId);
      else this.offers.set(tenantId, left);
    }
  }

  setChoices(choices: Readonly<Record<string, string>>): void {
    this.choices = choices;
  }

  /** An account has listed a directory. True if that is news. */
  offer(tenantId: string, accountId: string): boolean {
    if (!this.members.some((member) => member.id === accountId)) return false;
    const known = this.offers.get(tenantId) ?? [];
    if (known.includes(accountId)) return false;
    this.offers.set(tenantId, [...known, accountId]);
    return true;
  }

  /** Everybody who could be used in a directory, the one that would be first without a choice. */
  candidates(tenantId: string): readonly string[] {
    const atHome = this.members.filter((member) => member.homeTenantId === tenantId).map(({ id }) => id);
    const offered = this.offers.get(tenantId) ?? [];
    return [...atHome, ...offered.filter((id) => !atHome.includes(id))];
  }

  /** The account that is used in a directory; null if none can be. */
  serving(tenantId: string): string | null {
    const candidates = this.candidates(tenantId);
    const chosen = this.choices[tenantId];
    if (chosen !== undefined && candidates.includes(chosen)) return chosen;
    return candidates[0] ?? null;
  }

  /** The directories that an account can be used in. */
  tenantsOf(accountId: string): readonly string[] {
    const home = this.members.find((member) => member.id === accountId)?.homeTenantId;
    const offered = [...this.offers].filter(([, ids]) => ids.includes(accountId)).map(([id]) => id);
    return home === undefined ? [] : [home, ...offered.filter((id) => id !== home)];
  }
}
