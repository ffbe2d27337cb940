import { expect, it } from 'vitest';
import { runBench } from './run-bench.ts';

/** The benchmark itself counts that every command has its event and its audit entry. */
it('the api benchmark ends with one line of JSON, each figure beside its limit, and leaves nothing behind', async () => {
  const { ratio, figures, limit } = await runBench(
    'api',
    '--concurrency 4 --tasks 8 --warm-up 64 --commands 64 --reads 40 --rounds 1 --busy-disk-kb 100 --listed-sessions 12 --revocations 3',
  );
  expect(figures).toMatchObject({ concurrency: 4, tasks: 8, commands_of_a_round: 64 });
  expect(ratio).toBeCloseTo(figures.commands_per_second / Number(limit.bare_appends_per_second), 1);
  for (const name of ['list_of_sessions', 'one_session', 'live_status']) {
    expect(figures[`${name}_per_second`]).toBeGreaterThan(0);
    expect(figures[`${name}_p99_ms`]).toBeGreaterThanOrEqual(figures[`${name}_p50_ms`]);
    expect(limit[`bare_${name}_per_second`]).toBeGreaterThan(0);
  }
  expect(figures).toMatchObject({ sessions_of_a_list: 12, revocations: 3 });
  expect(figures.stream_end_after_revocation_max_ms).toBeGreaterThan(0);
  for (const name of [
    ...['login_of_key', 'login_of_nobody', 'key_of_key'],
    ...['list_of_one_site_of_all', 'list_of_all_of_all'],
  ]) {
    expect(figures[name], name).toBeGreaterThan(0);
  }
}, 300_000);
