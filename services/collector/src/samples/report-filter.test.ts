import type { ReportByException } from '@holdfast/shared/contracts/task-config.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReportFilter } from './report-filter.ts';

function sent(report: Partial<ReportByException>, values: readonly (number | string | boolean)[]): unknown[] {
  const filter = new ReportFilter([{ code: 'p', report: { heartbeat_ms: 60_000, ...report } }]);
  return values.filter((value, tick) => filter.takes('p', value, false, false, tick * 1_000));
}

describe('a point that is reported by exception', () => {
  it('is sent when it changes, if it has no deadband', () => {
    expect(sent({}, [1, 1, 2, 2, 1])).toEqual([1, 2, 1]);
    expect(sent({}, ['on', 'on', 'off'])).toEqual(['on', 'off']);
    expect(sent({ deadband_absolute: 5 }, [true, true, false])).toEqual([true, false]);
  });

  it('is sent when it has gone further than the deadband from what was sent last', () => {
    // Small steps add up: they count from the last value that was sent.
    expect(sent({ deadband_absolute: 1 }, [10, 10.5, 11, 11.5, 12, 12.6])).toEqual([10, 11.5, 12.6]);
    expect(sent({ deadband_percent: 10 }, [100, 109, 111, 121, 123])).toEqual([100, 111, 123]);
    expect(sent({ deadband_percent: 10 }, [0, 0.001])).toEqual([0, 0.001]);
    expect(sent({ deadband_percent: 10 }, [-100, -109, -111])).toEqual([-100, -111]);
  });

  it('is sent when it has gone further than the smaller of two deadbands', () => {
    expect(sent({ deadband_absolute: 1, deadband_percent: 50 }, [10, 11.5])).toEqual([10, 11.5]);
    expect(sent({ deadband_absolute: 100, deadband_percent: 10 }, [10, 11.5])).toEqual([10, 11.5]);
  });

  it('is sent after a heartbeat without a change', () => {
    expect(sent({ heartbeat_ms: 3_000 }, [1, 1, 1, 1, 1, 1, 1])).toHaveLength(3);
  });

  it('is sent when its quality changes, and when it can be read again', () => {
    const filter = new ReportFilter([{ code: 'p', report: { heartbeat_ms: 60_000 } }]);
    const takes = (isUncertain: boolean) => filter.takes('p', 1, false, isUncertain, 0);
    expect([takes(false), takes(true), takes(true), takes(false), takes(false)]).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
    filter.lost('p');
    expect([takes(false), takes(false)]).toEqual([true, false]);
    filter.allLost();
    expect(takes(false)).toBe(true);
  });

  it('may be a 64-bit integer, whose differences are exact', () => {
    const report = { heartbeat_ms: 60_000, deadband_absolute: 1 };
    const filter = new ReportFilter([{ code: 'p', report }]);
    const takes = (digits: string) => filter.takes('p', digits, true, false, 0);
    expect(['9007199254740993', '9007199254740994', '9007199254740995'].map(takes)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('has each value of an array by itself', () => {
    const filter = new ReportFilter([{ code: 'p', count: 2, report: { heartbeat_ms: 60_000 } }]);
    expect(filter.takes('p[0]', 1, false, false, 0)).toBe(true);
    expect(filter.takes('p[1]', 1, false, false, 0)).toBe(true);
    expect(filter.takes('p[1]', 1, false, false, 0)).toBe(false);
  });
});

it('without report a point is sent always', () => {
  const filter = new ReportFilter([{ code: 'p' }]);
  expect(filter.isIdle()).toBe(true);
  expect([1, 1, 1].filter((value) => filter.takes('p', value, false, false, 0))).toHaveLength(3);
});

it('whoever holds on to what was sent is never off by more than the deadband, nor silent for longer than a heartbeat', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 100 }),
      fc.double({ min: 0, max: 1_000, noNaN: true }),
      fc.integer({ min: 1, max: 20 }),
      (values, deadband_absolute, heartbeatTicks) => {
        const report = { deadband_absolute, heartbeat_ms: heartbeatTicks * 1_000 };
        const filter = new ReportFilter([{ code: 'p', report }]);
        let lastReported: number | undefined;
        let knownSince = 0;
        for (const [tick, value] of values.entries()) {
          if (filter.takes('p', value, false, false, tick * 1_000)) {
            lastReported = value;
            knownSince = tick;
          }
          expect(lastReported).toBeDefined();
          expect(Math.abs((lastReported ?? 0) - value)).toBeLessThanOrEqual(deadband_absolute);
          expect(tick - knownSince).toBeLessThan(heartbeatTicks);
        }
      },
    ),
  );
});
