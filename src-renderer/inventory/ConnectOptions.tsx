import { type ReactNode, useState } from 'react';
import { parsePort, portProblem, userProblem } from '../profiles/draft.ts';
import { connectRdp, connectSsh } from '../state/actions.ts';
import { Button } from '../ui/Button.tsx';
import { MethodFields } from '../ui/MethodFields.tsx';
import { TextField } from '../ui/TextField.tsx';
import type { SignInPlan } from '../../shared/vm-detail.ts';

interface OptionsProps {
  readonly vmId: string;
  readonly onDone: () => void;
}

interface SshOptionsProps extends OptionsProps {
  readonly plan: SignInPlan | null;
}

/** The form behind the arrow of a connect button: what differs stands between the user and the port. */
function OptionsForm(props: {
  readonly label: string;
  readonly user: ReactNode;
  readonly children?: ReactNode;
  readonly port: string;
  readonly portError: string | null;
  readonly onPort: (port: string) => void;
  readonly onConnect: () => void;
  readonly onDone: () => void;
}): ReactNode {
  return (
    <form
      className="profile-form"
      aria-label={props.label}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        props.onConnect();
      }}
    >
      {props.user}
      {props.children}
      <TextField label="Port" value={props.port} error={props.portError} isNumeric onChange={props.onPort} />
      <div className="button-row">
        <Button kind="primary" type="submit">
          Connect
        </Button>
        <Button onPress={props.onDone}>Cancel</Button>
      </div>
    </form>
  );
}

/** The form behind the arrow of Connect SSH: user, method, key and port for this one connection. */
export function SshOptions({ vmId, plan, onDone }: SshOptionsProps): ReactNode {
  const [user, setUser] = useState(plan?.user ?? '');
  const [port, setPort] = useState(String(plan?.port ?? 22));
  const [method, setMethod] = useState(plan?.method ?? 'agent');
  const [keyPath, setKeyPath] = useState(plan?.keyPath ?? null);
  const [isTried, setTried] = useState(false);
  const name = user.trim();
  const wrongUser = name === '' ? 'Type the user name on the machine.' : userProblem(name);
  const portNumber = parsePort(port);
  const wrongKey = method === 'key' && keyPath === null ? 'Choose a private key.' : null;

  function connect(): void {
    setTried(true);
    if (wrongUser !== null || portNumber === null || wrongKey !== null) return;
    onDone();
    const key = method === 'key' && keyPath !== null ? { keyPath } : {};
    void connectSsh({ vmId, user: name, method, port: portNumber, ...key });
  }

  return (
    <OptionsForm
      label="SSH options"
      user={
        <TextField
          label="User name"
          value={user}
          error={isTried ? wrongUser : null}
          takesFocus
          onChange={setUser}
        />
      }
      port={port}
      portError={isTried && portNumber === null ? portProblem : null}
      onPort={setPort}
      onConnect={connect}
      onDone={onDone}
    >
      <MethodFields
        method={method}
        keyPath={keyPath}
        allowsPlan={false}
        keyError={isTried ? wrongKey : null}
        onChange={(next, path) => {
          setMethod(next ?? 'agent');
          setKeyPath(path);
        }}
      />
    </OptionsForm>
  );
}

/** The form behind the arrow of Connect RDP: user and port for this one connection. */
export function RdpOptions({
  vmId,
  user: knownUser,
  onDone,
}: OptionsProps & { readonly user: string }): ReactNode {
  const [user, setUser] = useState(knownUser);
  const [port, setPort] = useState('3389');
  const [isTried, setTried] = useState(false);
  const name = user.trim();
  const wrongUser = userProblem(name);
  const portNumber = parsePort(port);

  function connect(): void {
    setTried(true);
    if (wrongUser !== null || portNumber === null) return;
    onDone();
    void connectRdp({ vmId, port: portNumber, ...(name === '' ? {} : { user: name }) });
  }

  return (
    <OptionsForm
      label="RDP options"
      user={
        <TextField
          label="User name"
          value={user}
          error={isTried ? wrongUser : null}
          hint="Left empty, the Remote Desktop client asks."
          takesFocus
          onChange={setUser}
        />
      }
      port={port}
      portError={isTried && portNumber === null ? portProblem : null}
      onPort={setPort}
      onConnect={connect}
      onDone={onDone}
    />
  );
}
