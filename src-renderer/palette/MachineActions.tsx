import { type ReactNode, useState } from 'react';
import { machineMenu } from '../inventory/machine-menu.ts';
import { useAppState } from '../state/app-store.ts';
import { lastPart } from '../ui/format.ts';
import { closeAnd } from './choose.ts';
import { ListboxInput } from './ListboxInput.tsx';

interface MachineActionsProps {
  readonly vmId: string;
  readonly onBack: () => void;
}

/** The second list of the palette: everything that can be done with one machine. */
export function MachineActions({ vmId, onBack }: MachineActionsProps): ReactNode {
  const [text, setText] = useState('');
  const name = useAppState((state) => state.vms[vmId]?.name ?? lastPart(vmId));
  const wanted = text.trim().toLowerCase();
  const items = machineMenu(vmId).flatMap((item) =>
    item.kind === 'action' && item.label.toLowerCase().includes(wanted) ? [item] : [],
  );
  const options = items.map((item) => ({
    id: item.label,
    isDisabled: item.isDisabled === true,
    content: (
      <>
        <span className="palette-name">{item.label}</span>
        {item.reason !== undefined && <span className="palette-note">{item.reason}</span>}
      </>
    ),
  }));
  return (
    <ListboxInput
      label={`Actions for ${name}`}
      placeholder={`What to do with ${name}`}
      text={text}
      groups={options.length === 0 ? [] : [{ title: name, options }]}
      empty={<p>No action is called “{text.trim()}”.</p>}
      onText={setText}
      onChoose={(id) => {
        const item = items.find((each) => each.label === id);
        if (item !== undefined) closeAnd(item.run);
      }}
      onKey={(event) => {
        const isBack =
          event.key === 'Escape' ||
          (event.key === 'Tab' && event.shiftKey) ||
          (text === '' && (event.key === 'ArrowLeft' || event.key === 'Backspace'));
        if (isBack) onBack();
        return isBack || event.key === 'Tab';
      }}
    />
  );
}
