import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SteadyClock } from './steady-clock.ts';

const startMs = 1_740_000_000_000;

function world() {
  const time = new FakeTime();
  const process = new FakeProcess(time, startMs);
  return { time, process, clock: new SteadyClock(process.clock) };
}

describe('the clock of schedules', () => {
  it('is the wall clock while that is not set', async () => {
    const { time, clock } = world();
    await time.advance(1_234);
    expect(clock.nowMs()).toBe(startMs + 1_234);
  });

  it('follows a wall clock that is set forward at once', () => {
    const { process, clock } = world();
    process.setWallClock(3_600_000);
    expect(clock.nowMs()).toBe(startMs + 3_600_000);
  });

  it('waits at half speed for one that was set back a little', async () => {
    const { time, process, clock } = world();
    process.setWallClock(-1_000);
    await time.advance(500);
    expect(clock.nowMs()).toBe(startMs + 250);
    for (let n = 0; n < 20; n += 1) {
      await time.advance(100);
      clock.nowMs();
    }
    expect(clock.nowMs()).toBe(process.clock.wallMs());
  });

  it('goes on at its own speed next to one that was set back far', async () => {
    const { time, process, clock } = world();
    process.setWallClock(-3_600_000);
    await time.advance(10_000);
    expect(clock.nowMs()).toBe(startMs + 10_000);
  });

  it('takes the time of a suspend from the wall clock', async () => {
    const { time, process, clock } = world();
    process.suspend();
    await time.advance(60_000);
    process.continue();
    expect(clock.nowMs()).toBe(startMs + 60_000);
  });

  it('never runs backwards, and never faster than time unless the wall clock does', async () => {
    const step = fc.record({
      passMs: fc.nat(3_000),
      setByMs: fc.option(fc.integer({ min: -20_000, max: 20_000 }), { nil: 0, freq: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { time, process, clock } = world();
        let last = clock.nowMs();
        for (const { passMs, setByMs } of steps) {
          await time.advance(passMs);
          process.setWallClock(setByMs);
          const now = clock.nowMs();
          expect(now).toBeGreaterThanOrEqual(last);
          expect(now).toBeLessThanOrEqual(Math.max(last + passMs, process.clock.wallMs()) + 1e-6);
          last = now;
        }
      }),
    );
  });
});
