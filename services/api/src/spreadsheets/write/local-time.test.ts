import { plantClock } from '@holdfast/shared/domain/plant-clock.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exactLocalTime, exactLocalTimes } from './local-time.ts';

it('times one after the other are those of each by itself, over changes of the clock too', () => {
  const zones = ['Asia/Shanghai', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns', 'Africa/Monrovia'];
  const [from, to] = [Date.parse('1965-01-01'), Date.parse('2030-01-01')];
  const about = fc.tuple(
    fc.constantFrom(...zones),
    fc.integer({ min: from, max: to }),
    fc.array(fc.integer({ min: 0, max: 90_000 }), { maxLength: 50 }),
  );
  fc.assert(
    fc.property(about, ([zone, first, steps]) => {
      const clock = plantClock(zone);
      const timeText = exactLocalTimes(clock);
      let at = first;
      for (const step of steps) {
        at += step;
        expect(timeText(at)).toBe(exactLocalTime(clock, at));
      }
    }),
  );
  const timeText = exactLocalTimes(plantClock('Europe/Berlin'));
  const change = Date.parse('2026-10-25T01:00:00Z');
  expect([change - 1, change].map(timeText)).toEqual([
    '2026-10-25 02:59:59.999 +02:00',
    '2026-10-25 02:00:00.000 +01:00',
  ]);
});
