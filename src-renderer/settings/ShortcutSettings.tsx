import { RotateCcw } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { type Command, resolveShortcuts, usualShortcuts } from '../../shared/shortcuts.ts';
import { useAppState } from '../state/app-store.ts';
import { bridge } from '../state/bridge.ts';
import { acceleratorOf, acceleratorText, commandName, commands } from '../state/shortcuts.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { shortcutProblem } from './shortcut-words.ts';

const modifiers: ReadonlySet<string> = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph']);

interface KeyRecorderProps {
  readonly name: string;
  readonly text: string;
  readonly problemId: string | null;
  readonly isRecording: boolean;
  readonly onRecording: (isRecording: boolean) => void;
  readonly onPress: (event: KeyboardEvent) => void;
}

/** A key as a button: pressed, it takes the next key for its own. Escape and leaving it change nothing. */
function KeyRecorder(props: KeyRecorderProps): ReactNode {
  return (
    <button
      type="button"
      className={props.isRecording ? 'key-recorder key-recorder-on' : 'key-recorder'}
      aria-label={`${props.name}: ${props.isRecording ? 'press the new key' : props.text}`}
      {...(props.problemId === null ? {} : { 'aria-describedby': props.problemId })}
      onClick={() => props.onRecording(true)}
      onBlur={() => props.onRecording(false)}
      onKeyDown={(event) => {
        if (!props.isRecording || (event.key === 'Tab' && !event.ctrlKey)) return;
        event.preventDefault();
        event.stopPropagation();
        if (event.key === 'Escape') props.onRecording(false);
        else if (!modifiers.has(event.key)) props.onPress(event);
      }}
    >
      {props.isRecording ? 'Press a key…' : props.text}
    </button>
  );
}

function ShortcutRow({ command }: { readonly command: Command }): ReactNode {
  const platform = useAppState((state) => state.platform);
  const overrides = useAppState((state) => state.preferences.shortcuts);
  const [isRecording, setRecording] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const accelerator = resolveShortcuts(overrides)[command];
  const isChanged = accelerator !== usualShortcuts[command];
  const name = commandName(command);
  const problemId = `shortcut-${command}-problem`;

  async function save(wanted: string | null): Promise<void> {
    const taken = shortcutProblem(overrides, command, wanted ?? usualShortcuts[command], platform);
    setProblem(taken);
    if (taken !== null) return;
    const result = await bridge().calls['preferences:set-shortcut']({ command, accelerator: wanted });
    if (!result.ok) setProblem(`${result.error.message} ${result.error.next}`);
  }

  function onPress(event: KeyboardEvent): void {
    const wanted = acceleratorOf(event, platform);
    setRecording(false);
    if (wanted === null) setProblem('Use Ctrl or ⌘ with a letter, a digit or a sign, or a function key.');
    else void save(wanted);
  }

  return (
    <li className="shortcut-row">
      <span className="shortcut-name">{name}</span>
      {isChanged && (
        <IconButton
          icon={RotateCcw}
          label={`Back to ${acceleratorText(usualShortcuts[command], platform)} for ${name}`}
          onPress={() => void save(null)}
        />
      )}
      <KeyRecorder
        name={name}
        text={acceleratorText(accelerator, platform)}
        problemId={problem === null ? null : problemId}
        isRecording={isRecording}
        onRecording={(next) => {
          setRecording(next);
          if (next) setProblem(null);
        }}
        onPress={onPress}
      />
      {problem !== null && (
        <p id={problemId} className="field-error shortcut-problem" role="alert">
          {problem}
        </p>
      )}
    </li>
  );
}

/** The keys of all commands, to be changed. */
export function ShortcutSettings(): ReactNode {
  const isMac = useAppState((state) => state.platform === 'darwin');
  return (
    <>
      <p className="soft small">
        Press a key here, then the new one.{' '}
        {isMac
          ? 'Inside a terminal function keys take ⌘ as well.'
          : 'Inside a terminal the same keys take Ctrl+Shift, because the rest belongs to the shell.'}
      </p>
      <ul className="shortcut-list" aria-label="Shortcuts">
        {commands.map((command) => (
          <ShortcutRow key={command} command={command} />
        ))}
      </ul>
    </>
  );
}
