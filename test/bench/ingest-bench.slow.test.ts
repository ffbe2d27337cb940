import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const main = join(import.meta.dirname, '../../bench/src/main.ts');

it.each(['trusted', 'isolated'])(
  'the ingest benchmark ends with one line of JSON, everything being in the database: %s',
  async (identities) => {
    const load = ['--devices', '5', '--points', '2', '--ticks', '4', '--batch', '10', '--rounds', '1'];
    const flags = ['--store', 'postgres', ...load, '--identities', identities];
    const { stdout } = await promisify(execFile)(process.execPath, [main, 'ingest', '--json', ...flags]);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      bench: 'ingest',
      ratio: expect.any(Number),
      figures: { identities, values: 40, postgres_values_per_second: expect.any(Number) },
    });
  },
);
