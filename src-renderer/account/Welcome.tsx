import { LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import { openSettings, signIn } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { Button } from '../ui/Button.tsx';
import { Disclosure } from '../ui/Disclosure.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { CloudChoice } from './CloudChoice.tsx';
import { RegistrationForm } from './RegistrationForm.tsx';
import { SignInProgress } from './SignInProgress.tsx';

function SignInButtons(): ReactNode {
  const usesAz = useAppState((state) => state.identity.registration?.kind === 'az');
  if (usesAz) {
    return (
      <Button kind="primary" isLarge onPress={() => signIn('browser')}>
        Use the Azure CLI’s session
      </Button>
    );
  }
  return (
    <div className="button-row">
      <Button kind="primary" isLarge onPress={() => signIn('browser')}>
        Sign in with your browser
      </Button>
      <Button isLarge onPress={() => signIn('device-code')}>
        Use a device code
      </Button>
    </div>
  );
}

function SignInState(): ReactNode {
  const account = useAppState((state) => state.account);
  const flow = useAppState((state) => state.signInFlow);
  const registration = useAppState((state) => state.identity.registration);
  if (account.kind === 'restoring') {
    return (
      <output className="waiting">
        <LoaderCircle className="icon spin" aria-hidden />
        Looking for your last sign-in…
      </output>
    );
  }
  if (flow.kind !== 'none') return <SignInProgress flow={flow} />;
  if (registration === null) return <RegistrationForm registration={null} saveLabel="Continue" />;
  return (
    <>
      {flow.error !== null && <ErrorBlock error={flow.error} />}
      <SignInButtons />
    </>
  );
}

/** What is on screen before anybody is signed in: one sentence, whose app signs in (asked once), and the ways to sign in. */
export function Welcome(): ReactNode {
  const cloudName = useAppState((state) => state.cloud.name);
  return (
    <main className="welcome">
      <div className="welcome-content">
        <h1>Sallyport</h1>
        <p className="welcome-sentence">
          Sign in to see every machine that you may reach through Azure Bastion, and connect with one click.
        </p>
        <SignInState />
        <div className="welcome-foot soft small">
          <Disclosure label={`Cloud: ${cloudName}`}>
            <CloudChoice />
          </Disclosure>
          <p>
            Behind a proxy, or another app to sign in with?{' '}
            <Button kind="link" onPress={openSettings}>
              Settings
            </Button>
          </p>
        </div>
      </div>
    </main>
  );
}
