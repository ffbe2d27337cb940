import { expect, it } from 'vitest';
import { runBench } from './run-bench.ts';

it.each(['trusted', 'isolated'])(
  'the publish benchmark ends with one line of JSON, both sides having stored the same number of samples: %s',
  async (identities) => {
    const flags = `--samples 500 --rounds 1 --devices 10 --identities ${identities}`;
    expect(await runBench('publish', flags)).toMatchObject({
      ratio: expect.any(Number),
      figures: {
        ...{ identities, samples_of_a_round: 500, values_per_sample: 20 },
        samples_per_second: expect.any(Number),
      },
      limit: { bare_samples_per_second: expect.any(Number) },
    });
  },
);
