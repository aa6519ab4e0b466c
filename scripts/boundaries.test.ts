import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const folders = ['shared', 'src-main', 'src-renderer', 'emulator', 'e2e', 'bench'];

/** Every way in which one file can name another one, also those that lint rules do not see. */
const patterns = [
  /\bimport\s[^'"]*?from\s*['"]([^'"]+)['"]/g,
  /(?<![\w:])import\s*['"]([^'"\n]+)['"]/g,
  /\bexport\s[^'"]*?from\s*['"]([^'"]+)['"]/g,
  /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
  /\brequire\s*\(\s*['"]([^'"]+)['"]/g,
  /createRequire\([^)]*\)\(\s*['"]([^'"]+)['"]/g,
  /new URL\(\s*['"]([^'"]+)['"]/g,
];

/** The folder or package that an import leads to: `src-main/tunnel`, `zod`, `node:fs`. */
function targetOf(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return posix.normalize(posix.join(posix.dirname(file), specifier));
}

export function importsOf(file: string, text: string): string[] {
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => targetOf(file, match[1] ?? '')),
  );
}

const files = folders.flatMap((folder) => {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
});

/** Rules: files, what they may not import, and why. Tests may import their tools. */
const rules: readonly { readonly of: RegExp; readonly not: RegExp; readonly why: string }[] = [
  { of: /^shared\//, not: /^(?!zod$|shared\/|vitest$|fast-check$)/, why: 'shared/ imports only zod' },
  {
    of: /^src-renderer\//,
    not: /^(electron$|node:|src-main\/|emulator\/|e2e\/)/,
    why: 'the page has no Node and no Electron',
  },
  {
    of: /^src-main\//,
    not: /^(react|src-renderer\/|emulator\/|e2e\/|bench\/|ssh2$)/,
    why: 'main has no React and does not know the emulator',
  },
  {
    of: /^src-main\/(?!main\.ts|preload|desktop\/|ipc\/)/,
    not: /^electron$/,
    why: 'services get what they need by constructor; Electron stays at the rim',
  },
  {
    of: /^src-main\/tunnel\//,
    not: /^src-main\/(?!tunnel\/|net\/|log\/)/,
    why: 'the engine runs without the rest of the app',
  },
  {
    of: /^emulator\//,
    not: /^(src-main\/|src-renderer\/|shared\/|bench\/|electron$)/,
    why: 'emulator and app share no code and no types',
  },
  {
    of: /^bench\/baselines\//,
    not: /^(?!bench\/baselines\/|node:|ws$)/,
    why: 'a baseline shares no code with what it is held against',
  },
  {
    of: /^src-main\/preload/,
    not: /^(?!electron$|src-main\/preload)/,
    why: 'a preload carries no code of the app',
  },
];

test('the scan sees every form of import', () => {
  const text = `import a from 'x1'; import 'x2'; export { b } from "x3"; await import('x4'); require('x5');
    import type { C } from './d.ts'; createRequire(import.meta.url)('x6'); new Worker(new URL('./w.ts', import.meta.url));
    import {
      many,
    } from 'x7';`;
  expect(importsOf('src-main/a/b.ts', text).toSorted()).toEqual(
    ['x1', 'x2', 'x3', 'x4', 'x5', 'src-main/a/d.ts', 'x6', 'src-main/a/w.ts', 'x7'].toSorted(),
  );
});

test.each(rules)('$why', ({ of, not }) => {
  const checked = files.filter(
    (file) => of.test(file) && !file.endsWith('.test.ts') && !file.endsWith('.test.tsx'),
  );
  expect(checked.length).toBeGreaterThan(0);
  const broken = checked.flatMap((file) =>
    importsOf(file, readFileSync(join(root, file), 'utf8'))
      .filter((target) => not.test(target))
      .map((target) => `${file} imports ${target}`),
  );
  expect(broken).toEqual([]);
});

test('nothing in src-main names the emulator', () => {
  const naming = files.filter(
    (file) => file.startsWith('src-main/') && /emulator/i.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(naming).toEqual([]);
});
