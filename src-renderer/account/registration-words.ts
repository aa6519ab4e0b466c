import type { Identity, Registration } from '../../shared/account.ts';

/** Each way to sign in, and what it brings. */
export const registrationTexts: Readonly<
  Record<Registration['kind'], { readonly title: string; readonly consequence: string }>
> = {
  own: {
    title: 'Your organisation’s own app registration',
    consequence:
      'Sign-in logs and policies show it under its own name. An administrator registers it once; docs/app-registration.md has the commands.',
  },
  az: {
    title: 'The session of the Azure CLI on this computer',
    consequence:
      'Uses whoever “az login” has signed in, and asks for nothing more. Second factors and other directories are answered in the CLI.',
  },
  developer: {
    title: 'The public sign-on of Azure’s developer tools',
    consequence:
      'Needs no set-up. Sign-in logs show “Microsoft Azure CLI”; what it keeps can be used by a whole family of Microsoft apps. Your organisation may not allow it.',
  },
};

const deciders: Readonly<Record<Identity['registrationFrom'], string>> = {
  user: '',
  policy: 'Your administrator has fixed this.',
  'cloud-document': 'The custom cloud’s document fixes this.',
  'command-line': 'The command line that started the app fixes this.',
};

/** Who has fixed a setting that the user cannot change; empty if nobody has. */
export function fixedBy(decider: Identity['registrationFrom']): string {
  return deciders[decider];
}
