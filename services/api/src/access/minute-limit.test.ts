import { expect, it } from 'vitest';
import { MinuteLimit } from './minute-limit.ts';

it('looks at few places a minute, and at each of them as often as wanted', () => {
  let nowMs = 0;
  const few = new MinuteLimit(2, () => nowMs);
  expect(few.take('anna', 'a')).toBeUndefined();
  nowMs = 10_000;
  expect(few.take('anna', 'b')).toBeUndefined();
  expect(few.take('anna', 'c')).toBe(50_000);
  expect(few.take('ben', 'c')).toBeUndefined();
  nowMs = 59_000;
  expect(few.take('anna', 'a')).toBeUndefined();
  nowMs = 70_000;
  expect(few.take('anna', 'c')).toBeUndefined();
  expect(few.take('anna', 'b')).toBe(49_000);
});

it('counts each call where it is not said what is done, and none without a limit', () => {
  let nowMs = 0;
  const limit = new MinuteLimit(3, () => nowMs);
  const tries = () => [1, 2, 3, 4].map(() => limit.take('192.0.2.1'));
  expect(tries()).toEqual([undefined, undefined, undefined, 60_000]);
  expect(limit.take('192.0.2.2')).toBeUndefined();
  nowMs = 60_000;
  expect(tries()).toEqual([undefined, undefined, undefined, 60_000]);
  const unlimited = new MinuteLimit(0);
  expect(Array.from({ length: 100 }, () => unlimited.take('192.0.2.1')).every((wait) => !wait)).toBe(true);
});

it('remembers only the callers of the last minute, and 50,000 of them at most', () => {
  let nowMs = 0;
  const limit = new MinuteLimit(1, () => nowMs);
  limit.take('first');
  for (let each = 1; each < 50_000; each += 1) limit.take(`192.0.2.${each}`);
  expect([limit.take('first'), limit.size]).toEqual([60_000, 50_000]);
  // The first one came again: another is pushed out.
  limit.take('one more');
  expect([limit.take('first'), limit.take('192.0.2.1'), limit.size]).toEqual([60_000, undefined, 50_000]);
  nowMs = 60_000;
  expect([limit.take('later'), limit.size]).toEqual([undefined, 1]);
});
