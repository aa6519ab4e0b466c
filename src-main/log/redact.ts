/**
 * Takes secrets out of a text before it is written. Applied to every log line and every error detail.
 * What it knows: JSON Web Tokens, the token fields of the Bastion data plane and of .rdp files, OAuth fields,
 * Authorization headers, tokens in WebSocket paths, passwords by name, private keys.
 */
const rules: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[private key]'],
  [/\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}/g, '[jwt]'],
  [/(\bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic)\s+)[^\s"',;]+/gi, '$1[redacted]'],
  [
    /(["']?\b(?:aztoken|authToken|websocketToken|gatewayaccesstoken(?::s)?|access_token|refresh_token|id_token|client_secret|code_verifier|device_code|password|passphrase|secret)\b["']?\s*[:=]\s*)(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"',;&]+)/gi,
    '$1[redacted]',
  ],
  [/(\/(?:webtunnelv?2?|omni\/webtunnel|api\/tokens)\/)[^\s/?#"']+/gi, '$1[redacted]'],
  [/\/p:[^\s"']+/g, '/p:[redacted]'],
];

/** Replaces every known kind of secret in `text`. */
export function redact(text: string): string {
  return rules.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}
