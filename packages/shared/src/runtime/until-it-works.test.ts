import { describe, expect, it } from 'vitest';
import { StoppedWhileTrying, untilItWorks } from './until-it-works.ts';

const quick = {
  firstPauseMs: 1,
  longestPauseMs: 2,
  isTemporary: (error: unknown) => error instanceof RangeError,
};

describe('trying until it works', () => {
  it('tries again after each temporary failure and tells of them', async () => {
    const messages: string[] = [];
    let attempts = 0;
    const result = await untilItWorks(
      async () => {
        attempts += 1;
        if (attempts < 4) throw new RangeError(`failure ${attempts}`);
        return 'done';
      },
      {
        ...quick,
        signal: new AbortController().signal,
        outage: {
          failed: (error) => messages.push((error as Error).message),
          worked: () => messages.push('success'),
        },
      },
    );
    expect(result).toBe('done');
    expect(messages).toEqual(['failure 1', 'failure 2', 'failure 3', 'success']);
  });

  it('passes on at once what will not get better', async () => {
    const attempt = async () => {
      throw new TypeError('a mistake');
    };
    await expect(untilItWorks(attempt, { ...quick, signal: new AbortController().signal })).rejects.toThrow(
      'a mistake',
    );
  });

  it('stops in the middle of a long pause', async () => {
    const stop = new AbortController();
    const trying = untilItWorks(
      async () => {
        throw new RangeError('away');
      },
      {
        ...quick,
        firstPauseMs: 3_600_000,
        longestPauseMs: 3_600_000,
        signal: stop.signal,
        outage: { failed: () => stop.abort(), worked: () => undefined },
      },
    );
    await expect(trying).rejects.toBeInstanceOf(StoppedWhileTrying);
  });

  it('does not wait for an answer that never comes when it is to stop', async () => {
    const stop = new AbortController();
    const trying = untilItWorks(() => new Promise<void>(() => undefined), {
      ...quick,
      signal: stop.signal,
      finishWithinMs: 1,
    });
    stop.abort();
    await expect(trying).rejects.toBeInstanceOf(StoppedWhileTrying);
  });

  it('lets the attempt in progress end when it is to stop', async () => {
    const stop = new AbortController();
    const trying = untilItWorks(
      async () => {
        stop.abort();
        return 'stored';
      },
      { ...quick, signal: stop.signal },
    );
    expect(await trying).toBe('stored');
  });
});
