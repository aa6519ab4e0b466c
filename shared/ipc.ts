import { z } from 'zod';
import { cloudKeySchema, registrationSchema } from './account.ts';
import { hostBastionSchema, hostDraftSchema, hostImportSchema } from './hosts.ts';
import { resourceIdSchema } from './inventory.ts';
import { proxySettingSchema } from './network.ts';
import { groupBySchema, preferencesSchema, savedFilterSchema } from './preferences.ts';
import { profileDraftSchema } from './profile.ts';
import { connectRdpSchema, connectSshSchema } from './session.ts';
import { acceleratorSchema, commandSchema } from './shortcuts.ts';
import { patchSchema, settingsSchema, snapshotSchema } from './state.ts';
import { transferFileSchema } from './transfer.ts';
import { tunnelDraftSchema, tunnelSuggestionSchema } from './tunnel.ts';
import { powerActionSchema } from './vm-detail.ts';
import { trustAnswerSchema, trustPromptSchema } from './trust.ts';

const nothing = z.null();
const id = z.string().min(1).max(200);
const withId = z.object({ id });

/** One request channel: what goes in, and what comes back inside a Result. */
export interface Channel {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
}

/**
 * What the big window may ask of main. The only place where these names are written;
 * the preload's bridge is built from the keys (see `electron.vite.config.ts`).
 */
