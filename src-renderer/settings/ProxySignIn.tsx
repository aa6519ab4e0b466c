import { type ReactNode, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import type { ProxySetting } from '../../shared/network.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { Disclosure } from '../ui/Disclosure.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { TextField } from '../ui/TextField.tsx';
import { parseEnd, proxyEnd } from './proxy-draft.ts';

type Field = 'end' | 'user';

function SignInForm({ setting }: { readonly setting: ProxySetting }): ReactNode {
  const [end, setEnd] = useState(setting.kind === 'manual' ? proxyEnd(setting.url) : '');
  const [user, setUser] = useState('');
  const [wrong, setWrong] = useState<Field | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const [done, setDone] = useState('');

  async function save(name: string, words: string): Promise<void> {
    setDone('');
    setError(null);
    const parsed = parseEnd(end);
    setWrong(parsed === null ? 'end' : null);
    if (parsed === null) return;
    const result = await bridge().calls['network:sign-in-to-proxy']({ ...parsed, user: name });
    if (result.ok) setDone(words);
    else setError(result.error);
  }

  function askPassword(): void {
    const name = user.trim();
    if (name === '') setWrong('user');
    else void save(name, 'The password is kept for this proxy only.');
  }

  return (
    <form
      className="settings-group"
      aria-label="Sign-in to the proxy"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        askPassword();
      }}
    >
      <div className="settings-pair">
        <TextField
          label="Proxy, host and port"
          value={end}
          error={wrong === 'end' ? 'Type a host and a port, such as proxy.example.com:3128.' : null}
          placeholder="proxy.example.com:3128"
          onChange={setEnd}
        />
        <TextField
          label="User name at the proxy"
          value={user}
          error={wrong === 'user' ? 'Type the user name.' : null}
          onChange={setUser}
        />
      </div>
      {error !== null && <ErrorBlock error={error} />}
      <div className="button-row">
        <Button type="submit">Set password…</Button>
        <Button kind="quiet" onPress={() => void save('', 'The sign-in to this proxy is forgotten.')}>
          Forget sign-in
        </Button>
        <output className="soft small">{done}</output>
      </div>
    </form>
  );
}

/** Name and password for a proxy that wants them; the password is typed in the trust window. */
export function ProxySignIn({ setting }: { readonly setting: ProxySetting }): ReactNode {
  const end = setting.kind === 'manual' ? proxyEnd(setting.url) : '';
  return (
    <div>
      <Disclosure label="Sign in to the proxy">
        <SignInForm key={end} setting={setting} />
      </Disclosure>
    </div>
  );
}
