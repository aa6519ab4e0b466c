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