export const windowChannels = {
  /** The whole state; asked for at start and after a gap in the patches. */
  'state:get': { input: nothing, output: snapshotSchema },
  /** Signs an account in beside those that are; how it goes is in `state.signInFlow`. Resolves when it is over. */
  'account:sign-in': { input: z.object({ method: z.enum(['browser', 'device-code']) }), output: nothing },
  'account:cancel-sign-in': { input: nothing, output: nothing },
  /** Removes the tokens of one account and nothing else. */
  'account:sign-out': { input: z.object({ accountId: id }), output: nothing },
  /**
   * Signs an account in again, in the browser and without the list of accounts: as a whole, or in one directory with what
   * that directory asked for.
   */
  'account:repair': { input: z.object({ accountId: id, tenantId: id.nullable() }), output: nothing },
  /** Chooses the account that is used in a directory. */
  'account:choose-for-tenant': { input: z.object({ tenantId: id, accountId: id }), output: nothing },
  /** Whose application signs in; asked once. Accounts of another one stay on disk until it is chosen again. */
  'account:set-registration': { input: registrationSchema, output: nothing },
  /** The cloud of the next start. */
  'account:set-cloud': { input: z.object({ cloud: cloudKeySchema }), output: nothing },
  /** Ends the app in order and starts it again; live sessions are asked about. */
  'account:restart': { input: nothing, output: nothing },
  /** Keeps tokens in a file that is not encrypted, which is confirmed in the trust window; or deletes that file. */
  'account:set-plain-cache': { input: z.object({ isOn: z.boolean() }), output: z.boolean() },
  /** Reads all subscriptions and machines again. */
  'inventory:refresh': { input: nothing, output: nothing },
  /** Finds a machine by its resource id or the address of its page in the portal, also one that no list shows. */
  'inventory:find': {
    input: z.object({ text: z.string().min(1).max(4096) }),
    output: z.object({ id: resourceIdSchema }),
  },
  /** Loads facts, routes and checks of one machine into `state.details`. `force` runs them again. */
  'vm:load': { input: z.object({ vmId: resourceIdSchema, force: z.boolean() }), output: nothing },
  /**
   * Starts, restarts or deallocates a machine; power states arrive in `state.vms`. Asked in the trust window. Resolves when
   * Azure has done it, or with `refused`.
   */
  'vm:power': {
    input: z.object({ vmId: resourceIdSchema, action: powerActionSchema }),
    output: z.enum(['done', 'refused']),
  },
  /** Starts a machine that does not run, then connects; resolves with the session's id, or null if the user said no. */
  'vm:start-and-connect': {
    input: z.object({ vmId: resourceIdSchema, protocol: z.enum(['ssh', 'rdp']) }),
    output: withId.nullable(),
  },
  /** Which Bastion is used for a machine, or for all machines of its network; null: the best one. */
  'route:choose': {
    input: z.object({
      vmId: resourceIdSchema,
      bastionId: resourceIdSchema.nullable(),
      scope: z.enum(['vm', 'network']),
    }),
    output: nothing,
  },
  /** The machines on screen: their power states are kept up to date. */
  'inventory:in-view': { input: z.object({ vmIds: z.array(resourceIdSchema).max(200) }), output: nothing },
  /** The Bastions that hosts can be added to. */
  'host:bastions': { input: nothing, output: z.array(hostBastionSchema) },
  /** Adds a host by its address, or changes the one with this address and Bastion. */
  'host:add': { input: hostDraftSchema, output: z.object({ id: resourceIdSchema }) },
  /** Takes a host off the list; gives what it was, so that it can be added again. */
  'host:remove': { input: z.object({ id: resourceIdSchema }), output: hostDraftSchema },
  /** Adds the hosts of a list (CSV); `bastionId` is for lines that name none. */
  'host:import': {
    input: z.object({ text: z.string().max(2_000_000), bastionId: resourceIdSchema }),
    output: hostImportSchema,
  },
  /** Opens an SSH session; resolves with its id at once, its progress is in `state.sessions`. */
  'session:connect-ssh': { input: connectSshSchema, output: withId },
  'session:connect-rdp': { input: connectRdpSchema, output: withId },
  /** Connects again with the same settings; the new session keeps the id, so the tab and its scrollback stay. */
  'session:reconnect': { input: withId, output: nothing },
  /** Ends the session if it is live; keeps the tab. */
  'session:disconnect': { input: withId, output: nothing },
  /** Ends the session and forgets it. */
  'session:close': { input: withId, output: nothing },
  /** Asks for the terminal's MessagePort; it arrives as a `terminal:port` message of the window. */
  'terminal:attach': { input: withId, output: nothing },
  /** Private keys found in the user's ~/.ssh, and those chosen before. */
  'key:list': { input: nothing, output: z.array(z.object({ path: z.string(), comment: z.string() })) },
  /** The system's file dialog; null when it was cancelled. */
  'key:choose': { input: nothing, output: z.string().nullable() },
  /** Forgets the pinned host key of a machine and port; asked in the trust window. True if forgotten. */
  'host-key:forget': { input: z.object({ sessionId: id }), output: z.boolean() },
  /** Starts an offered upload into a remote directory; empty: the home directory. */
  'transfer:start': { input: z.object({ id, directory: z.string().max(4096) }), output: nothing },
  'transfer:cancel': { input: withId, output: nothing },
  /** Removes an ended or only offered upload from the list. */
  'transfer:dismiss': { input: withId, output: nothing },
  /** The files of an upload with their hashes, a page at a time. */
  'transfer:files': {
    input: z.object({ id, offset: z.number().int().min(0), limit: z.number().int().min(1).max(1000) }),
    output: z.array(transferFileSchema),
  },
  /** What the Tunnel… dialog of a machine begins with. */
  'tunnel:suggest': { input: z.object({ vmId: resourceIdSchema }), output: tunnelSuggestionSchema },
  /** Opens a tunnel for other programs; resolves with its id at once, how it goes is in `state.tunnels`. */
  'tunnel:open': { input: tunnelDraftSchema, output: withId },
  /** Opens a stopped or failed tunnel again. */
  'tunnel:start': { input: withId, output: nothing },
  /** Closes the listener and every connection; the tunnel stays in the list. */
  'tunnel:stop': { input: withId, output: nothing },
  /** Stops it, if need be, and takes it off the list and off the disk. */
  'tunnel:remove': { input: withId, output: nothing },
  /** Lets a program in that was turned away: everything that runs as its user. Asked in the trust window. */
  'tunnel:allow': { input: z.object({ id, uid: z.number().int().nullable() }), output: nothing },
  /** The machine whose page is in view, or null: its Bastion is made ready. */
  'tunnel:in-view': { input: z.object({ vmId: resourceIdSchema.nullable() }), output: nothing },
  /** Copies versions, state and the latest activity to the clipboard, redacted. */
  'activity:copy-diagnostics': { input: nothing, output: nothing },
  'activity:clear': { input: nothing, output: nothing },
  'profile:save': { input: z.object({ id: id.nullable(), draft: profileDraftSchema }), output: withId },
  'profile:delete': { input: withId, output: nothing },
  /** Connects as the profile says; resolves with the session's id. */
  'profile:connect': { input: withId, output: withId },
  'preferences:set-favourite': {
    input: z.object({ vmId: resourceIdSchema, isFavourite: z.boolean() }),
    output: nothing,
  },
  'preferences:clear-recents': { input: nothing, output: nothing },
  /** Adds a filter, or replaces the one of the same name. */
  'preferences:save-filter': { input: savedFilterSchema, output: nothing },
  'preferences:delete-filter': { input: savedFilterSchema.pick({ name: true }), output: nothing },
  'preferences:group-by': { input: groupBySchema, output: nothing },
  'preferences:set-warm-up': { input: preferencesSchema.shape.warmUp, output: nothing },
  /** Gives a command another key; null: the usual one again. */
  'preferences:set-shortcut': {
    input: z.object({ command: commandSchema, accelerator: acceleratorSchema.nullable() }),
    output: nothing,
  },
  /** Everything but the network, which has channels of its own. */
  'settings:save': { input: settingsSchema, output: nothing },
  /** Holds at once for new connections. A proxy set by hand is confirmed in the trust window. False: it was not. */
  'network:set-proxy': { input: proxySettingSchema, output: z.boolean() },
  /** The system's file dialog, then the trust window; the path that was saved, or null. */
  'network:choose-ca-file': { input: nothing, output: z.string().nullable() },
  'network:forget-ca-file': { input: nothing, output: nothing },
  /** Asks for the password in the trust window and keeps it encrypted, for this proxy only. No user: forgets it. */
  'network:sign-in-to-proxy': {
    input: z.object({
      host: z.string().min(1).max(255),
      port: z.number().int().min(1).max(65_535),
      user: z.string().max(255),
    }),
    output: nothing,
  },
  'notice:dismiss': { input: withId, output: nothing },
  'clipboard:write': { input: z.object({ text: z.string().max(1_000_000) }), output: nothing },
  /** Pastes into the focused element, as the menu's Paste does; the text never passes through this channel. */
  'clipboard:paste': { input: nothing, output: nothing },
  /** Opens an http or https link in the system browser after asking in the trust window. */
  'link:open': { input: z.object({ url: z.string().max(4096) }), output: nothing },
} as const satisfies Record<string, Channel>;

