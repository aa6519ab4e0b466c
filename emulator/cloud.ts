/** What an application needs to know to use this emulator in place of a public cloud. */
export interface CustomCloudDocument {
  readonly name: string;
  readonly authority: string;
  readonly knownAuthorities: readonly string[];
  readonly clientId: string;
  readonly arm: { readonly endpoint: string; readonly scope: string };
  readonly sshCertScope: string;
  readonly caFile: string;
  readonly dataPlane: { readonly port: number; readonly hosts: Readonly<Record<string, string>> };
}
