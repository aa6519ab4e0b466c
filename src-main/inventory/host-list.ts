import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { osSchema } from '../../shared/inventory.ts';

/** One line of a list of hosts, as people write it. */
export interface HostLine {
  /** Its number in the list, counted as people do. */
  readonly line: number;
  readonly name: string;
  readonly address: string;
  readonly os: z.infer<typeof osSchema>;
  /** Name of a Bastion; empty: the one that the whole list is for. */
  readonly bastion: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A list that was read: what is good in it, and what is wrong with the rest, by line number. */
export interface HostList {
  readonly hosts: readonly HostLine[];
  readonly problems: readonly string[];
}

const mostLines = 5_000;

/** Headers that are understood, and what people call them elsewhere. */
const columns: Readonly<Record<string, Exclude<keyof HostLine, 'line'>>> = {
  name: 'name',
  host: 'name',
  hostname: 'name',
  address: 'address',
  ip: 'address',
  'ip address': 'address',
  os: 'os',
  'operating system': 'os',
  bastion: 'bastion',
  tags: 'tags',
};

const lineSchema = z.object({
  address: z.ipv4('is no IPv4 address'),
  name: z.string().max(120, 'has more than 120 characters').optional(),
  os: z
    .string()
    .optional()
    .transform((text) => osSchema.safeParse((text ?? '').toLowerCase()).data ?? 'unknown'),
  bastion: z.string().max(120).default(''),
  tags: z.string().max(1_000).default('').transform(readTags),
});

/** `env=prod;team=web` as the tags of a machine. */
function readTags(text: string): Record<string, string> {
  const pairs = text.split(/[;,]/).map((pair) => pair.trim().split('='));
  return Object.fromEntries(
    pairs.flatMap(([key = '', ...rest]) => (key === '' ? [] : [[key.trim(), rest.join('=').trim()]])),
  );
}

/** The sign between the headers: spreadsheets write other ones in other countries. */
function delimiterOf(text: string): string {
  const [header = ''] = text.split(/\r?\n/, 1);
  const count = (sign: string) => header.split(sign).length;
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}

/**
 * Reads a list of hosts: comma, semicolon or tab between the values, a line of headers first (`address` is needed; `name`,
 * `os`, `bastion` and `tags` are understood, others are ignored). Never throws: what is wrong is said line by line.
 */
export function readHostList(text: string): HostList {
  let rows: readonly Readonly<Record<string, string>>[];
  try {
    rows = z.array(z.record(z.string(), z.string())).parse(
      parse(text, {
        bom: true,
        columns: (header: string[]) =>
          header.map((each) => columns[each.trim().toLowerCase()] ?? `ignored ${each}`),
        delimiter: delimiterOf(text),
        relax_column_count: true,
        skip_empty_lines: true,
        trim: true,
        to: mostLines,
      }),
    );
  } catch (error) {
    return { hosts: [], problems: [error instanceof Error ? error.message : String(error)] };
  }
  if (rows.length === 0) return { hosts: [], problems: ['The list has no lines below its headers.'] };
  const hosts: HostLine[] = [];
  const problems: string[] = [];
  for (const [index, row] of rows.entries()) {
    const parsed = lineSchema.safeParse(row);
    if (parsed.success) {
      const { name, address } = parsed.data;
      hosts.push({
        ...parsed.data,
        line: index + 2,
        name: name === undefined || name === '' ? address : name,
      });
    } else {
      const issue = parsed.error.issues[0];
      // The first line holds the headers, and people count from one.
      problems.push(`Line ${index + 2}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
    }
  }
  return { hosts, problems };
}
