/** What the command line says. Unknown flags belong to Electron and Chromium. */
export interface StartOptions {
  /** Path of a custom-cloud document; null: the public cloud. */
  readonly cloudPath: string | null;
  /** Folder for the app's data instead of the system's usual one. */
  readonly dataFolder: string | null;
  /** Another place of the administrator's policy, for development and tests; the packed app does not look at it. */
  readonly policyPath: string | null;
}

/** Reads `--name value` and `--name=value`. */
function readFlag(args: readonly string[], name: string): string | null {
  for (const [index, arg] of args.entries()) {
    if (arg.startsWith(`--${name}=`)) return arg.slice(name.length + 3);
    if (arg === `--${name}`) return args[index + 1] ?? null;
  }
  return null;
}

export function readStartOptions(args: readonly string[]): StartOptions {
  return {
    cloudPath: readFlag(args, 'cloud'),
    dataFolder: readFlag(args, 'data-dir'),
    policyPath: readFlag(args, 'policy'),
  };
}

/** The commands that run without a window. */
const verbs = new Set(['tunnel', 'probe']);

/** The command line behind the program's own name, if it is one: it begins with a verb; null: the app with its window. */
export function cliArguments(argv: readonly string[]): readonly string[] | null {
  const at = argv.findIndex((arg, index) => index > 0 && verbs.has(arg));
  return at === -1 ? null : argv.slice(at);
}
