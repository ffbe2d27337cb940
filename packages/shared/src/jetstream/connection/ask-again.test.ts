import { describe, expect, it } from 'vitest';
import { askAgain, NoAnswerInTime } from './ask-again.ts';

const patient = { everyMs: 10, withinMs: 20_000, isFinal: (error: unknown) => error instanceof RangeError };

/** Questions that are answered by hand. */
function questions() {
  const questionsAsked: PromiseWithResolvers<string>[] = [];
  const ask = () => {
    const question = Promise.withResolvers<string>();
    questionsAsked.push(question);
    return question.promise;
  };
  return {
    questionsAsked,
    ask,
    untilAsked: (count: number) => expect.poll(() => questionsAsked.length).toBe(count),
  };
}

describe('a question that is asked again', () => {
  it('takes the first answer, be it to an earlier one', async () => {
    const { questionsAsked, ask, untilAsked } = questions();
    const answer = askAgain(ask, { ...patient, everyMs: 100 });
    await untilAsked(3);
    questionsAsked[1]?.resolve('to the second');
    expect(await answer).toBe('to the second');
    questionsAsked[0]?.reject(new Error('too late'));
    expect(questionsAsked.length).toBeLessThan(5);
  });

  it('is asked again after a failure that may pass, and ends with one that will not', async () => {
    const failures = [new Error('no leader'), new Error('no leader'), new RangeError('no such stream')];
    const ask = async () => {
      throw failures.shift();
    };
    await expect(askAgain(ask, patient)).rejects.toThrow('no such stream');
    expect(failures).toEqual([]);
  });

  it('ends with the last failure when the time is up, or with none', async () => {
    const hurried = { ...patient, withinMs: 50 };
    await expect(askAgain(() => Promise.reject(new Error('no leader')), hurried)).rejects.toThrow(
      'no leader',
    );
    await expect(askAgain(() => new Promise(() => undefined), hurried)).rejects.toBeInstanceOf(
      NoAnswerInTime,
    );
  });
});
