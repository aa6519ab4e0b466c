import { AppWindow, Command as CommandIcon, Monitor, SearchCheck, SquareTerminal } from 'lucide-react';
import type { ReactNode } from 'react';
import { useShortcut } from '../state/shortcuts.ts';
import { lastPart } from '../ui/format.ts';
import { OsIcon } from '../ui/OsIcon.tsx';
import { PowerMark } from '../ui/PowerMark.tsx';
import type { Command } from '../../shared/shortcuts.ts';
import type { PaletteItem } from './results.ts';

function CommandKey({ command }: { readonly command: Command }): ReactNode {
  return <kbd>{useShortcut(command)}</kbd>;
}

/** What stands in a line of the palette. */
export function PaletteOption({ item }: { readonly item: PaletteItem }): ReactNode {
  switch (item.kind) {
    case 'machine':
      return (
        <>
          <PowerMark power={item.vm.power} />
          <OsIcon os={item.vm.os} />
          <span className="palette-name">{item.vm.name}</span>
          <span className="palette-note">{item.place}</span>
        </>
      );
    case 'profile': {
      const { profile } = item;
      const Icon = profile.protocol === 'ssh' ? SquareTerminal : Monitor;
      return (
        <>
          <Icon className="icon soft" aria-hidden />
          <span className="palette-name">{profile.name}</span>
          <span className="palette-note">
            {profile.protocol.toUpperCase()} to {lastPart(profile.vmId)}
          </span>
        </>
      );
    }
    case 'tab':
      return (
        <>
          <AppWindow className="icon soft" aria-hidden />
          <span className="palette-name">{item.title}</span>
        </>
      );
    case 'command':
      return (
        <>
          <CommandIcon className="icon soft" aria-hidden />
          <span className="palette-name">{item.name}</span>
          <CommandKey command={item.command} />
        </>
      );
    case 'look-up':
      return (
        <>
          <SearchCheck className="icon soft" aria-hidden />
          <span className="palette-name">Look up this machine in Azure</span>
          <span className="palette-note">{item.machine.name}</span>
        </>
      );
  }
}
