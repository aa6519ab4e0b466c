import { Check, ChevronDown, Copy } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Button, Menu, MenuItem, MenuTrigger, Popover, Text } from 'react-aria-components';
import type { Tunnel } from '../../shared/tunnel.ts';
import { copyText } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { readyLines, tunnelTitle } from './tunnel-words.ts';

/** How long the mark of a copy stays. */
const shownMs = 2000;

interface CopyAddressProps {
  readonly tunnel: Tunnel;
  readonly address: string;
  readonly port: number;
}

/** Where a tunnel listens, to copy with one press; behind the arrow the lines for the usual programs. */
export function CopyAddress({ tunnel, address, port }: CopyAddressProps): ReactNode {
  const [copied, setCopied] = useState('');
  const user = useAppState(
    (state) => state.details[tunnel.vmId]?.plan?.user ?? state.vms[tunnel.vmId]?.adminUsername ?? '',
  );
  const end = `${address}:${String(port)}`;
  useEffect(() => {
    if (copied === '') return undefined;
    const timer = setTimeout(() => setCopied(''), shownMs);
    return () => clearTimeout(timer);
  }, [copied]);
  function copy(text: string): void {
    copyText(text);
    setCopied(text);
  }
  return (
    <span className="copy-address">
      <Button
        className="address-button mono"
        aria-label={`Copy ${end}, the local end of the tunnel to ${tunnelTitle(tunnel)}`}
        onPress={() => copy(end)}
      >
        {end}
        {copied === '' ? <Copy className="icon" aria-hidden /> : <Check className="icon good" aria-hidden />}
      </Button>
      <MenuTrigger>
        <Button className="address-button" aria-label={`Copy more for ${tunnelTitle(tunnel)}`}>
          <ChevronDown className="icon" aria-hidden />
        </Button>
        <Popover className="popover" placement="bottom start" offset={2}>
          <Menu className="menu" aria-label="Copy">
            {readyLines(tunnel.remotePort, address, port, user).map(({ label, text }) => (
              <MenuItem
                key={label}
                id={label}
                className="menu-item"
                textValue={label}
                onAction={() => copy(text)}
              >
                <Text slot="label">{label}</Text>
                <kbd className="mono">{text}</kbd>
              </MenuItem>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
      <output className="visually-hidden">{copied === '' ? '' : `Copied ${copied}`}</output>
    </span>
  );
}
