import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, Tooltip, TooltipTrigger } from 'react-aria-components';

interface IconButtonProps {
  readonly icon: LucideIcon;
  /** The accessible name, and the tooltip's first words. */
  readonly label: string;
  readonly shortcut?: string;
  readonly isDisabled?: boolean;
  readonly isSpinning?: boolean;
  readonly isPressed?: boolean;
  readonly onPress: () => void;
}

/** A button that is only an icon: named for screen readers, explained by a tooltip. */
export function IconButton(props: IconButtonProps): ReactNode {
  const Icon = props.icon;
  return (
    <TooltipTrigger delay={600} closeDelay={0}>
      <Button
        className="icon-button"
        aria-label={props.label}
        isDisabled={props.isDisabled === true}
        {...(props.isPressed === undefined ? {} : { 'aria-pressed': props.isPressed })}
        onPress={props.onPress}
      >
        <Icon className={props.isSpinning === true ? 'icon spin' : 'icon'} aria-hidden />
      </Button>
      <Tooltip className="tooltip" placement="bottom" offset={4}>
        {props.shortcut === undefined ? props.label : `${props.label} (${props.shortcut})`}
      </Tooltip>
    </TooltipTrigger>
  );
}
