import { expect, it } from 'vitest';
import { runBench } from './run-bench.ts';

it.each(['trusted', 'isolated'])(
  'the ingest benchmark ends with one line of JSON, everything being in the database: %s',
  async (identities) => {
    const load = '--devices 5 --points 2 --ticks 4 --batch 10 --rounds 1';
    expect(await runBench('ingest', `--store postgres ${load} --identities ${identities}`)).toMatchObject({
      ratio: expect.any(Number),
      figures: { identities, values: 40, postgres_values_per_second: expect.any(Number) },
    });
  },
);
