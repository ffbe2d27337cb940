import { describe, expect, it } from 'vitest';
import { epochMs, RecordedHistory, tick0 } from '../testing/recorded-history.ts';
import { epochs } from './epochs.ts';

const judge = (history: RecordedHistory) =>
  epochs(history.readAt(60_000), { clockMs: 500, stopMs: 3_000 }).map(({ what }) => what);
/** c1 holds the session with epoch 2, and c2 from the tenth second on with epoch 3. */
const failedOver = () =>
  new RecordedHistory().started(0).assigned(10, 'c1').assigned(10_000, 'c2', 'failover');

describe('epochs', () => {
  it('hold when the second holder goes on where the first was cut off', () => {
    const history = failedOver().polled(0, 5, { epoch: 2 }).polled(10, 20, { epoch: 3, collector: 'c2' });
    expect(judge(history)).toEqual([]);
  });

  it('hold when the first holder’s samples arrive after those of the second', () => {
    const history = failedOver().polled(10, 20, { epoch: 3, collector: 'c2' }).polled(0, 5, { epoch: 2 });
    expect(judge(history)).toEqual([]);
  });

  it('hold when the second holder counts ticks as missed in arrears', () => {
    const history = failedOver()
      .polled(0, 9, { epoch: 2 })
      .polled(9, 9, { epoch: 3, collector: 'c2', miss: 'overrun' });
    expect(judge(history)).toEqual([]);
  });

  it('rise in time, also where ticks of another length have other numbers', () => {
    const fast = { epoch: 3, collector: 'c2', lengthMs: 100 };
    const history = failedOver().polled(0, 9, { epoch: 2 }).polled(100, 120, fast);
    expect(judge(history)).toEqual([]);
    expect(judge(failedOver().polled(0, 10, { epoch: 2 }).polled(100, 120, fast))).toEqual([
      expect.stringContaining('was read under epoch 2 (SAMPLES 11) and 3 (12)'),
    ]);
  });

  it('hold when a long tick was read before its takeover, and once more as the first of the second holder', () => {
    const long = { lengthMs: 20_000 };
    const second = { epoch: 3, collector: 'c2', ...long };
    expect(
      judge(
        failedOver()
          .polled(0, 0, { epoch: 2, ...long })
          .polled(0, 1, second),
      ),
    ).toEqual([]);
    // Whichever comes first.
    expect(
      judge(
        failedOver()
          .polled(0, 1, second)
          .polled(0, 0, { epoch: 2, ...long }),
      ),
    ).toEqual([]);
  });

  it('fail when such a tick was read after the takeover, or is not where both meet', () => {
    const twice = [expect.stringContaining('was read under epoch 2 (SAMPLES 1) and 3 (2)')];
    const long = { lengthMs: 20_000 };
    const second = { epoch: 3, collector: 'c2', ...long };
    const first = epochMs / long.lengthMs;
    const late = failedOver().sampled(first, { epoch: 2, readAtMs: epochMs + 10_001, ...long });
    expect(judge(late.polled(0, 1, second))).toEqual(twice);
    const before = { ...second, lengthMs: 1_000 };
    const notFirst = failedOver()
      .polled(0, 0, { epoch: 2, ...long })
      .polled(0, 0, second);
    expect(judge(notFirst.polled(-2, -1, before))).toContainEqual(expect.stringContaining('was read under'));
  });

  it('fail when a tick was read under two', () => {
    const history = failedOver().polled(0, 10, { epoch: 2 }).polled(10, 20, { epoch: 3, collector: 'c2' });
    expect(judge(history)).toEqual([
      expect.stringContaining('was read under epoch 2 (SAMPLES 11) and 3 (12)'),
    ]);
  });

  it('fail when the former holder reads on between the ticks of the new one', () => {
    const history = failedOver()
      .polled(0, 5, { epoch: 2 })
      .sampled(tick0 + 10, { epoch: 3, collector: 'c2' })
      .sampled(tick0 + 11, { epoch: 2 })
      .sampled(tick0 + 12, { epoch: 3, collector: 'c2' });
    expect(judge(history)).toEqual([
      expect.stringContaining('after tick'),
      expect.stringContaining('after epoch 3 was given out'),
    ]);
  });

  it('fail when the former holder reads on although the new one never began', () => {
    expect(judge(failedOver().polled(0, 15, { epoch: 2 }))).toEqual([
      expect.stringContaining('after epoch 3 was given out'),
    ]);
  });

  it('hold when a collector that is cut off reads on under its epoch until its lease ends, and is the next holder as well', () => {
    const again = () => new RecordedHistory().started(0).assigned(10, 'c1').assigned(10_000, 'c1', 'resume');
    expect(judge(again().polled(0, 12, { epoch: 2 }))).toEqual([]);
    expect(judge(again().polled(0, 15, { epoch: 2 }))).toEqual([
      expect.stringContaining('after epoch 3 was given out'),
    ]);
    const thenAnother = again().assigned(11_000, 'c2', 'failover').polled(0, 12, { epoch: 2 });
    expect(judge(thenAnother)).toEqual([expect.stringContaining('after epoch 4 was given out')]);
  });

  it('fail when somebody reads under an epoch that was given to another, or to nobody', () => {
    const history = failedOver().polled(0, 1, { epoch: 2, collector: 'c2' });
    expect(judge(history)).toEqual([expect.stringContaining('which the log gave to c1')]);
    expect(judge(failedOver().polled(0, 0, { epoch: 1 }))).toEqual([
      expect.stringContaining('which the log gave to nobody'),
    ]);
  });
});
