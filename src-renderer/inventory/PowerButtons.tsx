import { ChevronDown, Power } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover, Text } from 'react-aria-components';
import type { VmSummary } from '../../shared/inventory.ts';
import type { VmDetail } from '../../shared/vm-detail.ts';
import { Button } from '../ui/Button.tsx';
import { powerText } from '../ui/PowerMark.tsx';
import { powerShape } from './filter.ts';
import { powerItems, powerProblem, startAndConnect } from './power-actions.ts';

interface PowerButtonsProps {
  readonly vm: VmSummary;
  readonly detail: VmDetail | undefined;
}

/** Starts a machine that is off and connects to it, as one action. */
export function StartAndConnect({ vm, detail }: PowerButtonsProps): ReactNode {
  const [isBusy, setBusy] = useState(false);
  const isDenied = detail?.powerActions.start === 'denied';
  const isChanging = powerShape(vm.power) === 'changing';

  async function start(): Promise<void> {
    setBusy(true);
    await startAndConnect(vm.id, vm.os === 'windows' ? 'rdp' : 'ssh');
    setBusy(false);
  }

  return (
    <Button kind="primary" isDisabled={isBusy || isDenied || isChanging} onPress={() => void start()}>
      <Power className="icon" aria-hidden />
      {isChanging ? `${powerText(vm.power)}…` : 'Start and connect'}
    </Button>
  );
}

/** Start, restart and deallocate, behind one button; beside Start and connect it is only an arrow. */
export function PowerMenu({ vm, isArrow }: { readonly vm: VmSummary; readonly isArrow: boolean }): ReactNode {
  const items = powerItems(vm).flatMap((item) => (item.kind === 'action' ? [item] : []));
  return (
    <MenuTrigger>
      {isArrow ? (
        <AriaButton className="button button-primary" aria-label="Power">
          <ChevronDown className="icon" aria-hidden />
        </AriaButton>
      ) : (
        <AriaButton className="button button-quiet">
          <Power className="icon" aria-hidden />
          Power
        </AriaButton>
      )}
      <Popover className="popover" placement="bottom start" offset={4}>
        <Menu className="menu" aria-label={`Power of ${vm.name}`}>
          {items.map((item) => (
            <MenuItem
              key={item.label}
              id={item.label}
              className="menu-item"
              textValue={item.label}
              isDisabled={item.isDisabled === true}
              onAction={item.run}
            >
              <Text slot="label">{item.label}</Text>
              {item.reason !== undefined && (
                <Text slot="description" className="menu-reason">
                  {item.reason}
                </Text>
              )}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

/** Why a machine that is off cannot be started from here; nothing where it can. */
export function PowerNote({ vm, detail }: PowerButtonsProps): ReactNode {
  if (powerShape(vm.power) !== 'off' || powerProblem(vm, detail, 'start') !== 'no permission') return null;
  return (
    <p className="soft">
      The machine is off, and your account may not start it. Ask its owner for the Virtual Machine Contributor
      role, or to start it.
    </p>
  );
}
