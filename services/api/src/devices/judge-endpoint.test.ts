import { describe, expect, it } from 'vitest';
import { judgeEndpoint } from './judge-endpoint.ts';

describe('an endpoint', () => {
  const device = (periodMs: number, fullTickMs: number) => ({
    code: `every ${periodMs}`,
    periodMs,
    fullTickMs,
    msPerSecond: (fullTickMs * 1_000) / periodMs,
  });

  it('holds what takes less than the shortest period', () => {
    expect(judgeEndpoint([device(500, 200), device(1_000, 250)])).toMatchObject({
      verdict: 'holds',
      everythingOnceMs: 450,
      shortestPeriodMs: 500,
    });
  });

  it('cannot hold more than there is time for', () => {
    expect(judgeEndpoint([device(500, 720)])).toMatchObject({ verdict: 'cannot_hold', busyShare: 1.44 });
    expect(judgeEndpoint([device(500, 300), device(1_000, 500)])).toMatchObject({ verdict: 'cannot_hold' });
  });

  it('cannot hold what takes up all of its time: one late answer would never be caught up with', () => {
    expect(judgeEndpoint([device(500, 500)])).toMatchObject({ verdict: 'cannot_hold', busyShare: 1 });
    const tenths = Array.from({ length: 10 }, () => device(1_000, 100));
    expect(judgeEndpoint(tenths)).toMatchObject({ verdict: 'cannot_hold' });
    expect(judgeEndpoint([device(500, 499)])).toMatchObject({ verdict: 'holds' });
    expect(judgeEndpoint([device(500, 50), device(60_000, 450)])).toMatchObject({ verdict: 'late_at_times' });
  });

  it('is late at times when a slow device takes longer than a fast one may wait', () => {
    expect(judgeEndpoint([device(500, 50), device(60_000, 900)])).toMatchObject({ verdict: 'late_at_times' });
  });
});
