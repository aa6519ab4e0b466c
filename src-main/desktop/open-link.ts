import { appError } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AskTrust } from '../trust.ts';

/** Opens an http or https link after showing where it leads: a terminal's text is chosen by the remote machine. */
export async function openLink(
  text: string,
  ask: AskTrust,
  openExternal: (url: string) => Promise<void>,
): Promise<Result<null>> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return err(appError('link-refused'));
  const answer = await ask({
    kind: 'confirm',
    subject: url.host,
    title: 'Open this link in your browser?',
    text: 'The link was printed by the remote machine.',
    lines: [url.href],
    confirmLabel: 'Open',
    tone: 'normal',
  });
  if (answer.kind === 'accepted') await openExternal(url.href);
  return ok(null);
}
