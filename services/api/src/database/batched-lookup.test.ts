import { describe, expect, it } from 'vitest';
import { BatchedLookup } from './batched-lookup.ts';

/** A database that answers on request, in the order of the questions. */
function answerer() {
  const batches: { keys: readonly number[]; answer: PromiseWithResolvers<ReadonlyMap<number, string>> }[] =
    [];
  const together = new BatchedLookup((keys: readonly number[]) => {
    const answer = Promise.withResolvers<ReadonlyMap<number, string>>();
    batches.push({ keys, answer });
    return answer.promise;
  });
  const names = (...keys: number[]) => new Map(keys.map((key) => [key, `name of ${key}`]));
  return { together, batches, names };
}

describe('questions of one kind', () => {
  it('of one turn are asked together, each once', async () => {
    const { together, batches, names } = answerer();
    const answers = [together.get(1), together.get(2), together.get(1)];
    await expect.poll(() => batches.length).toBe(1);
    expect(batches[0]?.keys).toEqual([1, 2]);
    batches[0]?.answer.resolve(names(1, 2));
    expect(await Promise.all(answers)).toEqual(['name of 1', 'name of 2', 'name of 1']);
  });

  it('that come while others are under way are asked after those, also the same one: its answer may be another now', async () => {
    const { together, batches, names } = answerer();
    const first = together.get(1);
    await expect.poll(() => batches.length).toBe(1);
    const later = [together.get(1), together.get(2)];
    expect(batches).toHaveLength(1);
    batches[0]?.answer.resolve(new Map([[1, 'name before']]));
    expect(await first).toBe('name before');
    await expect.poll(() => batches.length).toBe(2);
    expect(batches[1]?.keys).toEqual([1, 2]);
    batches[1]?.answer.resolve(names(1));
    expect(await Promise.all(later)).toEqual(['name of 1', undefined]);
  });

  it('fail together, and those that come after them are asked all the same', async () => {
    const { together, batches, names } = answerer();
    const failing = [together.get(1), together.get(2)];
    await expect.poll(() => batches.length).toBe(1);
    const later = together.get(3);
    batches[0]?.answer.reject(new Error('away'));
    for (const each of failing) await expect(each).rejects.toThrow('away');
    await expect.poll(() => batches.length).toBe(2);
    batches[1]?.answer.resolve(names(3));
    expect(await later).toBe('name of 3');
    const again = together.get(1);
    await expect.poll(() => batches.length).toBe(3);
    batches[2]?.answer.resolve(names(1));
    expect(await again).toBe('name of 1');
  });

  it('are fifty at the most in one, and the others after those', async () => {
    const { together, batches, names } = answerer();
    const answers = Array.from({ length: 120 }, (_, key) => together.get(key));
    for (const [index, count] of [50, 50, 20].entries()) {
      await expect.poll(() => batches.length).toBe(index + 1);
      const { keys = [], answer } = batches[index] ?? {};
      expect(keys).toHaveLength(count);
      if (index === 0) answer?.reject(new Error('too slow'));
      else answer?.resolve(names(...keys));
    }
    const outcomes = await Promise.allSettled(answers);
    expect(outcomes.map(({ status }) => status).lastIndexOf('rejected')).toBe(49);
    expect(await answers[119]).toBe('name of 119');
  });
});
