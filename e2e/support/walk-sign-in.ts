/** The fields and the action of the first form of a page. */
interface Form {
  readonly action: string;
  readonly fields: Record<string, string>;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

function unescapeHtml(text: string): string {
  return text.replaceAll(
    /&(?:#(\d+)|(\w+));/g,
    (whole, code: string | undefined, name: string | undefined) =>
      code === undefined ? (entities[name ?? ''] ?? whole) : String.fromCharCode(Number(code)),
  );
}

function readForm(html: string, base: string): Form {
  const action = /<form[^>]*action="([^"]*)"/.exec(html)?.[1];
  if (action === undefined) throw new Error(`no form in: ${html.slice(0, 300)}`);
  const inputs = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  return {
    action: new URL(unescapeHtml(action), base).href,
    fields: Object.fromEntries(
      inputs.map(([, name = '', value = '']) => [unescapeHtml(name), unescapeHtml(value)]),
    ),
  };
}

const post = (form: Form, extra: Record<string, string>) =>
  fetch(form.action, { method: 'POST', body: new URLSearchParams({ ...form.fields, ...extra }) });

/** Does what a person does in the browser: opens the sign-in page, picks an account, is sent back to the app. */
export async function walkSignIn(authorizeUrl: string, upn: string): Promise<void> {
  const picker = await fetch(authorizeUrl);
  const chosen = await post(readForm(await picker.text(), authorizeUrl), { upn });
  const back = readForm(await chosen.text(), chosen.url);
  // The app listens on 127.0.0.1; `localhost` may resolve to ::1 first.
  const answer = await post({ ...back, action: back.action.replace('//localhost:', '//127.0.0.1:') }, {});
  if (!answer.ok) throw new Error(`the app's redirect address answered ${answer.status}`);
}

/** Enters a device code in the browser and picks an account. */
export async function walkDeviceCode(verificationUrl: string, userCode: string, upn: string): Promise<void> {
  const page = await fetch(verificationUrl);
  const done = await post(readForm(await page.text(), verificationUrl), { user_code: userCode, upn });
  if (!done.ok) throw new Error(`the device page answered ${done.status}`);
}
