import { describe, expect, it } from 'vitest';
import { clockAheadMs, clockAheadMsOf } from './clock-difference.ts';

const storedMs = 1_767_225_600_000;
const hourMs = 3_600_000;
const message = (sentAt?: string) => ({
  time: new Date(storedMs),
  headers:
    sentAt === undefined ? undefined : { get: (name: string) => (name === 'Holdfast-Sent-At' ? sentAt : '') },
});

describe('the difference between clocks', () => {
  it('is what the collector said when it sent, against when the broker stored', () => {
    expect(clockAheadMs(message(String(storedMs + 5)), { read_at: 0 })).toBe(5);
    expect(clockAheadMs(message(String(storedMs - 2 * hourMs)), { read_at: 0 })).toBe(-2 * hourMs);
  });

  it('is not seen in a reading that waited for an unavailable broker', () => {
    expect(clockAheadMs(message(String(storedMs)), { read_at: storedMs - 9 * hourMs })).toBe(0);
    expect(clockAheadMs(message(), { read_at: storedMs - 9 * hourMs })).toBe(0);
  });

  it('shows without a header when something was read after it was stored', () => {
    expect(clockAheadMs(message(), { read_at: storedMs + hourMs })).toBe(hourMs);
  });

  it('is what it was at first in a message that was in quarantine', () => {
    const again = (aheadMs: string) => ({
      time: new Date(storedMs),
      headers: { get: (name: string) => (name === 'Holdfast-Clock-Ahead-Ms' ? aheadMs : '') },
    });
    expect(clockAheadMs(again(String(-3 * hourMs)), { read_at: storedMs })).toBe(-3 * hourMs);
    expect(clockAheadMs(again('3h'), { read_at: storedMs })).toBe(0);
    expect(clockAheadMsOf(again('7200000'))).toBe(2 * hourMs);
    expect(clockAheadMsOf(message(String(storedMs - hourMs)))).toBe(-hourMs);
    expect(clockAheadMsOf(message())).toBeUndefined();
  });

  it('is unknown with a header that is no number', () => {
    expect(clockAheadMs(message('yesterday'), { read_at: storedMs })).toBe(0);
    expect(clockAheadMs(message(''), { read_at: storedMs })).toBe(0);
  });
});
