import { type ReactNode, useRef } from 'react';
import { Menu, MenuItem, Popover, Separator } from 'react-aria-components';
import { useContextMenu } from './context-menu-store.ts';

/** Draws the context menu that is open, at its point; rendered once, at the root. */
export function ContextMenu(): ReactNode {
  const menu = useContextMenu((state) => state.menu);
  const anchor = useRef<HTMLSpanElement>(null);
  const close = () => useContextMenu.setState({ menu: null });
  return (
    <>
      <span
        ref={anchor}
        aria-hidden
        style={{ position: 'fixed', left: menu?.x ?? 0, top: menu?.y ?? 0, width: 0, height: 0 }}
      />
      <Popover
        className="popover"
        key={menu === null ? 'closed' : `${menu.x},${menu.y}`}
        triggerRef={anchor}
        {...(menu === null ? {} : { 'aria-label': menu.label })}
        isOpen={menu !== null}
        onOpenChange={(isOpen) => {
          if (!isOpen) close();
        }}
        placement="bottom start"
        offset={0}
      >
        {menu !== null && (
          // A menu that was just opened has the focus.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          <Menu className="menu" aria-label={menu.label} autoFocus="first" onClose={close}>
            {menu.items.map((item, index) =>
              item.kind === 'separator' ? (
                <Separator key={`separator-${String(index)}`} className="menu-separator" />
              ) : (
                <MenuItem
                  key={item.label}
                  id={item.label}
                  className="menu-item"
                  textValue={item.label}
                  isDisabled={item.isDisabled === true}
                  onAction={() => {
                    // The menu gives the focus back first: the action may move it on.
                    close();
                    setTimeout(item.run, 0);
                  }}
                >
                  <span>{item.label}</span>
                  {item.shortcut !== undefined && <kbd>{item.shortcut}</kbd>}
                  {item.reason !== undefined && <kbd>{item.reason}</kbd>}
                </MenuItem>
              ),
            )}
          </Menu>
        )}
      </Popover>
    </>
  );
}
