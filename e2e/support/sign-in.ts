import type { RunningApp } from './app.ts';
import { walkSignIn } from './walk-sign-in.ts';

/** The person of the demo estate: name in Azure, account and password on the machines. */
export const ada = { upn: 'ada@contoso.example', user: 'ada', password: 'correct horse 1815' } as const;

/** Signs in by the system browser, as a person would. */
export async function signIn(app: RunningApp, upn: string = ada.upn): Promise<void> {
  await app.page.getByRole('button', { name: 'Sign in with your browser' }).click();
  await walkSignIn(await app.openedUrl(), upn);
}
