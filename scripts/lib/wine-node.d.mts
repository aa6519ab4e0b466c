export function ensureWineNode(): {
  readonly wine: string;
  readonly wineserver: string;
  readonly node: string;
};
