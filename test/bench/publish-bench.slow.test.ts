import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const main = join(import.meta.dirname, '../../bench/src/main.ts');

it.each(['trusted', 'isolated'])(
  'the publish benchmark ends with one line of JSON, both sides having stored the same number of samples: %s',
  async (identities) => {
    const flags = ['--samples', '500', '--rounds', '1', '--devices', '10', '--identities', identities];
    const { stdout } = await promisify(execFile)(process.execPath, [main, 'publish', '--json', ...flags]);
    const report = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(report).toMatchObject({
      bench: 'publish',
      ratio: expect.any(Number),
      figures: {
        identities,
        samples_of_a_round: 500,
        values_per_sample: 20,
        samples_per_second: expect.any(Number),
      },
      limit: { bare_samples_per_second: expect.any(Number) },
    });
  },
);
