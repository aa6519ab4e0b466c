import { Check, ListFilter, ListTree } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import {
  Button,
  Header,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
  Separator,
  Text,
} from 'react-aria-components';
import type { GroupBy } from '../../shared/preferences.ts';
import { run } from '../state/actions.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { useUi } from '../state/ui-store.ts';
import { currentEstate } from './estate-store.ts';
import { tagKeys } from './flat-rows.ts';
import { savedFilterOf } from './saved-filters.ts';
import { setFilter } from './tree-state.ts';

/** How many tags are offered to group by. */
const offeredTags = 12;

const examples: readonly { readonly text: string; readonly what: string }[] = [
  { text: 'power:running', what: 'running machines' },
  { text: 'os:windows', what: 'Windows machines' },
  { text: 'bastion:none', what: 'machines that no Bastion reaches' },
];

function Marked({ isOn, text }: { readonly isOn: boolean; readonly text: string }): ReactNode {
  return (
    <>
      <Check className="icon" aria-hidden style={{ visibility: isOn ? 'visible' : 'hidden' }} />
      <Text slot="label" className="menu-label">
        {text}
      </Text>
    </>
  );
}

function FilterItems(): ReactNode {
  const filters = useAppState((state) => state.preferences.savedFilters);
  const filter = useUi((ui) => ui.filter);
  const current = savedFilterOf(filters, filter);
  return (
    <Menu className="menu" aria-label="Saved filters">
      {filters.length > 0 && (
        <MenuSection>
          <Header className="menu-header">Saved filters</Header>
          {filters.map(({ name, text }) => (
            <MenuItem
              key={name}
              id={`saved ${name}`}
              className="menu-item"
              textValue={name}
              onAction={() => setFilter(text)}
            >
              <Marked isOn={current?.name === name} text={name} />
              {name !== text && <kbd>{text}</kbd>}
            </MenuItem>
          ))}
        </MenuSection>
      )}
      <MenuSection>
        <Header className="menu-header">Filters to begin with</Header>
        {examples.map(({ text, what }) => (
          <MenuItem
            key={text}
            id={text}
            className="menu-item"
            textValue={what}
            onAction={() => setFilter(text)}
          >
            <Marked isOn={filter === text} text={text} />
            <kbd>{what}</kbd>
          </MenuItem>
        ))}
      </MenuSection>
    </Menu>
  );
}

/** The saved filters, and some to begin with. Not drawn anew while one types. */
export const FilterMenu = memo(function FilterMenu(): ReactNode {
  return (
    <MenuTrigger>
      <Button className="icon-button" aria-label="Saved filters">
        <ListFilter className="icon" aria-hidden />
      </Button>
      <Popover className="popover" placement="bottom end" offset={4}>
        <FilterItems />
      </Popover>
    </MenuTrigger>
  );
});

function keyOf(groupBy: GroupBy): string {
  return groupBy.kind === 'tag' ? `tag:${groupBy.key}` : groupBy.kind;
}

function groupByOf(key: string): GroupBy {
  if (key.startsWith('tag:')) return { kind: 'tag', key: key.slice(4) };
  return { kind: key === 'flat' ? 'flat' : 'subscription' };
}

function GroupItems({ groupBy }: { readonly groupBy: GroupBy }): ReactNode {
  const known = tagKeys(currentEstate(), offeredTags);
  const own = groupBy.kind === 'tag' && !known.includes(groupBy.key) ? [groupBy.key] : [];
  const selected = keyOf(groupBy);
  return (
    <Menu
      className="menu"
      aria-label="Group machines"
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[selected]}
      onSelectionChange={(keys) => {
        const key = keys === 'all' ? undefined : [...keys][0];
        if (typeof key === 'string') void run(bridge().calls['preferences:group-by'](groupByOf(key)));
      }}
    >
      <MenuItem id="subscription" className="menu-item" textValue="By subscription">
        <Marked isOn={selected === 'subscription'} text="By subscription" />
      </MenuItem>
      <MenuItem id="flat" className="menu-item" textValue="One list">
        <Marked isOn={selected === 'flat'} text="One list" />
      </MenuItem>
      <Separator className="menu-separator" />
      <MenuSection>
        <Header className="menu-header">By tag</Header>
        {[...own, ...known].map((key) => (
          <MenuItem key={key} id={`tag:${key}`} className="menu-item" textValue={key}>
            <Marked isOn={selected === `tag:${key}`} text={key} />
          </MenuItem>
        ))}
        {own.length + known.length === 0 && (
          <MenuItem id="none" className="menu-item" textValue="No tags" isDisabled>
            <Text slot="label">No machine has a tag</Text>
          </MenuItem>
        )}
      </MenuSection>
    </Menu>
  );
}

/** How the list of machines is put in order. Not drawn anew while one types. */
export const GroupMenu = memo(function GroupMenu(): ReactNode {
  const groupBy = useAppState((state) => state.preferences.groupBy);
  return (
    <MenuTrigger>
      <Button className="icon-button" aria-label="Group machines">
        <ListTree className="icon" aria-hidden />
      </Button>
      <Popover className="popover" placement="bottom end" offset={4}>
        <GroupItems groupBy={groupBy} />
      </Popover>
    </MenuTrigger>
  );
});
