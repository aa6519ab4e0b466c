import { z } from 'zod';

/** Where a manual proxy is: `http://proxy.corp.example:3128`, `https://…` or `socks5://…`. Never with a password. */
export const proxyUrlSchema = z
  .string()
  .max(2048)
  .refine((text) => {
    if (!/^(https?|socks5h?):\/\//i.test(text) || !URL.canParse(text)) return false;
    const { username, password, pathname, search, hash, hostname } = new URL(text);
    return hostname !== '' && `${username}${password}${search}${hash}` === '' && /^\/?$/.test(pathname);
  }, 'not the address of a proxy, or one with a password in it');

/** Which proxy is used. */
export const proxySettingSchema = z.discriminatedUnion('kind', [
  /** What the operating system says (its settings or its script), else the environment's variables. */
  z.object({ kind: z.literal('system') }),
  /** One proxy. `bypass` lists, as `NO_PROXY` does, what is reached without it. */
  z.object({ kind: z.literal('manual'), url: proxyUrlSchema, bypass: z.string().max(8192) }),
  z.object({ kind: z.literal('none') }),
]);
export type ProxySetting = Readonly<z.infer<typeof proxySettingSchema>>;

/** How this computer reaches the outside. */
export const networkSettingsSchema = z.object({
  proxy: proxySettingSchema,
  /** PEM file of authorities that are trusted as well; null: none. Read at the start of the app. */
  caFile: z.string().max(4096).nullable(),
});
export type NetworkSettings = Readonly<z.infer<typeof networkSettingsSchema>>;

/** What a new user has. */
export const usualNetworkSettings: NetworkSettings = { proxy: { kind: 'system' }, caFile: null };
