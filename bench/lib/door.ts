/** Where a local program connects. */
export interface Door {
  readonly address: string;
  readonly port: number;
}
