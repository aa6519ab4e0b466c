import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FileLog } from './logger.ts';

test('a secret inside a text field is taken out, also where JSON would escape its quotes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-log-'));
  const log = new FileLog(folder, () => 0);
  log.warn('refused', {
    detail: 'answered {"authToken":"5F1A5F1A","nodeId":"10.0.0.4"}',
    status: 201,
    code: null,
  });
  await log.flush();
  const line = await readFile(join(folder, 'sallyport.log'), 'utf8');
  expect(line).not.toContain('5F1A5F1A');
  expect(JSON.parse(line)).toMatchObject({
    at: '1970-01-01T00:00:00.000Z',
    level: 'warn',
    event: 'refused',
    status: 201,
    code: null,
  });
  expect(line).toContain('10.0.0.4');
  await rm(folder, { recursive: true });
});

test('a folder that cannot be written stops nothing', async () => {
  const log = new FileLog('/dev/null/logs');
  log.error('lost');
  await log.flush();
});
