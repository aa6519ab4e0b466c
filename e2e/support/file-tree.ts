import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Makes a folder of 200 files: some empty, some with odd names, some deep, one of 64 MiB. */
export async function makeFileTree(folder: string): Promise<void> {
  const odd = [
    'with blank.txt',
    "quote's.txt",
    'ümläut-日本.txt',
    '-dash.txt',
    'back\\slash.txt',
    'new\nline.txt',
    '$HOME;`id`.txt',
    '%41.txt',
  ];
  await mkdir(join(folder, 'deep/er/est'), { recursive: true });
  await mkdir(join(folder, 'empty folder'), { recursive: true });
  const places = ['', 'deep', 'deep/er', 'deep/er/est'];
  const names = [...odd, ...Array.from({ length: 191 }, (_, index) => `file-${index}.bin`)];
  for (const [index, name] of names.entries()) {
    const size = index % 10 === 3 ? 0 : (index * 379) % 70_000;
    await writeFile(join(folder, places[index % places.length] ?? '', name), randomBytes(size));
  }
  await writeFile(join(folder, 'large.bin'), randomBytes(64 * 1024 * 1024));
}

/** SHA-256 of every file below a folder, by relative path. */
export async function hashTree(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const hashes: [string, string][] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    hashes.push([
      relative(folder, path),
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ]);
  }
  return Object.fromEntries(hashes.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
