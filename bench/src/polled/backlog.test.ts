import { describe, expect, it } from 'vitest';
import { InvalidMeasurement } from '../benchmark.ts';
import { requireSent, untilSent } from './backlog.ts';

function reports(...waiting: number[]) {
  return async () => waiting.shift() ?? Number.NaN;
}

describe('samples that wait for the broker', () => {
  it('are no backlog while they are those of the last second', () => {
    expect(() => requireSent(2_000, 2_000)).not.toThrow();
    expect(() => requireSent(900, 10)).not.toThrow();
  });

  it('leave no figure where they are more', () => {
    expect(() => requireSent(2_001, 2_000)).toThrow(InvalidMeasurement);
    expect(() => requireSent(145_000, 10_000)).toThrow(/145000 samples wait/);
  });

  it('are waited for after a start as long as they become fewer', async () => {
    const waiting = reports(9_000, 5_000, 1_500);
    await untilSent(waiting, 2_000);
    expect(await waiting()).toBeNaN();
  });

  it('are not waited for when they become more', async () => {
    await expect(untilSent(reports(9_000, 9_001), 2_000)).rejects.toThrow(InvalidMeasurement);
  });
});
