import { type ReactNode, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import type { ProxySetting } from '../../shared/network.ts';
import { bridge } from '../state/bridge.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorBlock } from '../ui/ErrorBlock.tsx';
import { RadioChoices } from '../ui/RadioChoices.tsx';
import { TextField } from '../ui/TextField.tsx';
import { checkProxy, isSameProxy, proxyUrlProblem, typedProxyOf } from './proxy-draft.ts';

type Outcome = 'saved' | 'refused' | null;

const outcomeTexts = {
  saved: 'Saved. New connections use it.',
  refused: 'Nothing was changed: it was not confirmed.',
} as const;

/** Which proxy is used. */
export function ProxySettings({ setting }: { readonly setting: ProxySetting }): ReactNode {
  const [typed, setTyped] = useState(() => typedProxyOf(setting));
  const [problem, setProblem] = useState<string | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const [outcome, setOutcome] = useState<Outcome>(null);
  const [isSaving, setSaving] = useState(false);

  function change(part: Partial<typeof typed>): void {
    setTyped({ ...typed, ...part });
    setProblem(null);
    setOutcome(null);
  }

  async function save(): Promise<void> {
    const wanted = checkProxy(typed);
    setProblem(wanted === null ? proxyUrlProblem : null);
    if (wanted === null) return;
    setSaving(true);
    setError(null);
    const result = await bridge().calls['network:set-proxy'](wanted);
    setSaving(false);
    if (!result.ok) setError(result.error);
    else setOutcome(result.value ? 'saved' : 'refused');
  }

  return (
    <form
      className="settings-group"
      aria-label="Proxy"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSaving) void save();
      }}
    >
      <RadioChoices
        legend="Proxy"
        value={typed.kind}
        isStacked
        choices={[
          { value: 'system', text: 'As the system says' },
          { value: 'none', text: 'None' },
          { value: 'manual', text: 'This one' },
        ]}
        onChange={(kind) => change({ kind })}
      />
      {typed.kind === 'manual' && (
        <div className="settings-indent">
          <TextField
            label="Address"
            value={typed.url}
            error={problem}
            placeholder="http://proxy.example.com:3128"
            onChange={(url) => change({ url })}
          />
          <TextField
            label="Reached without it"
            value={typed.bypass}
            hint="Names and networks, separated by commas, such as .corp.example, 10.0.0.0/8"
            placeholder="nothing"
            onChange={(bypass) => change({ bypass })}
          />
        </div>
      )}
      {error !== null && <ErrorBlock error={error} />}
      <div className="button-row">
        <Button type="submit" isDisabled={isSaving || isSameProxy(typed, setting)}>
          Use this
        </Button>
        <output className="soft small">{outcome === null ? '' : outcomeTexts[outcome]}</output>
      </div>
    </form>
  );
}
