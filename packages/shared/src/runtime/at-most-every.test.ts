import { expect, it } from 'vitest';
import { atMostEvery } from './at-most-every.ts';
import { FakeTime } from './testing/fake-time.ts';

it('what is asked for over and over is done once a second, and after the last time that it was asked for', async () => {
  const time = new FakeTime();
  const doneAtMs: number[] = [];
  const ask = atMostEvery(1_000, () => doneAtMs.push(time.nowMs()), time);
  for (let attempt = 0; attempt < 25; attempt += 1) {
    ask();
    await time.advance(100);
  }
  await time.advance(5_000);
  expect(doneAtMs).toEqual([0, 1_000, 2_000, 3_000]);
  ask();
  expect(doneAtMs.at(-1)).toBe(time.nowMs());
});
