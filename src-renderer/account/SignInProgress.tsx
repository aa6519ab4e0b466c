import { Check, Copy, LoaderCircle } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { SignInFlow } from '../../shared/account.ts';
import { cancelSignIn, copyText, run } from '../state/actions.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { useNow } from '../ui/use-now.ts';

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

function DeviceCode({ flow }: { readonly flow: SignInFlow & { kind: 'device-code' } }): ReactNode {
  const nowMs = useNow(1000);
  return (
    <div className="sign-in-box">
      <p>Open this page on any device and type the code:</p>
      <p>
        <Button
          kind="link"
          onPress={() => void run(bridge().calls['link:open']({ url: flow.verificationUrl }))}
        >
          {flow.verificationUrl}
        </Button>
      </p>
      <output className="device-code selectable" aria-label="Device code">
        {flow.userCode}
      </output>
      <p className="soft small" role="timer">
        {expiryText(flow.expiresAtMs - nowMs)}
      </p>
      <div className="button-row">
        <CopyCode code={flow.userCode} />
        <Button onPress={cancelSignIn}>Cancel</Button>
      </div>
    </div>
  );
}

/** A sign-in that is under way, and the way out of it. */
export function SignInProgress({ flow }: { readonly flow: SignInFlow }): ReactNode {
  if (flow.kind === 'none') return null;
  if (flow.kind === 'device-code') return <DeviceCode flow={flow} />;
  return (
    <div className="sign-in-box">
      <output className="waiting">
        <LoaderCircle className="icon spin" aria-hidden />
        {flow.kind === 'az'
          ? 'Asking the Azure CLI for its session…'
          : 'Finish signing in in your browser, then come back here.'}
      </output>
      <Button onPress={cancelSignIn}>Cancel</Button>
    </div>
  );
}
