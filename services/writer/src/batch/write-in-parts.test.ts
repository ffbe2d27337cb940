import { storableSample } from '@holdfast/sample-store/testing/storable-sample.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeInParts } from './write-in-parts.ts';

/**
 * How the store treats a sample: takes it, takes all but one value, refuses it beforehand, or rejects all that is with
 * it.
 */
const fate = fc.constantFrom('taken', 'taken', 'taken', 'in part', 'refused', 'poison');
const itemOf = (index: number) => ({ index, sample: storableSample({ tick: index }) });

describe('writing in parts', () => {
  it('writes all that the store takes and names exactly what it refuses', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { maxLength: 200 }), async (fates) => {
        const items = fates.map((_, index) => itemOf(index));
        const refusalOf = ({ index, sample }: (typeof items)[number]) => ({
          sample,
          codes: fates[index] === 'in part' ? ['temperature'] : ('all' as const),
          reason: `because of ${index}`,
        });
        const stored = new Set<number>();
        const { written, refused } = await writeInParts(items, async (part) => {
          const culprit = part.find(({ index }) => fates[index] === 'poison');
          if (culprit) return { kind: 'rejected', reason: `because of ${culprit.index}` };
          for (const { index } of part) if (fates[index] !== 'refused') stored.add(index);
          const left = part.filter(({ index }) => fates[index] !== 'taken');
          return left.length === 0 ? { kind: 'written' } : { kind: 'written', refused: left.map(refusalOf) };
        });
        const wholeItems = items.filter(({ index }) => fates[index] === 'taken');
        expect(written).toEqual(wholeItems);
        const storedItems = items.filter(
          ({ index }) => fates[index] === 'taken' || fates[index] === 'in part',
        );
        expect([...stored]).toEqual(storedItems.map(({ index }) => index));
        expect(refused).toEqual(
          items
            .filter(({ index }) => fates[index] !== 'taken')
            .map((item) => ({ item, refusal: refusalOf(item) })),
        );
      }),
    );
  });

  it('finds one culprit among a thousand in about twenty writes', async () => {
    let writes = 0;
    const items = Array.from({ length: 1024 }, (_, index) => itemOf(index));
    const { refused } = await writeInParts(items, async (part) => {
      writes += 1;
      return part.some(({ index }) => index === 700)
        ? { kind: 'rejected', reason: 'poison' }
        : { kind: 'written' };
    });
    const [item] = items.slice(700);
    expect(refused).toEqual([{ item, refusal: { sample: item?.sample, codes: 'all', reason: 'poison' } }]);
    expect(writes).toBe(21);
  });
});
