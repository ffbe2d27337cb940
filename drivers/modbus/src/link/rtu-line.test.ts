import { expect, it } from 'vitest';
import { frameSilenceMs, RtuLine } from './rtu-line.ts';

it('the silence between frames is 3.5 characters, and fixed above 19200 baud', () => {
  expect(frameSilenceMs(9600)).toBeCloseTo(4.01, 2);
  expect(frameSilenceMs(19_200)).toBeCloseTo(2.005, 3);
  expect(frameSilenceMs(115_200)).toBe(1.75);
});

it('after a reply the line is left alone for the silence between frames', () => {
  const line = new RtuLine(4);
  expect(line.silenceWaitMs(0)).toBe(0);
  line.byteSeen(100);
  expect(line.silenceWaitMs(101)).toBe(3);
  expect(line.silenceWaitMs(104)).toBe(0);
});

it('after noise it must be quiet for longer, once', () => {
  const line = new RtuLine(4);
  line.byteSeen(100);
  line.outOfStep();
  expect(line.silenceWaitMs(110)).toBe(20);
  line.byteSeen(120);
  expect(line.silenceWaitMs(130)).toBe(20);
  expect(line.silenceWaitMs(150)).toBe(0);
  line.byteSeen(200);
  expect(line.silenceWaitMs(201)).toBe(3);
});
