import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const main = join(import.meta.dirname, '../../bench/src/main.ts');

it('the benchmark of changes ends with one line of JSON, all points having come and gone', async () => {
  const flags = ['--points', '200', '--rounds', '1'];
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'changes', '--json', ...flags]);
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    bench: 'changes',
    ratio: expect.any(Number),
    figures: {
      points: 200,
      dry_run_s: expect.any(Number),
      change_s: expect.any(Number),
      list_s: expect.any(Number),
      first_page_s: expect.any(Number),
      all_pages_s: expect.any(Number),
      revert_s: expect.any(Number),
    },
    limit: { bare_insert_s: expect.any(Number) },
  });
});
