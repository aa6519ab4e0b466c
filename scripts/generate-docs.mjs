/** Writes docs/errors.md from the catalogue. `--check` fails if the file is not up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCatalogue } from '../shared/errors.ts';

const path = join(import.meta.dirname, '../docs/errors.md');
const rows = Object.entries(errorCatalogue).map(
  ([code, { message, next }]) => `| \`${code}\` | ${message} | ${next} |`,
);
const text = `# Errors

Every expected failure has one code. This page is generated from \`shared/errors.ts\` by \`npm run docs\`.

| code | what happened | next step |
| --- | --- | --- |
${rows.join('\n')}
`;

if (process.argv.includes('--check')) {
  let present = '';
  try {
    present = readFileSync(path, 'utf8');
  } catch {
    // Not generated yet: not up to date.
  }
  if (present !== text) {
    console.error('docs/errors.md is not up to date: run `npm run docs`');
    process.exitCode = 1;
  }
} else writeFileSync(path, text);
