import { describe, expect, it } from 'vitest';
import { fewAtOnce } from './few-at-once.ts';

describe('work of which only a few pieces may be under way', () => {
  it('is begun in the order of asking, the next as soon as one has ended, however it ended', async () => {
    const begun: number[] = [];
    const ends: ((failure?: Error) => void)[] = [];
    const ask = fewAtOnce(2);
    const outcomes = [0, 1, 2, 3].map((each) =>
      ask(
        () =>
          new Promise<number>((resolve, reject) => {
            begun.push(each);
            ends[each] = (failure) => (failure ? reject(failure) : resolve(each));
          }),
      ).catch((error: Error) => error.message),
    );
    expect(begun).toEqual([0, 1]);
    ends[1]?.(new Error('broken'));
    expect(await outcomes[1]).toBe('broken');
    expect(begun).toEqual([0, 1, 2]);
    ends[2]?.();
    ends[0]?.();
    expect(await outcomes[2]).toBe(2);
    expect(begun).toEqual([0, 1, 2, 3]);
    ends[3]?.();
    expect(await Promise.all(outcomes)).toEqual([0, 'broken', 2, 3]);
  });

  it('is begun at once again after a rest, and never more of it than allowed', async () => {
    const ask = fewAtOnce(3);
    let underWay = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      underWay += 1;
      most = Math.max(most, underWay);
      await Promise.resolve();
      underWay -= 1;
    };
    for (let round = 0; round < 3; round++) await Promise.all(Array.from({ length: 20 }, () => ask(work)));
    expect(most).toBe(3);
    expect(underWay).toBe(0);
  });

  it('that throws before it has begun to wait gives its place back, too', async () => {
    const ask = fewAtOnce(1);
    const broken = (): Promise<never> => {
      throw new Error('at once');
    };
    await expect(ask(broken)).rejects.toThrow('at once');
    expect(await ask(async () => 'next')).toBe('next');
  });
});
