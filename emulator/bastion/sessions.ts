import { randomBytes, randomUUID } from 'node:crypto';

/** One session of the data plane, without its secrets. */
export interface SessionRow {
  /** A name for it that opens nothing. */
  readonly id: string;
  readonly bastionId: string;
  readonly targetId: string;
  readonly targetAddress: string;
  readonly port: number;
  readonly user: string;
  readonly nodeId: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** WebSockets open now. */
  readonly openTunnels: number;
  /** WebSockets ever opened. */
  readonly tunnels: number;
}

/** What a session needs of each of its tunnels. */
export interface OpenTunnel {
  /** Ends it with a close frame. */
  close(code: number, reason: string): void;
  /** Cuts it without one. */
  cut(): void;
}

/** A session. */
export interface Session {
  readonly id: string;
  authToken: string;
  /** The node that really holds it; a fault may move it. */
  nodeId: string;
  readonly bastionId: string;
  readonly targetId: string;
  readonly targetAddress: string;
  readonly port: number;
  readonly user: string;
  readonly createdAt: number;
  readonly open: Set<OpenTunnel>;
  tunnels: number;
}

interface WebsocketToken {
  readonly session: Session;
  readonly expiresAt: number;
  isUsed: boolean;
}

/** The session table. A session leaves it by DELETE only. */
export interface Sessions {
  create(input: Omit<Session, 'id' | 'authToken' | 'open' | 'tunnels'>): Session;
  find(authToken: string): Session | undefined;
  byId(id: string): Session | undefined;
  /** Gives an existing session another authToken. */
  rotate(session: Session): void;
  remove(session: Session): void;
  /** A token for one WebSocket of a session. */
  addWebsocketToken(session: Session, expiresAt: number): string;
  /** The session of a token that is good now; with `once` it is used up by this. */
  useWebsocketToken(token: string, now: number, use: 'once' | 'until-expiry'): Session | undefined;
  rows(): readonly SessionRow[];
  all(): readonly Session[];
}

/** An empty table. */
export function createSessions(): Sessions {
  const byToken = new Map<string, Session>();
  const websocketTokens = new Map<string, WebsocketToken>();
  const newToken = (): string => randomBytes(32).toString('hex').toUpperCase();
  return {
    create(input) {
      const session: Session = {
        ...input,
        id: randomUUID(),
        authToken: newToken(),
        open: new Set(),
        tunnels: 0,
      };
      byToken.set(session.authToken, session);
      return session;
    },
    find: (authToken) => byToken.get(authToken),
    byId: (id) => [...byToken.values()].find((session) => session.id === id),
    rotate(session) {
      byToken.delete(session.authToken);
      session.authToken = newToken();
      byToken.set(session.authToken, session);
    },
    remove(session) {
      byToken.delete(session.authToken);
      for (const [token, entry] of websocketTokens)
        if (entry.session === session) websocketTokens.delete(token);
    },
    addWebsocketToken(session, expiresAt) {
      const token = randomBytes(24).toString('hex');
      websocketTokens.set(token, { session, expiresAt, isUsed: false });
      return token;
    },
    useWebsocketToken(token, now, use) {
      const entry = websocketTokens.get(token);
      if (!entry || entry.expiresAt <= now || (use === 'once' && entry.isUsed)) return undefined;
      entry.isUsed = true;
      return entry.session;
    },
    rows: () =>
      [...byToken.values()].map(({ authToken: _secret, open, ...row }) => ({
        ...row,
        openTunnels: open.size,
      })),
    all: () => [...byToken.values()],
  };
}