/** Channels that only the preload itself uses: a page can never name a path, it hands over `File` objects. */
export const preloadChannels = {
  /** Paths that the preload took from dropped `File` objects; resolves with the id of the offered transfer. */
  'transfer:offer': {
    input: z.object({ sessionId: id, paths: z.array(z.string()).min(1).max(10_000) }),
    output: withId,
  },
} as const satisfies Record<string, Channel>;

/** What the small trust window may ask of main. */
export const trustChannels = {
  /** The prompt on screen, or null. */
  'trust:current': { input: nothing, output: trustPromptSchema.nullable() },
  'trust:answer': { input: trustAnswerSchema, output: nothing },
} as const satisfies Record<string, Channel>;

/** What main pushes to the big window. */
export const windowEvents = {
  'state:patch': patchSchema,
} as const;

/** What main pushes to the trust window. */
export const trustEvents = { 'trust:prompt': trustPromptSchema.nullable() } as const;

/** The message that carries a terminal's MessagePort from the preload to the page. */
export const terminalPortMessage = 'terminal:port';

/** What goes over a terminal's port. Bytes travel as exact `Uint8Array`s beside these. */
export const terminalInputSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('input'), text: z.string().max(1_000_000) }),
  z.object({
    kind: z.literal('resize'),
    columns: z.number().int().min(1).max(1000),
    rows: z.number().int().min(1).max(1000),
  }),
  /** Bytes that the terminal has processed since the last of these: the other half of the flow control. */
  z.object({ kind: z.literal('ack'), bytes: z.number().int().min(1) }),
]);
export type TerminalInput = Readonly<z.infer<typeof terminalInputSchema>>;

/** Unacknowledged terminal bytes at which main stops reading from the session, and at which it goes on. */
export const terminalFlow = {
  highWaterBytes: 262_144,
  lowWaterBytes: 65_536,
  ackEveryBytes: 32_768,
} as const;

type Channels = Record<string, Channel>;
export type Input<C extends Channels, K extends keyof C> = z.infer<C[K]['input']>;
export type Output<C extends Channels, K extends keyof C> = z.infer<C[K]['output']>;
