import { describe, expect, it } from 'vitest';
import { type CounterRow, sumCounters } from './sum-counters.ts';

const health = (status: 'healthy' | 'error') => ({
  press: { status, consecutive_failures: 0, last_success: null, last_error: null },
});

function row(changes: Partial<CounterRow>): CounterRow {
  return {
    session_id: '7-1',
    epoch: 2,
    instance: 'a',
    points_read: 10,
    error_count: 1,
    last_read_time: new Date('2026-01-01T08:00:00Z'),
    device_health: health('healthy'),
    updated_at: new Date('2026-01-01T08:00:01Z'),
    ...changes,
  };
}

describe('counters of a session', () => {
  it('are zero while no collector has held it', () => {
    expect(sumCounters([])).toEqual({ pointsRead: 0, errorCount: 0, lastReadTime: null, deviceHealth: {} });
  });

  it('add up over collectors and placements, with the latest time and the health of the present holder', () => {
    const later = new Date('2026-01-01T08:05:00Z');
    const totals = sumCounters([
      row({ last_read_time: later, updated_at: later }),
      row({ instance: 'b', points_read: 5, last_read_time: null }),
      // Its clock is behind, its epoch is not.
      row({ epoch: 9, points_read: 1, error_count: 0, device_health: health('error') }),
    ]);
    expect(totals).toEqual({
      pointsRead: 16,
      errorCount: 2,
      lastReadTime: later,
      deviceHealth: health('error'),
    });
  });

  it('know when a device was read last that the present holder has never heard', () => {
    const read = (last_success: string) => ({ press: { ...health('healthy').press, last_success } });
    const silent = { ...health('error').press, consecutive_failures: 3 };
    const { deviceHealth } = sumCounters([
      row({ epoch: 9, device_health: { press: silent, saw: silent } }),
      row({ epoch: 3, device_health: read('2026-01-01T08:00:00Z') }),
      row({ epoch: 2, device_health: read('2026-01-01T07:00:00Z') }),
    ]);
    expect(deviceHealth).toEqual({ press: { ...silent, last_success: '2026-01-01T08:00:00Z' }, saw: silent });
  });
});
