/** What the command line says. Unknown flags belong to Electron and Chromium. */
export interface StartOptions {
  /** Path of a custom-cloud document; null: the public cloud. */
  readonly cloudPath: string | null;
  /** Folder for the app's data instead of the system's usual one. */
  readonly dataFolder: string | null;
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
  return { cloudPath: readFlag(args, 'cloud'), dataFolder: readFlag(args, 'data-dir') };
}
