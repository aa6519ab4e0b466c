import { BookmarkPlus, Cable, ChevronDown, Monitor, SquareTerminal } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { Button as AriaButton, Dialog, Popover } from 'react-aria-components';
import type { VmSummary } from '../../shared/inventory.ts';
import type { VmDetail } from '../../shared/vm-detail.ts';
import { connectRdp, connectSsh, openTunnelDialog } from '../state/actions.ts';
import { useUi } from '../state/ui-store.ts';
import { Button } from '../ui/Button.tsx';
import { RdpOptions, SshOptions } from './ConnectOptions.tsx';
import { powerShape } from './filter.ts';
import { openProfileForm } from './machine-menu.ts';
import { PowerMenu, PowerNote, StartAndConnect } from './PowerButtons.tsx';

interface SplitProps {
  readonly protocol: 'ssh' | 'rdp';
  readonly vmId: string;
  readonly isPrimary: boolean;
  readonly isBusy: boolean;
  readonly onConnect: () => void;
  readonly children: ReactNode;
}

function setOptions(request: { readonly vmId: string; readonly protocol: 'ssh' | 'rdp' } | null): void {
  useUi.setState({ connectOptions: request });
}

/** A button that connects at once, and an arrow beside it that opens the options first. */
function SplitConnect({ protocol, vmId, isPrimary, isBusy, onConnect, children }: SplitProps): ReactNode {
  const anchor = useRef<HTMLSpanElement>(null);
  const isOpen = useUi((ui) => ui.connectOptions?.vmId === vmId && ui.connectOptions.protocol === protocol);
  const kind = isPrimary ? 'button button-primary' : 'button';
  const name = protocol.toUpperCase();
  const Icon = protocol === 'ssh' ? SquareTerminal : Monitor;
  return (
    <span className="split" ref={anchor}>
      <AriaButton className={kind} isDisabled={isBusy} onPress={onConnect}>
        <Icon className="icon" aria-hidden />
        Connect {name}
      </AriaButton>
      <AriaButton
        className={kind}
        aria-label={`${name} options`}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onPress={() => setOptions({ vmId, protocol })}
      >
        <ChevronDown className="icon" aria-hidden />
      </AriaButton>
      <Popover
        className="popover"
        triggerRef={anchor}
        placement="bottom start"
        isOpen={isOpen}
        onOpenChange={(open) => {
          if (!open) setOptions(null);
        }}
      >
        <Dialog className="popover-form" aria-label={`${name} options`}>
          {children}
        </Dialog>
      </Popover>
    </span>
  );
}

interface ConnectButtonsProps {
  readonly vm: VmSummary;
  readonly detail: VmDetail | undefined;
}

/** What can be done with a machine, and in one sentence what a click on Connect SSH will do. */
export function ConnectButtons({ vm, detail }: ConnectButtonsProps): ReactNode {
  const [isBusy, setBusy] = useState(false);
  const plan = detail?.plan ?? null;
  const isWindows = vm.os === 'windows';
  const isOff = powerShape(vm.power) === 'off' || vm.power === 'starting';
  const close = () => setOptions(null);

  async function connect(action: () => Promise<boolean>): Promise<void> {
    setBusy(true);
    await action();
    setBusy(false);
  }

  function onConnectSsh(): void {
    if (plan !== null && detail?.state === 'ready' && plan.user === '')
      setOptions({ vmId: vm.id, protocol: 'ssh' });
    else void connect(() => connectSsh({ vmId: vm.id }));
  }

  const ssh = (
    <SplitConnect
      key="ssh"
      protocol="ssh"
      vmId={vm.id}
      isPrimary={!isWindows && !isOff}
      isBusy={isBusy}
      onConnect={onConnectSsh}
    >
      <SshOptions vmId={vm.id} plan={plan} onDone={close} />
    </SplitConnect>
  );
  const rdp = (
    <SplitConnect
      key="rdp"
      protocol="rdp"
      vmId={vm.id}
      isPrimary={isWindows && !isOff}
      isBusy={isBusy}
      onConnect={() => void connect(() => connectRdp({ vmId: vm.id }))}
    >
      <RdpOptions vmId={vm.id} user={isWindows ? vm.adminUsername : ''} onDone={close} />
    </SplitConnect>
  );
  return (
    <div className="connect">
      <div className="button-row">
        {isOff && (
          <span className="split">
            <StartAndConnect vm={vm} detail={detail} />
            <PowerMenu vm={vm} isArrow />
          </span>
        )}
        {isWindows ? [rdp, ssh] : [ssh, rdp]}
        <Button onPress={() => openTunnelDialog(vm.id)}>
          <Cable className="icon" aria-hidden />
          Tunnel…
        </Button>
        <Button kind="quiet" onPress={() => openProfileForm(vm.id, null)}>
          <BookmarkPlus className="icon" aria-hidden />
          Save as profile
        </Button>
        {vm.kind !== 'host' && !isOff && <PowerMenu vm={vm} isArrow={false} />}
      </div>
      <PowerNote vm={vm} detail={detail} />
      {plan !== null && plan.reason !== '' && (
        <p className="soft selectable">
          {isWindows ? 'SSH: ' : ''}
          {plan.reason}
        </p>
      )}
    </div>
  );
}
