import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EpochFence, type FencedSample } from './epoch-fence.ts';

/** A sample of tick 100, which everybody reads, unless `more` says otherwise. */
const of = (epoch: number, more: Partial<FencedSample> = {}): FencedSample => ({
  ...{ session: 's', device: 'press', tick: 100, period_ms: 1_000 },
  ...more,
  epoch,
});
const admitted = { admitted: true };
const fencedBy = (epoch: number) => ({ admitted: false, fencedBy: epoch });

describe('the epoch fence', () => {
  it('compares the times of ticks, not their numbers, where a change has given them another length', () => {
    const fence = new EpochFence();
    const fast = (epoch: number, seconds: number) => of(epoch, { tick: seconds * 10, period_ms: 100 });
    fence.judge(fast(5, 100), 1);
    // The successor reads the device once a second, from second 120 on.
    fence.judge(of(9, { tick: 120 }), 2);
    expect(fence.judge(fast(5, 119.9), 3)).toEqual(admitted);
    expect(fence.judge(fast(5, 120), 4)).toEqual(fencedBy(9));
    expect(fence.judge(of(9, { tick: 121 }), 5)).toEqual(admitted);
    // And the other way round.
    fence.judge(fast(12, 130), 6);
    expect(fence.judge(of(9, { tick: 129 }), 7)).toEqual(admitted);
    expect(fence.judge(of(9, { tick: 130 }), 8)).toEqual(fencedBy(12));
  });

  it('admits the first owner, and its successor', () => {
    const fence = new EpochFence();
    expect(fence.judge(of(5), 1)).toEqual(admitted);
    expect(fence.judge(of(9), 2)).toEqual(admitted);
    expect(fence.judge(of(9, { tick: 101 }), 3)).toEqual(admitted);
  });

  it('rejects what a former owner published after its successor, and says by which epoch', () => {
    const fence = new EpochFence();
    fence.judge(of(5), 1);
    fence.judge(of(9), 2);
    expect(fence.judge(of(5), 3)).toEqual(fencedBy(9));
    expect(fence.judge(of(8), 4)).toEqual(fencedBy(9));
  });

  it('admits what a former owner published in time and what is delivered late', () => {
    const fence = new EpochFence();
    fence.judge(of(9), 10);
    expect(fence.judge(of(5), 7)).toEqual(admitted);
    expect(fence.judge(of(5), 11)).toEqual(fencedBy(9));
  });

  it('rejects it too when the stream is delivered again, after a hundred further owners', () => {
    const fence = new EpochFence();
    fence.know('s', 105);
    for (let epoch = 5; epoch <= 105; epoch += 1) {
      fence.knowFirstTick('s', 'press', { epoch, timeMs: epoch * 100_000, sequence: epoch * 10 });
    }
    expect(fence.judge(of(5, { tick: 599 }), 65)).toEqual(admitted);
    expect(fence.judge(of(5, { tick: 650 }), 65)).toEqual(fencedBy(6));
  });

  it('keeps sessions apart', () => {
    const fence = new EpochFence();
    fence.judge(of(9), 1);
    expect(fence.judge(of(5, { session: 't' }), 2)).toEqual(admitted);
  });

  it('rejects a former owner by what was stored before a restart, but not what was under way then', () => {
    const fence = new EpochFence();
    fence.know('s', 9);
    expect(fence.highest('s')).toBe(9);
    fence.knowFirstTick('s', 'press', { epoch: 9, timeMs: 100_000, sequence: 100 });
    expect(fence.judge(of(5), 101)).toEqual(fencedBy(9));
    expect(fence.judge(of(5), 99)).toEqual(admitted);
    expect(fence.highest('s')).toBe(9);
  });
});

