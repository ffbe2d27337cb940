import { describe, expect, it } from 'vitest';
import type { SampleStore } from '../sample-store.ts';
import { press, wholeRange } from './contract-questions.ts';
import { firstTimeMs, storableSample } from './storable-sample.ts';

/** The contract for several values in a tick, as subscribed devices report them. */
export function describeChanges(openedStore: () => SampleStore): void {
  describe('given the changes of a tick', () => {
    const history = async (device: string, pointCode: string) => {
      const points = await openedStore().history({ ...wholeRange, pointCode, devices: [press(device)] });
      return points.map(({ time, value, quality }) => [time.getTime() - firstTimeMs, value, quality]);
    };
    const changed = (device: string, changes = {}) => {
      const { values: _, ...sample } = storableSample({ device, tick: 10, ...changes });
      return sample;
    };

    it('keeps each value at its own time, with its own quality', async () => {
      const sample = changed('changes', {
        part: 1,
        changes: {
          level: [
            [-900, 20.5],
            [-610, 21, 1],
            [0, 22.25, 4],
          ],
          total: [[-900, '9007199254740993', 2]],
          state: [
            [-5, 'idle'],
            [-5, 'busy', 5],
          ],
        },
      });
      expect(await openedStore().write([sample])).toEqual({ kind: 'written' });
      // A repeat changes nothing; a later part of the same tick adds to it.
      const later = changed('changes', { part: 2, changes: { level: [[-3, 21.5]] } });
      expect(await openedStore().write([sample, later])).toEqual({ kind: 'written' });
      expect(await history('changes', 'level')).toEqual([
        [9_100, 20.5, 'good'],
        [9_390, 21, 'uncertain'],
        [9_997, 21.5, 'good'],
        [10_000, 22.25, 'good'],
      ]);
      expect(await history('changes', 'total')).toEqual([[9_100, '9007199254740993', 'good']]);
      expect(await history('changes', 'state')).toEqual([[9_995, 'busy', 'uncertain']]);
      const [last] = await openedStore().lastValues([{ ...press('changes'), pointCode: 'level' }]);
      expect(last).toMatchObject({ value: 22.25, time: new Date(firstTimeMs + 10_000) });
    });

    it('lets those of a former holder fill holes, and replace nothing', async () => {
      const mine = changed('handed-on', { epoch: 9, changes: { level: [[-500, 9]] } });
      const former = {
        epoch: 7,
        overtaken: true,
        changes: { level: [[-500, 7] as const, [-700, 7] as const] },
      };
      await openedStore().write([mine]);
      expect(await openedStore().write([changed('handed-on', former)])).toEqual({ kind: 'written' });
      expect(await history('handed-on', 'level')).toEqual([
        [9_300, 7, 'good'],
        [9_500, 9, 'good'],
      ]);
    });
  });
}
