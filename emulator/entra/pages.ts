import type { EstateTenant, EstateUser } from '../estate/schema.ts';
import type { Reply } from '../net/http.ts';

/** Text made safe inside HTML and attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

const style = `
:root { color-scheme: light dark; --ink: #1b1f27; --paper: #f3f5f8; --card: #fff; --line: #d5dae2; --soft: #59616f; --accent: #1f5fbf; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceff4; --paper: #14171c; --card: #1e232b; --line: #39414e; --soft: #a5adba; --accent: #8ab4ff; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { width: min(26rem, calc(100vw - 2rem)); background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.75rem; }
h1 { font-size: 1.3rem; margin: 0 0 .25rem; }
p { margin: 0 0 1.25rem; color: var(--soft); overflow-wrap: anywhere; }
button { width: 100%; min-height: 44px; padding: .6rem .9rem; margin: 0 0 .5rem; text-align: left; font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: 8px; cursor: pointer; }
button:hover, button:focus-visible { border-color: var(--accent); outline: 2px solid var(--accent); outline-offset: 1px; }
button small { display: block; color: var(--soft); }
button.cancel { text-align: center; margin: .75rem 0 0; }
input[type=text] { width: 100%; min-height: 44px; padding: .5rem .75rem; margin: 0 0 1rem; font: inherit; letter-spacing: .1em; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
label { display: block; margin: 0 0 .35rem; }
footer { margin-top: 1.5rem; font-size: .85rem; color: var(--soft); }`;

/** An HTML answer with a policy that allows what these pages use and nothing else. */
export function page(
  title: string,
  body: string,
  options: { readonly status?: number; readonly script?: string } = {},
): Reply {
  const script = options.script === undefined ? '' : `<script>${options.script}</script>`;
  return {
    status: options.status ?? 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' },
    body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${style}</style></head><body><main>${body}<footer>Emulated sign-in. No real account is used.</footer></main>${script}</body></html>`,
  };
}

function hidden(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('');
}

/** One button for each account and one to cancel; every button sends a plain form. */
export function accountPicker(input: {
  readonly action: string;
  readonly users: readonly EstateUser[];
  readonly tenant: EstateTenant | undefined;
  readonly application: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly hint: string | undefined;
}): Reply {
  const hint = input.hint?.toLowerCase();
  const users = [...input.users].sort(
    (one, other) => Number(other.upn.toLowerCase() === hint) - Number(one.upn.toLowerCase() === hint),
  );
  const where = input.tenant ? ` at ${input.tenant.name}` : '';
  const buttons = users
    .map(
      (user, index) =>
        `<button name="upn" value="${escapeHtml(user.upn)}"${index === 0 ? ' autofocus' : ''}>${escapeHtml(user.name)}<small>${escapeHtml(user.upn)}</small></button>`,
    )
    .join('');
  return page(
    'Pick an account',
    `<h1>Pick an account</h1><p>to continue to application ${escapeHtml(input.application)}${escapeHtml(where)}</p><form method="post" action="${escapeHtml(input.action)}">${hidden(input.fields)}${buttons}<button class="cancel" name="cancel" value="1">Cancel</button></form>`,
  );
}

/** A page that sends its fields on by itself, as `response_mode=form_post` asks. */
export function selfPostingForm(action: string, fields: Readonly<Record<string, string>>): Reply {
  return page(
    'Working',
    `<h1>Signing you in</h1><form method="post" action="${escapeHtml(action)}">${hidden(fields)}<noscript><button>Continue</button></noscript></form>`,
    { script: 'document.forms[0].submit()' },
  );
}

/** A page that says what went wrong; used where no redirect address can be trusted. */
export function failurePage(text: string, status = 400): Reply {
  return page('Sorry', `<h1>Sign-in cannot go on</h1><p>${escapeHtml(text)}</p>`, { status });
}

/** Asks for the code that a device shows. */
export function deviceCodePage(note: string | undefined): Reply {
  return page(
    'Enter code',
    `<h1>Enter code</h1><p>${escapeHtml(note ?? 'Enter the code shown by the application.')}</p><form method="get" action="/device"><label for="code">Code</label><input type="text" id="code" name="user_code" autocomplete="off" spellcheck="false" autofocus><button>Next</button></form>`,
  );
}

/** Says that the other device goes on. */
export function deviceDonePage(done: boolean): Reply {
  return done
    ? page(
        'Signed in',
        '<h1>You have signed in</h1><p>Go back to the application; you may close this page.</p>',
      )
    : page(
        'Declined',
        '<h1>Sign-in was declined</h1><p>The application was told; you may close this page.</p>',
      );
}
