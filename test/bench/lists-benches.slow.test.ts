import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const main = join(import.meta.dirname, '../../bench/src/main.ts');

/** The benchmarks themselves count points, rows, lines and missing ticks. */
it.each([
  [
    'lists',
    ['--points', '2000', '--rounds', '1'],
    ['preview_and_apply_s', 'export_csv_s', 'api_peak_memory_mb'],
    'bare_insert_s',
  ],
  [
    'export',
    ['--days', '1', '--rounds', '1'],
    ['export_s', 'values_per_second', 'api_peak_memory_mb'],
    'copy_s',
  ],
  ['summary', ['--sessions', '20', '--rounds', '1'], ['answer_ms', 'first_ms', 'kilobytes'], 'bare_route_ms'],
] as const)(
  'the %s benchmark has each figure next to its limit, and leaves nothing behind',
  async (name, flags, figures, limit) => {
    const folder = await temporaryFolder('bench');
    // biome-ignore lint/style/noProcessEnv: the PATH, on which nats-server is found
    const env = { ...process.env, TMPDIR: folder };
    const { stdout } = await promisify(execFile)(process.execPath, [main, name, '--json', ...flags], { env });
    expect(await readdir(folder)).toEqual([]);
    const measured = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(measured.bench).toBe(name);
    for (const figure of figures) expect(measured.figures[figure], figure).toBeGreaterThan(0);
    expect(measured.limit[limit]).toBeGreaterThan(0);
    expect(measured.ratio).toBeGreaterThan(0);
  },
  300_000,
);
