import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeInParts } from './write-in-parts.ts';

describe('writing in parts', () => {
  it('writes all that the store takes and names exactly what it refuses', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 200 }), async (poison) => {
        const items = poison.map((isPoison, index) => ({ index, isPoison }));
        const stored = new Set<number>();
        const { written, refused } = await writeInParts(items, async (part) => {
          const culprit = part.find((item) => item.isPoison);
          if (culprit) return { kind: 'rejected', reason: `because of ${culprit.index}` };
          for (const item of part) stored.add(item.index);
          return { kind: 'written' };
        });
        const good = items.filter((item) => !item.isPoison);
        expect(written).toEqual(good);
        expect([...stored]).toEqual(good.map((item) => item.index));
        expect(refused).toEqual(
          items.filter((item) => item.isPoison).map((item) => ({ item, reason: `because of ${item.index}` })),
        );
      }),
    );
  });

  it('finds one culprit among a thousand in about twenty writes', async () => {
    let writes = 0;
    const items = Array.from({ length: 1024 }, (_, index) => index);
    const { refused } = await writeInParts(items, async (part) => {
      writes += 1;
      return part.includes(700) ? { kind: 'rejected', reason: 'poison' } : { kind: 'written' };
    });
    expect(refused).toEqual([{ item: 700, reason: 'poison' }]);
    expect(writes).toBe(21);
  });
});
