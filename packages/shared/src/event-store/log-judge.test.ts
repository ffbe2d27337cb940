import { expect, it } from 'vitest';
import { LogDamaged } from './event-store.ts';
import { LogJudge } from './log-judge.ts';

function judgeForTest() {
  const verdicts: (string | undefined)[] = [];
  let nowMs = 0;
  const judge = new LogJudge({
    clock: { monotonicMs: () => nowMs },
    onVerdict: (damage) => verdicts.push(damage?.message),
  });
  return {
    judge,
    verdicts,
    after: (ms: number) => {
      nowMs += ms;
    },
    doubts: (kind: string) => judge.doubts(kind, new LogDamaged(`${kind} does not fit`)),
  };
}

it('one answer that does not fit casts a doubt, and the next that fits ends it', () => {
  const { judge, verdicts, doubts } = judgeForTest();
  expect(judge.state()).toBe('sound');
  doubts('end');
  expect([judge.state(), judge.doubt()?.message, judge.damage()]).toEqual([
    'doubtful',
    'end does not fit',
    undefined,
  ]);
  judge.agrees('end');
  expect([judge.state(), judge.doubt()]).toEqual(['sound', undefined]);
  expect(verdicts).toEqual([]);
});

it('many answers in a moment are no damage, nor are two that lie far apart', () => {
  const { judge, verdicts, after, doubts } = judgeForTest();
  for (let look = 0; look < 50; look += 1) {
    doubts('end');
    after(90);
  }
  expect(judge.state()).toBe('doubtful');
  judge.agrees('end');
  doubts('end');
  after(60_000);
  doubts('end');
  expect(judge.state()).toBe('doubtful');
  expect(verdicts).toEqual([]);
});

it('what does not fit for seconds is damage, reported once, and taken back by the first answer that fits', () => {
  const { judge, verdicts, after, doubts } = judgeForTest();
  for (let look = 0; look < 10; look += 1) {
    doubts('end');
    after(1_000);
  }
  expect([judge.state(), judge.damage()?.message]).toEqual(['damaged', 'end does not fit']);
  judge.agrees('end');
  expect(judge.state()).toBe('sound');
  expect(verdicts).toEqual(['end does not fit', undefined]);
});

it('what fits in one respect says nothing of another', () => {
  const { judge, verdicts, after, doubts } = judgeForTest();
  for (let look = 0; look < 10; look += 1) {
    doubts('gap');
    judge.agrees('end');
    after(1_000);
  }
  expect(judge.state()).toBe('damaged');
  doubts('end');
  judge.agrees('gap');
  expect([judge.state(), judge.doubt('end')?.message, judge.doubt('gap')]).toEqual([
    'doubtful',
    'end does not fit',
    undefined,
  ]);
  expect(verdicts).toEqual(['gap does not fit', undefined]);
});
