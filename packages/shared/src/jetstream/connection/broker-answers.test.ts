import { describe, expect, it } from 'vitest';
import { BrokerAnswers } from './broker-answers.ts';

function answersForTest() {
  let nowMs = 1_000;
  const answers = new BrokerAnswers({ monotonicMs: () => nowMs });
  return {
    answers,
    after: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('the time for which an answer is waited for', () => {
  it('is longer where answers take longer, those of callers included that ask without a word of failure', async () => {
    const { answers, after } = answersForTest();
    expect([answers.patienceMs('read'), answers.slownessMs('read')]).toEqual([1_000, 0]);
    await answers.timed('read', async () => after(1_500));
    expect([answers.patienceMs('read'), answers.slownessMs('read')]).toEqual([3_000, 2_000]);
    // Both cross the same link.
    expect(answers.slownessMs('write')).toBe(2_000);
    for (let i = 0; i < 10; i += 1) await answers.timed('read', async () => after(1));
    expect(answers.slownessMs('write')).toBe(0);
  });
});

describe('the time for which a broker has not answered', () => {
  it('is none while all is answered, however slowly', () => {
    const { answers, after } = answersForTest();
    expect(answers.unansweredForMs()).toBe(0);
    const questions = Array.from({ length: 20 }, () => {
      const question = answers.recordQuestion('read');
      after(1_000);
      return question;
    });
    expect(answers.unansweredForMs()).toBe(20_000);
    // Each takes three seconds, and three more are on their way.
    for (const question of questions.slice(0, -3)) question.answered();
    expect(answers.unansweredForMs()).toBe(3_000);
    for (const question of questions.slice(-3)) question.answered();
    expect(answers.unansweredForMs()).toBe(0);
  });

  it('begins with the first question that got none', () => {
    const { answers, after } = answersForTest();
    answers.recordQuestion('read').answered();
    after(1_000);
    const first = answers.recordQuestion('read');
    after(2_000);
    first.failed('timeout');
    answers.recordQuestion('read').failed('no leader');
    after(500);
    expect([answers.unansweredForMs(), answers.why()]).toEqual([2_500, 'no leader']);
  });

  it('ends with an answer to a later one, not with a late answer to an earlier one', () => {
    const { answers, after } = answersForTest();
    const early = answers.recordQuestion('read');
    after(1_000);
    const lost = answers.recordQuestion('read');
    after(1_000);
    const later = answers.recordQuestion('read');
    lost.failed('timeout');
    early.answered();
    expect(answers.unansweredForMs()).toBe(1_000);
    later.answered();
    expect(answers.unansweredForMs()).toBe(0);
    // A question that an answer has overtaken no longer counts, whatever becomes of it.
    const overtaken = answers.recordQuestion('read');
    after(100);
    answers.recordQuestion('read').answered();
    overtaken.failed('timeout');
    expect(answers.unansweredForMs()).toBe(0);
  });

  it('goes on while writes get none, though reads are answered', () => {
    const { answers, after } = answersForTest();
    answers.recordQuestion('write').failed('timeout');
    after(4_000);
    answers.recordQuestion('read').answered();
    expect(answers.unansweredForMs()).toBe(4_000);
    answers.recordQuestion('write').answered();
    expect(answers.unansweredForMs()).toBe(0);
  });

  it('starts over with another node', () => {
    const { answers, after } = answersForTest();
    answers.recordQuestion('write').failed('timeout');
    const pending = answers.recordQuestion('read');
    after(4_000);
    answers.forget();
    pending.failed('timeout');
    expect([answers.unansweredForMs(), answers.silentForMs()]).toEqual([0, 4_000]);
    after(1_000);
    expect(answers.silentForMs()).toBe(5_000);
    answers.recordQuestion('read').answered();
    expect(answers.silentForMs()).toBe(0);
  });
});

it('the time since the last read that was answered counts from its sending, over all nodes', () => {
  const { answers, after } = answersForTest();
  after(60_000);
  expect(answers.lastReadAgoMs()).toBe(0);
  const slow = answers.recordQuestion('read');
  after(3_000);
  answers.recordQuestion('read').failed('no leader');
  answers.recordQuestion('write').answered();
  slow.answered();
  expect(answers.lastReadAgoMs()).toBe(3_000);
  answers.forget();
  after(4_000);
  expect(answers.lastReadAgoMs()).toBe(7_000);
  answers.recordQuestion('read').answered();
  expect(answers.lastReadAgoMs()).toBe(0);
});
