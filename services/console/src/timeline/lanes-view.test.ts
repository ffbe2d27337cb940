import { expect, it } from 'vitest';
import { plantTime } from '../time/plant-time.tsx';
import { markText } from './lanes-view.tsx';

const hourMs = 3_600_000;

it('a mark names the day at midnight alone, also where the clock was put forward or back before', () => {
  const berlin = plantTime('en-GB', 'Europe/Berlin');
  const textAt = (at: string, stretchMs = 24 * hourMs) => markText(berlin, new Date(at), stretchMs);
  expect(textAt('2026-03-28T23:00:00Z')).toBe('29 Mar');
  // A day later by the clock before the change.
  expect(textAt('2026-03-29T23:00:00Z')).toBe('01:00');
  expect(textAt('2026-10-25T22:00:00Z')).toBe('23:00');
  expect(textAt('2026-10-25T23:00:00Z')).toBe('26 Oct');
  expect(textAt('2026-10-25T23:00:30Z', 60_000)).toBe('00:00:30');
  expect(textAt('2026-10-25T11:00:00Z', 200 * hourMs)).toBe('25 Oct');
});
