import { expect, it } from 'vitest';
import { endOf, nextShift } from './shift-editor.tsx';

const shifts = [
  { name: 'night', start: '22:00' },
  { name: 'early', start: '06:00' },
  { name: 'late', start: '14:00' },
];

it('ends a shift when the next one begins, the last one of a day on the next day', () => {
  expect(shifts.map(({ start }) => endOf(shifts, start))).toEqual(['06:00', '14:00', '22:00']);
  expect(endOf(shifts, '')).toBeUndefined();
  expect(endOf([{ name: 'all', start: '00:00' }], '00:00')).toBe('00:00');
});

it('offers a next shift eight hours later', () => {
  expect(nextShift([]).start).toBe('06:00');
  expect(nextShift([{ name: 'a', start: '18:30' }]).start).toBe('02:30');
  expect(nextShift([{ name: 'a', start: '' }]).start).toBe('06:00');
});
