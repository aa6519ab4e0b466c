import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { faultSchemas } from './faults.ts';
import { switchesSchema, switchNotes } from './switches.ts';

const text = await readFile(new URL('../ESTATE.md', import.meta.url), 'utf8');

/** The cells of every table row, by its first cell; a formatter may pad them. */
const rows = new Map(
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => {
      const cells = line.split('|').map((cell) => cell.trim());
      return [cells[1]?.replaceAll('`', '') ?? '', cells.slice(2, -1)];
    }),
);

describe('ESTATE.md', () => {
  it.each(Object.entries(switchNotes))('lists the switch %s as it is', (name, note) => {
    const value = switchesSchema.parse({})[name as keyof typeof switchNotes];
    expect(rows.get(name)).toEqual([`\`${String(value)}\``, note.source, note.about]);
  });

  it.each(Object.entries(faultSchemas))('lists the fault %s and its settings', (name, schema) => {
    const row = rows.get(name) ?? expect.fail(`ESTATE.md does not list ${name}`);
    const own = Object.keys(schema.shape).filter((key) => !['bastion', 'times', 'path'].includes(key));
    expect(own.filter((key) => !row[0]?.includes(`\`${key}\``))).toEqual([]);
  });
});
