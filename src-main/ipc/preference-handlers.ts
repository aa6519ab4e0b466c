import type { windowChannels } from '../../shared/ipc.ts';
import type { Services } from '../compose.ts';
import type { Handlers } from './serve-channels.ts';

type PreferenceChannel = Extract<keyof typeof windowChannels, `preferences:${string}`>;

/** What the big window may ask for about what the user has arranged. */
export function preferenceHandlers({
  preferences,
  warmView,
}: Pick<Services, 'preferences' | 'warmView'>): Pick<Handlers<typeof windowChannels>, PreferenceChannel> {
  return {
    'preferences:set-favourite': ({ vmId, isFavourite }) => preferences.setFavourite(vmId, isFavourite),
    'preferences:clear-recents': () => preferences.clearRecents(),
    'preferences:save-filter': (filter) => preferences.saveFilter(filter),
    'preferences:delete-filter': ({ name }) => preferences.deleteFilter(name),
    'preferences:group-by': (groupBy) => preferences.setGroupBy(groupBy),
    'preferences:set-warm-up': (warmUp) => {
      if (warmUp === 'off') warmView.show(null);
      return preferences.setWarmUp(warmUp);
    },
    'preferences:set-shortcut': ({ command, accelerator }) => preferences.setShortcut(command, accelerator),
  };
}
