import { z } from 'zod';

/** Where a switch's default comes from: what the service documents, what people saw, or what nobody public knows. */
type SwitchSource = 'documented' | 'observed' | 'guess' | 'inference' | 'open question';

interface SwitchNote {
  readonly source: SwitchSource;
  readonly about: string;
}

/** Every uncertain statement about the service, as a choice. The default is the one that is hardest on a client. */
export const switchesSchema = z.strictObject({
  missingPermission: z.enum(['bare-500', 'forbidden']).default('bare-500'),
  rejectedTokenBody: z.enum(['text', 'json']).default('text'),
  wrongTenantStatus: z.union([z.literal(401), z.literal(403)]).default(401),
  tunnelingDisabledStatus: z.union([z.literal(400), z.literal(403), z.literal(500)]).default(400),
  ipConnectDisabledStatus: z.union([z.literal(400), z.literal(403), z.literal(500)]).default(403),
  ipConnectPorts: z.enum(['enforce', 'any']).default('enforce'),
  websocketTokenSeconds: z.number().positive().default(15),
  websocketTokenUse: z.enum(['once', 'until-expiry']).default('once'),
  badWebsocketToken: z.enum(['upgrade-then-400', 'refuse-400']).default('upgrade-then-400'),
  continuation: z.enum(['reuse', 'rotate']).default('reuse'),
  maxClientFrameBytes: z.number().int().nonnegative().default(4096),
  fragmentedClientFrames: z.enum(['close', 'accept']).default('close'),
  frameViolation: z.enum(['drop', 'close-1009']).default('drop'),
  clientTextFrames: z.enum(['close-1003', 'ignore']).default('close-1003'),
  answerPings: z.boolean().default(false),
  servicePingSeconds: z.number().nonnegative().default(0),
  idleTunnelSeconds: z.number().nonnegative().default(0),
  closedPort: z.enum(['close-1011', 'upgrade-then-400', 'silence', 'tokens-500']).default('close-1011'),
  unreachableTarget: z.enum(['silence', 'close-1011', 'upgrade-then-400', 'tokens-500']).default('silence'),
  outOfReach: z.enum(['bare-500', 'not-found']).default('bare-500'),
  armPageSize: z.number().int().positive().default(100),
  armAbsentFalse: z.boolean().default(true),
  armIdCasing: z.enum(['mixed', 'as-written']).default('mixed'),
  armOperationSeconds: z.number().nonnegative().default(3),
  graphQueries: z.number().int().positive().default(15),
  graphWindowMs: z.number().int().positive().default(5000),
  graphPowerLagSeconds: z.number().nonnegative().default(60),
  accessTokenSeconds: z.number().int().positive().default(3600),
  usedRefreshTokens: z.enum(['kept', 'revoked']).default('kept'),
  sshCertificates: z.enum(['issued', 'refused']).default('issued'),
  deviceCodeIntervalSeconds: z.number().int().positive().default(5),
});

/** The switches of an estate, all set. */
export type Switches = z.output<typeof switchesSchema>;

/** What each switch means and how well its default is known; `ESTATE.md` prints this table. */
export const switchNotes: Readonly<Record<keyof Switches, SwitchNote>> = {
  missingPermission: {
    source: 'observed',
    about:
      'Answer of the data plane to a caller who lacks a read permission: a bare 500, or 403 with a message.',
  },
  rejectedTokenBody: {
    source: 'observed',
    about:
      'Body beside 401 and 403 of the data plane: the word "Unauthorized" or "Forbidden", or the JSON error.',
  },
  wrongTenantStatus: {
    source: 'inference',
    about: "Status for a token of another tenant than the Bastion's.",
  },
  tunnelingDisabledStatus: {
    source: 'guess',
    about: 'Status beside "Tunneling is disabled" when native client support is off.',
  },
  ipConnectDisabledStatus: { source: 'guess', about: 'Status for an address as target when that is off.' },
  ipConnectPorts: {
    source: 'open question',
    about:
      'Whether the service itself refuses ports other than 22 and 3389 for a target given as an address.',
  },
  websocketTokenSeconds: { source: 'open question', about: 'Seconds for which a WebSocket token is good.' },
  websocketTokenUse: {
    source: 'inference',
    about: 'Whether a WebSocket token opens one connection or several.',
  },
  badWebsocketToken: {
    source: 'observed',
    about: 'Unknown, used or expired WebSocket token: 101 and then an HTTP 400 page, or a plain 400.',
  },
  continuation: { source: 'inference', about: 'Whether a continued session keeps its authToken.' },
  maxClientFrameBytes: {
    source: 'open question',
    about: 'Largest payload of one client frame; 0 means no limit.',
  },
  fragmentedClientFrames: { source: 'observed', about: 'Whether a message in several frames is carried.' },
  frameViolation: {
    source: 'open question',
    about: 'How a frame that is too large or fragmented ends the connection: cut, or close code 1009.',
  },
  clientTextFrames: {
    source: 'guess',
    about: 'A text frame from the client ends the tunnel, or is ignored.',
  },
  answerPings: { source: 'open question', about: 'Whether a ping of the client is answered.' },
  servicePingSeconds: { source: 'open question', about: 'Seconds between pings of the service; 0: none.' },
  idleTunnelSeconds: {
    source: 'open question',
    about: 'Seconds without bytes after which a tunnel is cut; 0: never, so that a demo left alone stays up.',
  },
  closedPort: { source: 'open question', about: 'What a client sees when the target port refuses.' },
  unreachableTarget: {
    source: 'open question',
    about: 'What a client sees when the VM is not running or a security rule drops the packets.',
  },
  outOfReach: { source: 'inference', about: 'Answer when no network path leads from the Bastion to the VM.' },
  armPageSize: { source: 'documented', about: 'Resources in one page of a list.' },
  armAbsentFalse: { source: 'observed', about: 'Flags of a Bastion that are false are left out.' },
  armIdCasing: { source: 'documented', about: 'Ids inside other resources are spelt in another casing.' },
  armOperationSeconds: { source: 'guess', about: 'Seconds that a long-running operation takes.' },
  graphQueries: { source: 'documented', about: 'Resource Graph queries of one user in one window.' },
  graphWindowMs: { source: 'documented', about: 'Length of that window, in milliseconds.' },
  graphPowerLagSeconds: {
    source: 'observed',
    about: 'Seconds after which Resource Graph shows a new power state.',
  },
  accessTokenSeconds: { source: 'documented', about: 'Seconds for which an access token is good.' },
  usedRefreshTokens: {
    source: 'documented',
    about: 'Whether a refresh token stays good once it was redeemed.',
  },
  sshCertificates: {
    source: 'inference',
    about: 'Whether this client may have SSH certificates, or is told that consent is missing.',
  },
  deviceCodeIntervalSeconds: { source: 'documented', about: 'Seconds between two polls of a device code.' },
};
