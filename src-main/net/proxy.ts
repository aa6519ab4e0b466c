/** Name and password for a proxy. */
export interface ProxyCredentials {
  readonly user: string;
  readonly password: string;
}

/** One way to the outside. */
export type Proxy =
  | { readonly kind: 'direct' }
  | {
      readonly kind: 'http';
      readonly host: string;
      readonly port: number;
      /** The proxy itself is spoken to over TLS. */
      readonly isTls: boolean;
      readonly credentials: ProxyCredentials | null;
    }
  | {
      readonly kind: 'socks5';
      readonly host: string;
      readonly port: number;
      readonly credentials: ProxyCredentials | null;
    };

/** In order of preference, never empty. Plain data: it crosses to a worker thread. */
export type ResolveProxy = (url: string) => Promise<readonly Proxy[]>;
