import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryPoint, SampleStore } from '../sample-store.ts';
import { describeAggregates } from './aggregate-contract.ts';
import { describeChanges } from './changes-contract.ts';
import { minutes, press, wholeRange } from './contract-questions.ts';
import { describeIntegers } from './integer-contract.ts';
import { firstTimeMs, storableSample } from './storable-sample.ts';

/** The contract of stores that keep all kinds of values and can be read. `open` returns an empty store. */
export function describeSampleStoreContract(name: string, open: () => Promise<SampleStore>): void {
  describe(`${name} as a sample store`, () => {
    let store: SampleStore;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it('answers when asked whether it is reachable', async () => {
      expect(await store.reachable()).toBe(true);
    });

    it('gives back numbers, booleans and texts as they were written, with the scheduled time to the millisecond', async () => {
      const values = {
        level: 3,
        fraction: -0.1,
        big: 1e21,
        tiny: 5e-324,
        run: true,
        halt: false,
        state: 'idle',
      };
      const time = firstTimeMs + 123;
      expect(await store.write([storableSample({ device: 'kinds', time, values })])).toEqual({
        kind: 'written',
      });
      for (const [pointCode, value] of Object.entries(values)) {
        expect(await store.history({ ...wholeRange, pointCode, devices: [press('kinds')] })).toEqual([
          { time: new Date(time), device: 'kinds', pointCode, value, quality: 'good' },
        ]);
      }
    });

    it('takes whole and broken numbers for one point in turn', async () => {
      const sample = (tick: number, value: number) =>
        storableSample({ device: 'mixed', tick, values: { temperature: value } });
      expect(await store.write([sample(0, 20)])).toEqual({ kind: 'written' });
      expect(await store.write([sample(1, 20.5), sample(2, 21)])).toEqual({ kind: 'written' });
      expect((await historyOf('mixed')).map((point) => point.value)).toEqual([20, 20.5, 21]);
    });

    it('is not changed by a sample that comes again, alone or twice in one batch', async () => {
      const samples = [0, 1, 2].map((tick) =>
        storableSample({ device: 'again', tick, values: { temperature: tick } }),
      );
      await store.write(samples);
      const before = await historyOf('again');
      await store.write(samples);
      await store.write([...samples, ...samples]);
      expect(await historyOf('again')).toEqual(before);
      expect(before).toHaveLength(3);
    });

    it('lets a higher epoch replace a value of the same tick', async () => {
      const sample = (epoch: number) =>
        storableSample({ device: 'epochs', epoch, values: { temperature: epoch } });
      await store.write([sample(7)]);
      await store.write([sample(9)]);
      expect((await historyOf('epochs')).map((point) => point.value)).toEqual([9]);
      await store.write([sample(11), sample(13)]);
      expect((await historyOf('epochs')).map((point) => point.value)).toEqual([13]);
    });

    it('lets an overtaken sample fill a hole, and replace nothing', async () => {
      const sample = (tick: number, epoch: number, changes = {}) =>
        storableSample({ device: 'overtaken', tick, epoch, values: { temperature: epoch }, ...changes });
      await store.write([sample(1, 9), sample(3, 9)]);
      const late = [0, 1, 2, 3, 7_200].map((tick) => sample(tick, 7, { overtaken: true }));
      expect(await store.write(late)).toEqual({ kind: 'written' });
      expect(await store.write(late)).toEqual({ kind: 'written' });
      expect((await historyOf('overtaken')).map(({ value }) => value)).toEqual([7, 9, 7, 9, 7]);
    });

    it('stores a miss without inventing a value', async () => {
      const { values: _, ...miss } = storableSample({
        device: 'missing',
        miss: { cause: 'timeout', detail: 'no answer within 1000 ms' },
      });
      expect(await store.write([miss])).toEqual({ kind: 'written' });
      expect(await historyOf('missing')).toEqual([]);
    });

    it('takes an empty batch and a sample without values', async () => {
      expect(await store.write([])).toEqual({ kind: 'written' });
      expect(await store.write([storableSample({ device: 'empty', values: {} })])).toEqual({
        kind: 'written',
      });
    });

    it.each([
      'with blank',
      'with,comma',
      'with=equals',
      'with"quotes"and\'single\'',
      'back\\slash',
      '海天注塑机',
      'dot.and:colon/slash',
      '`; drop measurement x; --',
      'emoji 🏭',
    ])('keeps the name %s apart as site, device, measurement, point and text', async (awkward) => {
      const device = `device ${awkward}`;
      const measurement = `measurement ${awkward}`;
      const values = { [awkward]: 4.25, [`${awkward} text`]: awkward };
      const sample = storableSample({ site: awkward, device, measurement, values });
      expect(await store.write([sample, storableSample({ device: 'neighbour' })])).toEqual({
        kind: 'written',
      });
      const devices = [{ deviceCode: device, measurement }];
      expect(await store.history({ ...wholeRange, devices, pointCode: awkward })).toEqual([
        { time: new Date(firstTimeMs), device, pointCode: awkward, value: 4.25, quality: 'good' },
      ]);
      const texts = await store.history({ ...wholeRange, devices, pointCode: `${awkward} text` });
      expect(texts.map((point) => point.value)).toEqual([awkward]);
    });

    it('keeps points apart that are called as its own columns and tags are', async () => {
      const values = { device: 1, site: 2, value: 3, session_id: 4 };
      await store.write([storableSample({ device: 'columns', site: '', values })]);
      for (const [pointCode, value] of Object.entries(values)) {
        const points = await store.history({ ...wholeRange, pointCode, devices: [press('columns')] });
        expect(points.map((point) => [point.device, point.value])).toEqual([['columns', value]]);
      }
    });

    it('tells the last value at each place, however old, and nothing of a place without one', async () => {
      const place = (deviceCode: string, pointCode: string) => ({ ...press(deviceCode), pointCode });
      const sample = (session: string, tick: number, values: Record<string, number | string>, changes = {}) =>
        storableSample({ device: 'last-1', session, tick, values, ...changes });
      await store.write([
        sample('5-1', 0, { slow: 1, temperature: 20, mode: 'auto' }),
        sample('5-1', 1, { temperature: 21 }),
        sample('5-2', 5, { temperature: 25, mode: 'hand' }, { uncertain: ['temperature'] }),
        storableSample({ device: 'last-2', tick: 3, values: { temperature: 3 } }),
        storableSample({ device: 'last-2', tick: 4, values: {}, integers: { total: '9007199254740993' } }),
      ]);
      const lastValues = await store.lastValues([
        ...['slow', 'temperature', 'mode', 'never'].map((code) => place('last-1', code)),
        place('last-2', 'temperature'),
        place('last-2', 'total'),
        place('last-3', 'temperature'),
      ]);
      const summaries = lastValues.map(
        ({ device, pointCode, time, value, quality }) =>
          `${device} ${pointCode} ${(time.getTime() - firstTimeMs) / 1_000} ${value} ${quality}`,
      );
      expect(summaries.sort()).toEqual([
        'last-1 mode 5 hand good',
        'last-1 slow 0 1 good',
        'last-1 temperature 5 25 uncertain',
        'last-2 temperature 3 3 good',
        'last-2 total 4 9007199254740993 good',
      ]);
      expect(await store.lastValues([])).toEqual([]);
    });

    describe('asked for history', () => {
      beforeAll(async () => {
        for (const device of ['history-a', 'history-b']) {
          const measurement = `${device} measurement`;
          await store.write(
            [0, 1, 2, 3].map((tick) =>
              storableSample({
                device,
                measurement,
                tick,
                values: { pressure: tick, [`only ${device}`]: tick },
              }),
            ),
          );
        }
      });
      const both = ['history-a', 'history-b'].map((deviceCode) => ({
        deviceCode,
        measurement: `${deviceCode} measurement`,
      }));
      const brief = (points: HistoryPoint[]) =>
        points.map((point) => `${point.device} ${(point.time.getTime() - firstTimeMs) / 1000}`);

      it('gives the latest points up to the limit, ascending, over all devices', async () => {
        const points = await store.history({ ...wholeRange, pointCode: 'pressure', devices: both, limit: 3 });
        expect(brief(points)).toEqual(['history-b 2', 'history-a 3', 'history-b 3']);
      });

      it('counts the start in and the end out', async () => {
        const start = new Date(firstTimeMs + 1000);
        const end = new Date(firstTimeMs + 3000);
        const points = await store.history({ pointCode: 'pressure', devices: both, start, end, limit: 100 });
        expect(brief(points)).toEqual(['history-a 1', 'history-b 1', 'history-a 2', 'history-b 2']);
      });

      it('asks one device only, every device, or none', async () => {
        const one = await store.history({ ...wholeRange, pointCode: 'pressure', devices: both.slice(1) });
        expect(brief(one)).toEqual(['history-b 0', 'history-b 1', 'history-b 2', 'history-b 3']);
        const every = await store.history({ ...wholeRange, pointCode: 'only history-a' });
        expect(brief(every)).toEqual(['history-a 0', 'history-a 1', 'history-a 2', 'history-a 3']);
        expect(await store.history({ ...wholeRange, pointCode: 'pressure', devices: [] })).toEqual([]);
      });

      it('gives nothing for a point or a device that never was', async () => {
        expect(await store.history({ ...wholeRange, pointCode: 'never', devices: both })).toEqual([]);
        expect(
          await store.history({ ...wholeRange, pointCode: 'pressure', devices: [press('never')] }),
        ).toEqual([]);
      });
    });

    it('says which values have a time that is not to be trusted', async () => {
      const sample = (tick: number, quality?: 'uncertain') =>
        storableSample({ device: 'doubtful', tick, ...(quality ? { quality } : {}) });
      await store.write([sample(0), sample(1, 'uncertain'), sample(60), sample(121, 'uncertain')]);
      expect((await historyOf('doubtful')).map(({ quality }) => quality)).toEqual([
        'good',
        'uncertain',
        'good',
        'uncertain',
      ]);
      const buckets = await store.aggregate({ ...minutes, devices: [press('doubtful')] });
      expect(buckets.map(({ count, quality }) => [count, quality])).toEqual([
        [2, 'uncertain'],
        [1, 'good'],
        [1, 'uncertain'],
      ]);
    });

    it('says which single values are uncertain, and lets a sample that comes again change nothing', async () => {
      const values = { temperature: 1, pressure: 2, state: 'odd' };
      const sample = storableSample({ device: 'ranges', values, uncertain: ['pressure', 'state'] });
      await store.write([sample, storableSample({ device: 'ranges', tick: 1, values })]);
      await store.write([sample]);
      for (const [pointCode, first] of [
        ['temperature', 'good'],
        ['pressure', 'uncertain'],
        ['state', 'uncertain'],
      ] as const) {
        const points = await store.history({ ...wholeRange, pointCode, devices: [press('ranges')] });
        expect(points.map(({ quality }) => quality)).toEqual([first, 'good']);
        const [bucket] = await store.aggregate({ ...minutes, pointCode, devices: [press('ranges')] });
        expect(bucket).toMatchObject({ count: 2, quality: first });
      }
    });

    describeIntegers(() => store);
    describeChanges(() => store);

    it('takes a sample in which nothing has changed', async () => {
      const { values: _, ...unchanged } = storableSample({ device: 'unchanged' });
      expect(await store.write([unchanged])).toEqual({ kind: 'written' });
      expect(await historyOf('unchanged')).toEqual([]);
    });

    describeAggregates(() => store);

    it('can be looked after at any time', async () => {
      expect(await store.maintain({ nowMs: firstTimeMs })).toEqual([]);
    });

    function historyOf(device: string): Promise<HistoryPoint[]> {
      return store.history({ ...wholeRange, pointCode: 'temperature', devices: [press(device)] });
    }
  });
}
