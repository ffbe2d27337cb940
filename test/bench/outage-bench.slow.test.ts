import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const main = join(import.meta.dirname, '../../bench/src/main.ts');

/** The benchmark itself compares every tick, and fails when one is missing. */
it('the outage benchmark finds everything that was read while the database was killed', async () => {
  const folder = await temporaryFolder('bench');
  // biome-ignore lint/style/noProcessEnv: the PATH, on which nats-server is found
  const env = { ...process.env, TMPDIR: folder };
  const flags = ['--seconds', '3', '--around', '2', '--values', '1000'];
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'outage', '--json', ...flags], {
    env,
  });
  expect(await readdir(folder)).toEqual([]);
  const { bench, ratio, figures, limit } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(bench).toBe('outage');
  expect(limit).toEqual({ live_values_per_second: 1_000 });
  expect(ratio).toBeGreaterThan(0);
  expect(figures.values_in_database).toBe(figures.ticks_read * 50);
  // Two devices, ten times a second, for seven seconds and more.
  expect(figures.ticks_read).toBeGreaterThan(100);
  expect(figures.backlog_messages).toBeGreaterThan(0);
});
