import { describe, expect, it } from 'vitest';
import { Rejections } from './rejections.ts';

const of = (changes: { session?: string; source?: string; isLost?: boolean } = {}) => ({
  session: '7-1',
  source: 'evil',
  reason: 'it is forged',
  isLost: false,
  ...changes,
});

describe('samples that are turned away', () => {
  it('are kept sixty a minute of each who publishes them, and all of those that may be true', () => {
    const rejections = new Rejections();
    const keptOf = (count: number, nowMs: number, changes = {}) =>
      Array.from({ length: count }, () => rejections.note(of(changes), nowMs)).filter((isKept) => isKept)
        .length;
    expect(keptOf(1_000, 0)).toBe(60);
    expect(keptOf(100, 1, { source: 'other' })).toBe(60);
    expect(keptOf(500, 2, { isLost: true })).toBe(500);
    expect(keptOf(10, 59_999)).toBe(0);
    expect(keptOf(10, 60_000)).toBe(10);
  });

  it('are listed by session and source, the latest first, until they are no news any more', () => {
    const rejections = new Rejections();
    for (const nowMs of [0, 1_000, 2_000]) rejections.note(of(), nowMs);
    rejections.note(of({ session: '8-1' }), 3_000);
    expect(rejections.told(4_000)).toEqual({
      rejected: [
        expect.objectContaining({ session: '8-1', source: 'evil', samples: 1 }),
        {
          ...{ session: '7-1', source: 'evil', reason: 'it is forged', samples: 3 },
          ...{ since: '1970-01-01T00:00:00.000Z', last: '1970-01-01T00:00:02.000Z' },
        },
      ],
      rejected_left_out: 0,
    });
    expect(rejections.told(10 * 60_000 + 2_500).rejected.map(({ session }) => session)).toEqual(['8-1']);
  });

  it('take no more room than so much, whatever they name', () => {
    const rejections = new Rejections();
    for (let run = 0; run < 5_000; run += 1)
      rejections.note(of({ session: `${run}-${'x'.repeat(10_000)}` }), run);
    rejections.note(of({ source: 'other' }), 0);
    const { rejected, rejected_left_out } = rejections.told(5_000);
    expect([rejected.length, rejected_left_out]).toEqual([21, 4_980]);
    expect(rejected.at(-1)?.source).toBe('other');
    expect(JSON.stringify(rejected).length).toBeLessThan(100_000);
  });
});
