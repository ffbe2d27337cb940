import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const main = join(import.meta.dirname, '../../bench/src/main.ts');

/** The benchmark itself checks that every point is shown and current all the time. */
it.skipIf(inject('installedServers').chromium === null)(
  'the console benchmark shows live points in a browser, each figure next to its limit',
  async () => {
    const folder = await temporaryFolder('bench');
    // biome-ignore lint/style/noProcessEnv: the PATH, on which nats-server is found
    const env = { ...process.env, TMPDIR: folder };
    const flags = ['--devices', '5', '--points', '20', '--seconds', '4', '--minutes', '0', '--loads', '1'];
    const { stdout } = await promisify(execFile)(process.execPath, [main, 'console', '--json', ...flags], {
      env,
    });
    expect(await readdir(folder)).toEqual([]);
    const { bench, ratio, figures, limit } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(bench).toBe('console');
    expect(figures.live_points).toBe(100);
    expect(figures.packed_bytes_until_sessions).toBeGreaterThan(50_000);
    for (const name of ['main_thread_ms_per_second', 'first_paint_median_ms', 'heap_at_last_bytes']) {
      expect(figures[name]).toBeGreaterThan(0);
    }
    expect(ratio).toBeLessThanOrEqual(limit.packed_bytes / figures.packed_bytes_until_sessions + 0.001);
  },
  300_000,
);
