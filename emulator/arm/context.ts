import type { Principal } from '../estate/directory.ts';
import type { TokenSigner } from '../entra/tokens.ts';
import type { Call } from '../net/http.ts';
import type { SessionRow } from '../bastion/sessions.ts';
import type { World } from '../world.ts';
import type { Operations } from './operations.ts';

/** What the parts of the resource manager share. */
export interface ArmContext {
  readonly world: World;
  readonly signer: TokenSigner;
  readonly operations: Operations;
  /** `https://127.0.0.1:P`, in front of every link that is sent. */
  base(): string;
  /** Open Bastion sessions, for the operations that list and end them. */
  sessions(): readonly SessionRow[];
  endSession(id: string): boolean;
}

/** An authenticated call. */
export interface ArmCall {
  readonly call: Call;
  readonly path: string;
  readonly caller: Principal;
  /** What error sentences call the caller. */
  readonly callerName: string;
  readonly apiVersion: string;
}