describe('what a former owner read before its successor began, and publishes later', () => {
  it('is admitted for ticks before the first one of the successor, and for no other', () => {
    const fence = new EpochFence();
    fence.judge(of(5, { tick: 90 }), 1);
    fence.judge(of(9, { tick: 100, since_tick: 100 }), 2);
    expect(fence.judge(of(5, { tick: 99 }), 3)).toEqual(admitted);
    expect(fence.judge(of(5, { tick: 100 }), 4)).toEqual(fencedBy(9));
    expect(fence.judge(of(5, { tick: 101 }), 5)).toEqual(fencedBy(9));
    expect(fence.judge(of(5, { tick: 95, through_tick: 99 }), 6)).toEqual(admitted);
    expect(fence.judge(of(5, { tick: 95, through_tick: 100 }), 7)).toEqual(fencedBy(9));
  });

  it('is admitted as a part of the tick in which the successor began, whose first one may be the tick before, and of no later one', () => {
    const fence = new EpochFence();
    fence.judge(of(9, { tick: 101, since_tick: 100, part: 500 }), 1);
    expect(fence.judge(of(5, { tick: 100, part: 7 }), 2)).toEqual(admitted);
    expect(fence.judge(of(5, { tick: 101, part: 8 }), 3)).toEqual(admitted);
    expect(fence.judge(of(5, { tick: 102, part: 1 }), 4)).toEqual(fencedBy(9));
    expect(fence.judge(of(5, { tick: 101 }), 5)).toEqual(fencedBy(9));
  });

  it('goes by what the successor says of its beginning, not by which of its samples came first', () => {
    const fence = new EpochFence();
    fence.judge(of(9, { tick: 130, since_tick: 100 }), 1);
    expect(fence.judge(of(5, { tick: 110 }), 2)).toEqual(fencedBy(9));
    expect(fence.judge(of(5, { tick: 99 }), 3)).toEqual(admitted);
  });

  it('is admitted of a device for which the successor has sent nothing yet', () => {
    const fence = new EpochFence();
    fence.judge(of(9, { device: 'mixer' }), 1);
    expect(fence.judge(of(5, { tick: 50 }), 2)).toEqual(admitted);
    fence.judge(of(9, { tick: 60 }), 3);
    expect(fence.judge(of(5, { tick: 59 }), 4)).toEqual(admitted);
    expect(fence.judge(of(5, { tick: 60 }), 5)).toEqual(fencedBy(9));
  });

  it('has to come before every successor, the short ones too', () => {
    const fence = new EpochFence();
    fence.judge(of(9, { tick: 100 }), 1);
    fence.judge(of(12, { tick: 120 }), 2);
    expect(fence.judge(of(9, { tick: 119 }), 3)).toEqual(admitted);
    expect(fence.judge(of(9, { tick: 120 }), 4)).toEqual(fencedBy(12));
    expect(fence.judge(of(5, { tick: 110 }), 5)).toEqual(fencedBy(9));
    expect(fence.judge(of(5, { tick: 99 }), 6)).toEqual(admitted);
  });

  it('is fenced by a successor whose own first sample came too late', () => {
    const fence = new EpochFence();
    fence.judge(of(12, { tick: 120 }), 1);
    expect(fence.judge(of(9, { tick: 125, since_tick: 100 }), 2)).toEqual(fencedBy(12));
    expect(fence.judge(of(5, { tick: 105 }), 3)).toEqual(fencedBy(9));
    expect(fence.judge(of(5, { tick: 99 }), 4)).toEqual(admitted);
  });
});

interface Owner {
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
}

/** Successive owners, each of which reads for some ticks. One with a slow clock may begin before the former one ended. */
const owners: fc.Arbitrary<Owner[]> = fc
  .array(fc.record({ lasts: fc.integer({ min: 1, max: 6 }), overlaps: fc.integer({ min: -2, max: 2 }) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((all) => {
    let at = 10;
    return all.map(({ lasts, overlaps }, index) => {
      const from = at - overlaps;
      at = from + lasts;
      return { epoch: index + 1, from, to: at - 1 };
    });
  });

describe('however samples of several owners are published, delivered and repeated', () => {
  const samplesOf = (all: readonly Owner[]) =>
    all.flatMap(({ epoch, from, to }) =>
      Array.from({ length: to - from + 1 }, (_, index) =>
        of(epoch, { tick: from + index, since_tick: from }),
      ),
    );

  it('the same ones are admitted', () => {
    fc.assert(
      fc.property(owners, fc.infiniteStream(fc.nat()), (all, random) => {
        const draw = (below: number) => (random.next().value ?? 0) % below;
        const published = samplesOf(all).sort(() => draw(3) - 1);
        const fence = new EpochFence();
        const expected = published.map((sample, sequence) => fence.judge(sample, sequence).admitted);
        // The broker delivers everything at least once in order; then come repeats, in any order.
        for (let repeat = 0; repeat < 40; repeat++) {
          const sequence = draw(published.length);
          expect(fence.judge(published[sequence] as FencedSample, sequence).admitted).toBe(
            expected[sequence],
          );
        }
      }),
    );
  });

  it('a sample that comes behind a successor counts for no tick from its first one on', () => {
    fc.assert(
      fc.property(owners, fc.infiniteStream(fc.nat()), (all, random) => {
        const published = samplesOf(all).sort(() => ((random.next().value ?? 0) % 3) - 1);
        const fence = new EpochFence();
        for (const [sequence, sample] of published.entries()) {
          const before = published.slice(0, sequence).filter(({ epoch }) => epoch > sample.epoch);
          const isAdmitted = fence.judge(sample, sequence).admitted;
          const firstOfHigher = Math.min(...before.map(({ since_tick = 0 }) => since_tick));
          expect(isAdmitted).toBe(before.length === 0 || sample.tick < firstOfHigher);
        }
      }),
    );
  });
});
