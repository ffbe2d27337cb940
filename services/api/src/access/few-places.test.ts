import { expect, it } from 'vitest';
import { FewPlaces } from './few-places.ts';

it('looks at few places a minute, and at each of them as often as wanted', () => {
  let nowMs = 0;
  const few = new FewPlaces(2, () => nowMs);
  expect(few.look('anna', 'a')).toBeUndefined();
  nowMs = 10_000;
  expect(few.look('anna', 'b')).toBeUndefined();
  expect(few.look('anna', 'c')).toBe(50_000);
  expect(few.look('ben', 'c')).toBeUndefined();
  nowMs = 59_000;
  expect(few.look('anna', 'a')).toBeUndefined();
  nowMs = 70_000;
  expect(few.look('anna', 'c')).toBeUndefined();
  expect(few.look('anna', 'b')).toBe(49_000);
});
