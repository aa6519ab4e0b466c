import { ChevronDown, ChevronsDown, ChevronsUp } from 'lucide-react';
import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { ActivityPanel } from '../activity/ActivityPanel.tsx';
import { useAppState } from '../state/app-store.ts';
import { useShortcut } from '../state/shortcuts.ts';
import { type PanelTab, panelTabs, useUi } from '../state/ui-store.ts';
import { TransfersPanel } from '../transfers/TransfersPanel.tsx';
import { TunnelsPanel } from '../tunnels/TunnelsPanel.tsx';
import { IconButton } from './IconButton.tsx';
import { panelCount, panelNames } from './panel-words.ts';

const contents: Readonly<Record<PanelTab, () => ReactNode>> = {
  transfers: TransfersPanel,
  tunnels: TunnelsPanel,
  activity: ActivityPanel,
};

function PanelTabView({ tab }: { readonly tab: PanelTab }): ReactNode {
  const count = useAppState((state) => panelCount(state, tab));
  return (
    <Tab id={tab} className="panel-tab">
      {panelNames[tab]}
      {count > 0 && <span className="panel-count">{count}</span>}
    </Tab>
  );
}

/** The panel at the bottom: transfers, tunnels and what has happened. */
export function Panel(): ReactNode {
  const shortcut = useShortcut('toggle-panel');
  const tab = useUi((ui) => ui.panelTab);
  const isTall = useUi((ui) => ui.isPanelTall);
  return (
    <section className={isTall ? 'panel panel-tall' : 'panel'} aria-label="Panel">
      <Tabs
        className="panel-frame"
        selectedKey={tab}
        onSelectionChange={(key) => {
          const chosen = panelTabs.find((each) => each === key);
          if (chosen !== undefined) useUi.setState({ panelTab: chosen });
        }}
      >
        <div className="panel-head">
          <TabList className="panel-tabs" aria-label="Panel">
            {panelTabs.map((each) => (
              <PanelTabView key={each} tab={each} />
            ))}
          </TabList>
          <span className="section-gap" />
          <IconButton
            icon={isTall ? ChevronsDown : ChevronsUp}
            label={isTall ? 'Make panel smaller' : 'Make panel larger'}
            onPress={() => useUi.setState({ isPanelTall: !isTall })}
          />
          <IconButton
            icon={ChevronDown}
            label="Hide panel"
            shortcut={shortcut}
            onPress={() => useUi.setState({ isPanelOpen: false })}
          />
        </div>
        {panelTabs.map((each) => {
          const Content = contents[each];
          return (
            <TabPanel key={each} id={each} className="panel-body">
              <Content />
            </TabPanel>
          );
        })}
      </Tabs>
    </section>
  );
}
