import { Star } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { Dialog, Popover } from 'react-aria-components';
import { useAppState } from '../state/app-store.ts';
import { Button } from '../ui/Button.tsx';
import { TextField } from '../ui/TextField.tsx';
import { deleteFilter, savedFilterOf, saveFilter } from './saved-filters.ts';

function SaveForm({ text, onDone }: { readonly text: string; readonly onDone: () => void }): ReactNode {
  const [name, setName] = useState(text);
  const [isTried, setTried] = useState(false);
  const isMissing = name.trim() === '';
  return (
    <form
      className="profile-form"
      aria-label="Save filter"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (isMissing) return;
        onDone();
        void saveFilter({ name: name.trim().slice(0, 120), text });
      }}
    >
      <TextField
        label="Name"
        value={name}
        error={isTried && isMissing ? 'A name is needed.' : null}
        hint={text}
        takesFocus
        onChange={setName}
      />
      <div className="button-row">
        <Button kind="primary" type="submit">
          Save
        </Button>
        <Button onPress={onDone}>Cancel</Button>
      </div>
    </form>
  );
}

/** The star in the filter box: keeps what is typed under a name, or forgets it. */
export function SaveFilterButton({ filter }: { readonly filter: string }): ReactNode {
  const anchor = useRef<HTMLSpanElement>(null);
  const [isOpen, setOpen] = useState(false);
  const saved = useAppState((state) => savedFilterOf(state.preferences.savedFilters, filter));
  const label = saved === null ? 'Save this filter' : `Remove the saved filter ${saved.name}`;
  return (
    <span ref={anchor} className={saved === null ? 'star' : 'star star-on'}>
      {/* No tooltip of its own: it comes and goes while one types. */}
      <button
        type="button"
        className="icon-button"
        aria-label={label}
        aria-pressed={saved !== null}
        title={label}
        onClick={() => {
          if (saved === null) setOpen(true);
          else void deleteFilter(saved);
        }}
      >
        <Star className="icon" aria-hidden />
      </button>
      {isOpen && (
        <Popover className="popover" triggerRef={anchor} placement="bottom end" isOpen onOpenChange={setOpen}>
          <Dialog className="popover-form" aria-label="Save filter">
            <SaveForm text={filter.trim()} onDone={() => setOpen(false)} />
          </Dialog>
        </Popover>
      )}
    </span>
  );
}
