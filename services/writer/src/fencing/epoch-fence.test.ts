import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EpochFence } from './epoch-fence.ts';

describe('the epoch fence', () => {
  it('admits the first owner, and its successor', () => {
    const fence = new EpochFence();
    expect(fence.judge('s', 5, 1)).toEqual({ admitted: true });
    expect(fence.judge('s', 9, 2)).toEqual({ admitted: true });
    expect(fence.judge('s', 9, 3)).toEqual({ admitted: true });
  });

  it('rejects what a former owner published after its successor, and says by which epoch', () => {
    const fence = new EpochFence();
    fence.judge('s', 5, 1);
    fence.judge('s', 9, 2);
    expect(fence.judge('s', 5, 3)).toEqual({ admitted: false, fencedBy: 9 });
    expect(fence.judge('s', 8, 4)).toEqual({ admitted: false, fencedBy: 9 });
  });

  it('admits what a former owner published in time and what is delivered late', () => {
    const fence = new EpochFence();
    fence.judge('s', 9, 10);
    expect(fence.judge('s', 5, 7)).toEqual({ admitted: true });
    expect(fence.judge('s', 5, 11)).toEqual({ admitted: false, fencedBy: 9 });
  });

  it('keeps sessions apart', () => {
    const fence = new EpochFence();
    fence.judge('s', 9, 1);
    expect(fence.judge('t', 5, 2)).toEqual({ admitted: true });
  });

  it('rejects a former owner by what was stored before a restart, but not what was under way then', () => {
    const fence = new EpochFence();
    fence.know('s', 9, 100);
    expect(fence.judge('s', 5, 101)).toEqual({ admitted: false, fencedBy: 9 });
    expect(fence.judge('s', 5, 99)).toEqual({ admitted: true });
  });

  it('admits the same samples, however the deliveries of one stream are mixed and repeated', () => {
    const epochs = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(epochs, fc.infiniteStream(fc.nat()), (published, random) => {
        const inOrder = new EpochFence();
        const expected = published.map((epoch, sequence) => inOrder.judge('s', epoch, sequence).admitted);
        // The broker delivers everything once in order at least; then come repeats, in any order.
        for (let repeat = 0; repeat < 40; repeat++) {
          const sequence = (random.next().value ?? 0) % published.length;
          expect(inOrder.judge('s', published[sequence] ?? 0, sequence).admitted).toBe(expected[sequence]);
        }
      }),
    );
  });
});
