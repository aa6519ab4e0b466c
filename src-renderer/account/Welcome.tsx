import { Check, Copy, LoaderCircle } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { AccountState } from '../../shared/state.ts';
import { copyText, openSettings, run, signIn } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { useNow } from '../ui/use-now.ts';

function cancelSignIn(): void {
  void run(bridge().calls['account:cancel-sign-in'](null));
}

function SignInButtons(): ReactNode {
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

function CopyCode({ code }: { readonly code: string }): ReactNode {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <Button
      onPress={() => {
        copyText(code);
        setCopied(true);
      }}
    >
      {isCopied ? <Check className="icon" aria-hidden /> : <Copy className="icon" aria-hidden />}
      {isCopied ? 'Copied' : 'Copy code'}
    </Button>
  );
}

function expiryText(leftMs: number): string {
  if (leftMs <= 0) return 'The code has expired.';
  const seconds = Math.ceil(leftMs / 1000);
  return `Expires in ${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`;
}

function DeviceCode({ account }: { readonly account: AccountState & { kind: 'device-code' } }): ReactNode {
  const nowMs = useNow(1000);
  return (
    <div className="sign-in-box">
      <p>Open this page on any device and type the code:</p>
      <p>
        <Button
          kind="link"
          onPress={() => void run(bridge().calls['link:open']({ url: account.verificationUrl }))}
        >
          {account.verificationUrl}
        </Button>
      </p>
      <output className="device-code selectable" aria-label="Device code">
        {account.userCode}
      </output>
      <p className="soft small" role="timer">
        {expiryText(account.expiresAtMs - nowMs)}
      </p>
      <div className="button-row">
        <CopyCode code={account.userCode} />
        <Button onPress={cancelSignIn}>Cancel</Button>
      </div>
    </div>
  );
}

function SignInState({ account }: { readonly account: AccountState }): ReactNode {
  switch (account.kind) {
    case 'restoring':
      return (
        <output className="waiting">
          <LoaderCircle className="icon spin" aria-hidden />
          Looking for your last sign-in…
        </output>
      );
    case 'browser':
      return (
        <div className="sign-in-box">
          <output className="waiting">
            <LoaderCircle className="icon spin" aria-hidden />
            Finish signing in in your browser, then come back here.
          </output>
          <Button onPress={cancelSignIn}>Cancel</Button>
        </div>
      );
    case 'device-code':
      return <DeviceCode account={account} />;
    case 'signed-out':
      return (
        <>
          {account.error !== null && <ErrorBlock error={account.error} />}
          <SignInButtons />
        </>
      );
    case 'signed-in':
      return null;
  }
}

/** What is on screen before anybody is signed in: one sentence and two ways to sign in. */
export function Welcome(): ReactNode {
  const account = useAppState((state) => state.account);
  return (
    <main className="welcome">
      <div className="welcome-content">
        <h1>Sallyport</h1>
        <p className="welcome-sentence">
          Sign in to see every machine that you may reach through Azure Bastion, and connect with one click.
        </p>
        <SignInState account={account} />
        <p className="welcome-foot soft small">
          Behind a proxy?{' '}
          <Button kind="link" onPress={openSettings}>
            Settings
          </Button>
        </p>
      </div>
    </main>
  );
}
