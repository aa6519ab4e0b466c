import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components';

/** How loud a button is. */
export type ButtonKind = 'normal' | 'primary' | 'danger' | 'quiet' | 'link';

interface ButtonProps {
  readonly children: ReactNode;
  readonly onPress?: () => void;
  readonly kind?: ButtonKind;
  readonly isLarge?: boolean;
  readonly isDisabled?: boolean;
  /** True for the button that Enter presses when its window or popover opens. */
  readonly takesFocus?: boolean;
  readonly type?: 'button' | 'submit';
  /** Only where the visible text is not enough. */
  readonly 'aria-label'?: string;
}

/** A push button of the app. */
export function Button({
  kind = 'normal',
  isLarge = false,
  takesFocus = false,
  children,
  ...rest
}: ButtonProps): ReactNode {
  const classes = ['button', `button-${kind}`, isLarge ? 'button-large' : ''].join(' ').trim();
  return (
    <AriaButton
      className={classes}
      {...rest}
      // Only decisions that just appeared ask for this.
      // oxlint-disable-next-line jsx-a11y/no-autofocus
      autoFocus={takesFocus}
    >
      {children}
    </AriaButton>
  );
}
