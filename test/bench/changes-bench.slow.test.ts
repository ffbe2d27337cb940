import { expect, it } from 'vitest';
import { runBench } from './run-bench.ts';

it('the benchmark of changes ends with one line of JSON, all points having come and gone', async () => {
  expect(await runBench('changes', '--points 200 --rounds 1')).toMatchObject({
    ratio: expect.any(Number),
    figures: {
      ...{ points: 200, dry_run_s: expect.any(Number), change_s: expect.any(Number) },
      ...{ list_s: expect.any(Number), first_page_s: expect.any(Number) },
      ...{ all_pages_s: expect.any(Number), revert_s: expect.any(Number) },
    },
    limit: { bare_insert_s: expect.any(Number) },
  });
});
