import { z } from 'zod';

/** One entry of the catalogue: what happened, in one sentence, and the one next step. */
export interface CatalogueEntry {
  readonly message: string;
  readonly next: string;
}

/**
 * The closed catalogue of expected failures: one code, one cause, one sentence for the user, one next step.
 * `docs/errors.md` is generated from it. A failure that is not listed here is a bug and is thrown.
 */
export const errorCatalogue = {
  // Cloud documents and start
  'cloud-document-unreadable': {
    message: 'The custom-cloud document cannot be read.',
    next: 'Check the path given with --cloud and the rights of the file.',
  },
  'cloud-document-invalid': {
    message: 'The custom-cloud document does not have the documented form.',
    next: 'Compare it with docs/custom-cloud.md; the details name the first wrong field.',
  },
  'cloud-document-unsafe': {
    message:
      'The custom-cloud document pairs a Microsoft sign-in with a foreign host, which would hand out real tokens.',
    next: 'Use a document whose authority, scope and Azure Resource Manager host belong to the same cloud.',
  },
  // Sign-in
  'sign-in-cancelled': {
    message: 'The sign-in was cancelled.',
    next: 'Sign in again when you are ready.',
  },
  'sign-in-failed': {
    message: 'Microsoft Entra ID refused the sign-in.',
    next: 'Read the details; your administrator can look up the correlation id.',
  },
  'sign-in-needed': {
    message: 'Nobody is signed in who can be used for this directory.',
    next: 'Sign in, or add an account that is a member of it.',
  },
  'sign-in-expired': {
    message: 'The sign-in has expired or was revoked.',
    next: 'Sign in again with the same account.',
  },
  'sign-in-challenge': {
    message: 'Azure wants a fresh sign-in, because something about the account or its network has changed.',
    next: 'Sign in again; what was refused then works.',
  },
  'sign-in-mfa-needed': {
    message: 'This directory wants another proof of who you are.',
    next: 'Sign in to this directory; have your second factor at hand.',
  },
  'sign-in-device-needed': {
    message: 'This directory only lets managed devices or approved apps in.',
    next: 'Use a managed device, or ask an administrator of the directory about the conditional-access policy.',
  },
  'sign-in-policy-blocked': {
    message: 'A conditional-access policy of this directory blocks the sign-in.',
    next: 'Ask an administrator of the directory; the details name what they need.',
  },
  'sign-in-consent-needed': {
    message: 'Nobody has allowed this application to use Azure for you in this directory.',
    next: 'Sign in to this directory and agree, if it lets you; else ask an administrator for consent.',
  },
  'sign-in-admin-consent-needed': {
    message: 'Only an administrator may allow this application in this directory.',
    next: 'Ask an administrator of the directory to grant consent to the app registration.',
  },
  'sign-in-app-unknown': {
    message: 'This directory does not know the app registration that signs in.',
    next: 'Check the application id, and whether it is registered for one directory only.',
  },
  'sign-in-app-blocked': {
    message: 'This directory has disabled the application, or has not assigned you to it.',
    next: 'Ask an administrator of the directory to enable it, or choose another app registration.',
  },
  'sign-in-not-a-member': {
    message: 'The account is not a member of this directory.',
    next: 'Add the account that is, or ask an administrator of the directory for an invitation.',
  },
  'sign-in-account-blocked': {
    message: 'The account is disabled, locked or needs a new password.',
    next: 'Ask an administrator of its home directory, or set a new password, then sign in again.',
  },
  'sign-in-other-account': {
    message: 'You signed in with another account than the one that needed it.',
    next: 'Sign in again, and choose the account that is named in the details.',
  },
  'registration-needed': {
    message: 'It is not decided yet whose application signs in.',
    next: 'Choose one, then sign in.',
  },
  'account-not-found': {
    message: 'This account is not signed in any more.',
    next: 'Add it again.',
  },
  'az-not-found': {
    message: 'The Azure CLI was not found on this computer.',
    next: 'Install it, or choose another way to sign in under Settings, Account and cloud.',
  },
  'az-not-signed-in': {
    message: 'The Azure CLI is not signed in.',
    next: 'Run “az login” in a terminal, then try again.',
  },
  'az-other-cloud': {
    message: 'The Azure CLI is set to another cloud.',
    next: 'Run “az cloud set” and “az login” in a terminal, or choose the other cloud in the settings.',
  },
  'az-sign-in-needed': {
    message: 'The session of the Azure CLI does not hold for this directory any more.',
    next: 'Run the command in the details in a terminal, then refresh.',
  },
  'az-failed': {
    message: 'The Azure CLI gave no token.',
    next: 'Read the details; they are its own words.',
  },
  'policy-pinned': {
    message: 'Your administrator has fixed this setting.',
    next: 'Ask who manages this computer if it must be changed.',
  },
  'policy-invalid': {
    message: 'The policy file of this computer does not have the documented form.',
    next: 'Ask who manages this computer to compare it with docs/policy.md.',
  },
  'principal-incomplete': {
    message: 'The environment does not name a service principal.',
    next: 'Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.',
  },
  'device-code-expired': {
    message: 'The device code was not used in time.',
    next: 'Start the sign-in again to get a new code.',
  },
  'authority-unreachable': {
    message: 'The sign-in service cannot be reached.',
    next: 'Check the network and the proxy, and the directory (tenant) ID if you gave one; then try again.',
  },
  'authority-busy': {
    message: 'The sign-in service is busy or has a fault of its own.',
    next: 'Try again in a minute; you stay signed in.',
  },
  // Azure Resource Manager
  'arm-unreachable': {
    message: 'Azure Resource Manager cannot be reached.',
    next: 'Check the network and the proxy, then refresh.',
  },
  'arm-forbidden': {
    message: 'You do not have the permission to read this in Azure.',
    next: 'Ask an owner of the resource for the Reader role.',
  },
  'arm-not-found': {
    message: 'Azure does not know this resource any more.',
    next: 'Refresh the list; the resource was moved or deleted.',
  },
  'arm-throttled': {
    message: 'Azure asks for a pause because of too many requests.',
    next: 'Wait a minute, then refresh.',
  },
  'arm-failed': {
    message: 'Azure Resource Manager reported an error.',
    next: 'Refresh; if it stays, give the correlation id to support.',
  },
  'arm-answer-invalid': {
    message: 'Azure Resource Manager answered in a form that is not understood.',
    next: 'Refresh; if it stays, report it with the details.',
  },
  // The way to the outside
  'proxy-unreachable': {
    message: 'The proxy cannot be reached, or does not answer as a proxy.',
    next: 'Check its address under Settings, Network, and whether this network needs it.',
  },
  'proxy-auth-needed': {
    message: 'The proxy wants a sign-in.',
    next: 'Set its user name and password under Settings, Network; the details name what it offers.',
  },
  'proxy-refused': {
    message: 'The proxy refused the connection.',
    next: 'Ask who runs the proxy to let the address in the details through.',
  },
  'ca-file-unreadable': {
    message: 'The file of certificate authorities cannot be read.',
    next: 'Choose another file under Settings, Network, or correct its path and rights.',
  },
  'ca-file-invalid': {
    message: 'The file of certificate authorities holds no certificate in PEM form.',
    next: 'Ask who runs the proxy for its certificate authority as a PEM file, and choose that.',
  },
  'tls-untrusted': {
    message: 'The certificate of the server is not trusted by this computer.',
    next: 'If a company proxy inspects traffic, add its certificate authority; else do not continue.',
  },
  'vm-not-found': {
    message: 'This virtual machine is not in the list of machines you may reach.',
    next: 'Refresh the list, or check that you are signed in to its directory.',
  },
  'sign-out-incomplete': {
    message: 'You are signed out of this window, but your sign-in could not be removed from the disk.',
    next: 'Free the file that the details name, or delete it; else the next start is signed in again.',
  },
  'power-forbidden': {
    message: 'You do not have the permission to start, restart or stop this virtual machine.',
    next: 'Ask its owner for the Virtual Machine Contributor role, or to do it for you.',
  },
  'power-failed': {
    message: 'Azure could not start, restart or stop the virtual machine.',
    next: 'Read the details and try again, or look at its activity log in the portal.',
  },
  'power-busy': {
    message: 'The virtual machine is being started, restarted or stopped already.',
    next: 'Wait until that has ended; its power state shows when.',
  },
  'machine-id-invalid': {
    message: 'This is no resource ID of a virtual machine and no address of one in the portal.',
    next: 'Copy the Resource ID from the machine’s JSON view or Properties page, or the address of its page.',
  },
  'host-invalid': {
    message: 'The host cannot be added.',
    next: 'Give an IPv4 address and choose a Bastion; the details say what is wrong.',
  },
  // Bastion and tunnel
  'no-bastion': {
    message: 'No Azure Bastion that you can read reaches this virtual machine.',
    next: 'Look at the first check: it says which networks were searched.',
  },
  'bastion-unreachable': {
    message: 'The Bastion cannot be reached from this computer.',
    next: 'A firewall or proxy may block TCP 443 to it; check the network.',
  },
  'bastion-unauthorized': {
    message: 'The Bastion did not accept your sign-in.',
    next: 'Sign in again to the directory of the Bastion.',
  },
  'bastion-forbidden': {
    message: 'The Bastion says that you may not reach this target.',
    next: 'You need Reader on the virtual machine, its network interface and the Bastion.',
  },
  'bastion-native-client-off': {
    message: 'Native client support is switched off on this Bastion.',
    next: 'An owner of the Bastion can switch it on under Configuration.',
  },
  'bastion-ip-connect-off': {
    message: 'IP-based connection is switched off on this Bastion.',
    next: 'Give the resource id of the virtual machine, or have an owner of the Bastion switch it on.',
  },
  'bastion-rejected': {
    message: 'The Bastion refused the connection.',
    next: 'Read its answer in the details and look at the checks.',
  },
  'bastion-internal': {
    message:
      'The Bastion reported an internal error, which is also its answer to a missing permission or target.',
    next: 'Check that the machine exists and that you have Reader on it, its network interface and the Bastion; the checks on its page tell which is missing.',
  },
  'bastion-busy': {
    message: 'The Bastion is overloaded or under maintenance.',
    next: 'Try again in a minute.',
  },
  'bastion-answer-invalid': {
    message: 'The Bastion answered in a form that is not understood.',
    next: 'Try again; if it stays, report it with the details.',
  },
  'websocket-refused': {
    message: 'The Bastion gave a token but refused the connection for it.',
    next: 'Try again; a proxy that does not let WebSockets through shows the same sign.',
  },
  'target-silent': {
    message: 'The Bastion connected, but the virtual machine did not answer on this port.',
    next: 'Check that the service runs, listens on the port, and is allowed by the machine’s firewall.',
  },
  'tunnel-lost': {
    message: 'The connection through the Bastion was lost.',
    next: 'Reconnect; what was running on the machine may have ended.',
  },
  'listener-port-in-use': {
    message: 'The local port is used by another program.',
    next: 'Close the other program or choose another port.',
  },
  'listener-port-forbidden': {
    message: 'This local port may not be used on this computer.',
    next: 'Choose another local port, or let Sallyport choose one.',
  },
  'listener-address-missing': {
    message: 'This computer has no such local address.',
    next: 'Use 127.0.0.1, or an address of this computer that begins with 127.',
  },
  'listener-failed': {
    message: 'The local end of the tunnel could not be opened.',
    next: 'Read the details; a security program may forbid local ports.',
  },
  'local-client-refused': {
    message: 'A program of another user tried to use your tunnel and was refused.',
    next: 'Nothing, unless that program is yours.',
  },
  'tunnel-not-found': {
    message: 'This tunnel is not in the list any more.',
    next: 'Open it again from the page of the machine.',
  },
  'tunnel-exists': {
    message: 'A tunnel to this port of the machine is open already.',
    next: 'Use that one, or stop it first.',
  },
  // SSH
  'ssh-not-found': {
    message: 'The OpenSSH client was not found on this computer.',
    next: 'Install OpenSSH (on Windows: Settings, Optional features, OpenSSH Client).',
  },
  'ssh-user-needed': {
    message: 'No user name is known for this virtual machine.',
    next: 'Type the user name and connect.',
  },
  'ssh-auth-failed': {
    message: 'The virtual machine did not accept the sign-in.',
    next: 'Choose another user, key or password.',
  },
  'ssh-host-key-changed': {
    message: 'The host key of this machine is not the one that was pinned, so the connection was stopped.',
    next: 'Ask who runs the machine whether its key was changed; only then forget the pinned key.',
  },
  'ssh-host-key-refused': {
    message: 'You did not accept the host key of this machine.',
    next: 'Compare the fingerprint with one from a trusted source and connect again.',
  },
  'ssh-cancelled': {
    message: 'The connection was cancelled.',
    next: 'Connect again when you are ready.',
  },
  'ssh-key-unreadable': {
    message: 'The private key file cannot be read.',
    next: 'Choose another file, or correct its path and rights.',
  },
  'ssh-failed': {
    message: 'The SSH connection failed.',
    next: 'Read the details; they are the words of the SSH client.',
  },
  'session-not-found': {
    message: 'This session has ended.',
    next: 'Connect again.',
  },
  // Files
  'local-file-unreadable': {
    message: 'A local file cannot be read.',
    next: 'Check that it still exists and that you may read it, then drop it again.',
  },
  'local-names-collide': {
    message: 'Two of the dropped files have the same name.',
    next: 'Drop them one after the other, or rename one.',
  },
  'local-file-changed': {
    message: 'A local file changed while it was being uploaded.',
    next: 'Upload it again when it is no longer written to.',
  },
  'remote-denied': {
    message: 'The user has no right to write there on the virtual machine.',
    next: 'Choose another directory, such as the home directory.',
  },
  'remote-path-missing': {
    message: 'The directory does not exist on the virtual machine.',
    next: 'Type an existing directory.',
  },
  'remote-disk-full': {
    message: 'The disk of the virtual machine is full.',
    next: 'Make room there, then upload again.',
  },
  'hash-mismatch': {
    message: 'What arrived on the virtual machine is not what was sent.',
    next: 'Upload the file again; if it happens twice, check the disk of the machine.',
  },
  'transfer-failed': {
    message: 'The upload failed.',
    next: 'Read the details, then try again.',
  },
  'transfer-cancelled': {
    message: 'The upload was cancelled.',
    next: 'Drop the files again to start over.',
  },
  'transfer-not-found': {
    message: 'This upload is not known any more.',
    next: 'Drop the files again.',
  },
  'sftp-unavailable': {
    message: 'The virtual machine does not offer file transfer (SFTP).',
    next: 'Ask its owner to enable the sftp subsystem in its SSH server.',
  },
  // Remote Desktop
  'rdp-client-not-found': {
    message: 'No Remote Desktop client was found on this computer.',
    next: 'Install FreeRDP (xfreerdp) or the Windows App, then connect again.',
  },
  'rdp-auth-failed': {
    message: 'The virtual machine did not accept the Remote Desktop sign-in.',
    next: 'Check user name and password and connect again.',
  },
  'rdp-certificate-changed': {
    message: 'The Remote Desktop certificate of this machine has changed, so the client refused it.',
    next: 'Ask who runs the machine; then remove the old certificate from the client’s list.',
  },
  'rdp-failed': {
    message: 'The Remote Desktop client ended with an error.',
    next: 'Read the details; they are the words of the client.',
  },
  // Profiles and storage
  'file-damaged': {
    message: 'A saved file was damaged; it was set aside and nothing in it was changed.',
    next: 'Repair the file that was set aside, or go on with what could be read.',
  },
  'save-failed': {
    message: 'The change could not be saved to disk; what was saved before is untouched.',
    next: 'Check free space and rights of the folder in the details, then try again.',
  },
  'profile-not-found': {
    message: 'This saved connection does not exist any more.',
    next: 'Choose another one.',
  },
  'shortcut-taken': {
    message: 'This key cannot be used: it edits text, belongs to the system, or another command has it.',
    next: 'Press another key, or change the other command first.',
  },
  'link-refused': {
    message: 'Only http and https links can be opened.',
    next: 'Copy the text and use another program.',
  },
  // The bridge between page and main process
  'probe-refused': {
    message: 'The probe was not started.',
    next: 'Start it again and answer yes, if you may run it against this Bastion.',
  },
  'ipc-invalid-request': {
    message: 'The window sent a request that is not understood.',
    next: 'Restart the app; if it stays, report it.',
  },
  unexpected: {
    message: 'Something went wrong inside the app.',
    next: 'Try again; if it stays, report it with the details.',
  },
} as const satisfies Record<string, CatalogueEntry>;

/** The code of one expected failure. */
export type ErrorCode = keyof typeof errorCatalogue;

const codes = Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]];

/** An expected failure as it crosses every seam of the program. `detail` is technical, redacted, and safe to copy. */
export const appErrorSchema = z.object({
  code: z.enum(codes),
  message: z.string(),
  next: z.string(),
  detail: z.string().optional(),
  correlationId: z.string().optional(),
});

/** An expected failure: see {@link appErrorSchema}. */
export type AppError = Readonly<z.infer<typeof appErrorSchema>>;

/** Makes an error of the catalogue. `detail` must already be free of secrets. */
export function appError(
  code: ErrorCode,
  extra: { readonly detail?: string | undefined; readonly correlationId?: string | undefined } = {},
): AppError {
  return {
    code,
    ...errorCatalogue[code],
    ...(extra.detail === undefined ? {} : { detail: extra.detail }),
    ...(extra.correlationId === undefined ? {} : { correlationId: extra.correlationId }),
  };
}
