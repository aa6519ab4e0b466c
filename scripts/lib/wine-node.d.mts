export function ensureWineNode(): Promise<{
  readonly wine: string;
  readonly wineserver: string;
  readonly node: string;
}>;
