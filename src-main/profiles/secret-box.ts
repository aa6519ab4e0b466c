/** Encrypts at rest with the system's keyring, or says that there is none. */
export type SecretBox =
  | {
      readonly kind: 'encrypted';
      readonly encrypt: (text: string) => Promise<Buffer>;
      readonly decrypt: (data: Buffer) => Promise<string>;
    }
  | { readonly kind: 'memory' };
