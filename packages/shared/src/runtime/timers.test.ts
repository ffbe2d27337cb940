import { describe, expect, it } from 'vitest';
import { FakeTime } from './testing/fake-time.ts';
import { withDeadline } from './timers.ts';

describe('work with a deadline', () => {
  it('settles as it does when it is in time, and leaves no timer', async () => {
    let pending = 0;
    const timers = {
      after: () => {
        pending += 1;
        return () => {
          pending -= 1;
        };
      },
    };
    expect(await withDeadline(Promise.resolve(7), 100, timers)).toBe(7);
    await expect(withDeadline(Promise.reject(new Error('refused')), 100, timers)).rejects.toThrow('refused');
    expect(pending).toBe(0);
  });

  it('is given up when the time is over, and may fail later without notice', async () => {
    const time = new FakeTime();
    const work = Promise.withResolvers<number>();
    expect(await time.until(withDeadline(work.promise, 100, time))).toBeUndefined();
    expect(time.nowMs()).toBe(100);
    work.reject(new Error('too late'));
    await time.advance(1);
  });
});
