import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type HistoryBucket,
  type HistoryDevice,
  type HistoryPoint,
  HistoryQueryRefused,
  type SampleStore,
} from '../sample-store.ts';
import { withEmptyBuckets } from '../with-empty-buckets.ts';
import { firstTimeMs, storableSample } from './storable-sample.ts';

const wholeRange = { start: new Date(firstTimeMs), end: new Date(firstTimeMs + 86_400_000), limit: 1000 };
const minutes = { ...wholeRange, pointCode: 'temperature', intervalMs: 60_000 };
const press = (deviceCode: string): HistoryDevice => ({ deviceCode, measurement: deviceCode });

/** What every store that keeps all kinds of values and is read again must do. `open` gives an empty one. */
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

    describe('given 64-bit integers', () => {
      const digits = [
        '0',
        '-17',
        '9007199254740991',
        '9007199254740993',
        '-9007199254740993',
        '1152921504606846976',
        '1152921504606846977',
        '-9223372036854775808',
        '9223372036854775807',
        '9223372036854775808',
        '18446744073709551615',
      ];
      // A number where every reader of JSON gets it exactly, else the digits.
      const told = (text: string) => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
      const counterOf = (device: string) => ({ ...minutes, pointCode: 'counter', devices: [press(device)] });

      it('gives them back to the last digit, also after they came again', async () => {
        const samples = digits.map((counter, tick) =>
          storableSample({ device: 'exact', tick, values: { beside: tick }, integers: { counter } }),
        );
        expect(await store.write(samples)).toEqual({ kind: 'written' });
        expect(await store.write(samples.map((sample) => ({ ...sample, epoch: 9 })))).toEqual({
          kind: 'written',
        });
        const points = await store.history(counterOf('exact'));
        expect(points.map(({ value }) => value)).toEqual(digits.map(told));
        const beside = await store.history({ ...wholeRange, pointCode: 'beside', devices: [press('exact')] });
        expect(beside.map(({ value }) => value)).toEqual(digits.map((_, tick) => tick));
      });

      it('takes them without other values, and as uncertain', async () => {
        const { values: _, ...rest } = storableSample({ device: 'alone', uncertain: ['counter'] });
        await store.write([{ ...rest, integers: { counter: '9007199254740993' } }]);
        expect(await store.history(counterOf('alone'))).toMatchObject([
          { value: '9007199254740993', quality: 'uncertain' },
        ]);
      });

      it.each([
        [
          'large and small ones',
          ['9007199254740993', '5', '9007199254740995', '7'],
          5,
          '9007199254740995',
          7,
        ],
        ['negative ones', ['-9007199254740995', '-9007199254740993', '-1'], '-9007199254740995', -1, -1],
        [
          'ones on both sides of 2^63',
          ['18446744073709551613', '9223372036854775000', '18446744073709551615', '9223372036854775001'],
          '9223372036854775000',
          '18446744073709551615',
          '9223372036854775001',
        ],
      ])('knows least, greatest and last of %s', async (name, counters, min, max, last) => {
        const device = `figures of ${name}`;
        await store.write(
          counters.map((counter, tick) =>
            storableSample({ device, tick, values: {}, integers: { counter } }),
          ),
        );
        const [bucket] = await store.aggregate(counterOf(device));
        expect(bucket).toMatchObject({ min, max, last, count: counters.length });
        const mean = counters.reduce((sum, each) => sum + Number(each), 0) / counters.length;
        expect(Math.abs(Number(bucket?.mean) / mean - 1)).toBeLessThan(1e-12);
      });

      it('goes on with the same point as a number, and back', async () => {
        const sample = (tick: number, changes: Parameters<typeof storableSample>[0]) =>
          storableSample({ device: 'rescaled', tick, ...changes });
        await store.write([sample(0, { values: { counter: 0.5 } })]);
        await store.write([sample(1, { values: {}, integers: { counter: '9007199254740993' } })]);
        await store.write([sample(2, { values: { counter: 2 ** 60 } })]);
        const points = await store.history(counterOf('rescaled'));
        expect(points.map(({ value }) => value)).toEqual([0.5, '9007199254740993', 2 ** 60]);
      });

      it('refuses what has more than 64 bits', async () => {
        for (const counter of ['18446744073709551616', '-9223372036854775809', '99999999999999999999']) {
          const outcome = await store.write([
            storableSample({ device: 'too long', values: {}, integers: { counter } }),
          ]);
          expect(outcome).toMatchObject({ kind: 'rejected', reason: expect.stringContaining('"counter"') });
        }
        expect(await store.history(counterOf('too long'))).toEqual([]);
      });
    });

    it('takes a sample in which nothing has changed', async () => {
      const { values: _, ...unchanged } = storableSample({ device: 'unchanged' });
      expect(await store.write([unchanged])).toEqual({ kind: 'written' });
      expect(await historyOf('unchanged')).toEqual([]);
    });

    describe('asked for aggregates', () => {
      const ticks = [0, 1, 2, 59, 60, 61, 180];
      beforeAll(async () => {
        for (const device of ['bucket-a', 'bucket-b']) {
          const sign = device === 'bucket-a' ? 1 : -1;
          await store.write(
            ticks.map((tick) =>
              storableSample({
                device,
                tick,
                values: { temperature: sign * (tick + 0.25), run: tick % 2 === 0, state: `step ${tick}` },
              }),
            ),
          );
        }
      });
      const bucket = (minute: number, changes: Partial<HistoryBucket>): HistoryBucket => ({
        time: new Date(firstTimeMs + minute * 60_000),
        device: 'bucket-a',
        pointCode: 'temperature',
        mean: null,
        min: null,
        max: null,
        last: null,
        count: 0,
        quality: 'good',
        ...changes,
      });
      const firstMinute = bucket(0, { mean: 15.75, min: 0.25, max: 59.25, last: 59.25, count: 4 });
      const secondMinute = bucket(1, { mean: 60.75, min: 60.25, max: 61.25, last: 61.25, count: 2 });
      const fourthMinute = bucket(3, { mean: 180.25, min: 180.25, max: 180.25, last: 180.25, count: 1 });

      it('gives mean, extremes, last value and count of each interval, and no interval without values', async () => {
        const buckets = await store.aggregate({ ...minutes, devices: [press('bucket-a')] });
        expect(buckets).toEqual([firstMinute, secondMinute, fourthMinute]);
        expect(withEmptyBuckets(buckets, { ...minutes, end: new Date(firstTimeMs + 300_000) })).toEqual([
          firstMinute,
          secondMinute,
          bucket(2, {}),
          fourthMinute,
          bucket(4, {}),
        ]);
      });

      it('has no mean of booleans and texts, but counts them and knows the last', async () => {
        for (const [pointCode, lasts] of [
          ['run', [false, false, true]],
          ['state', ['step 59', 'step 61', 'step 180']],
        ] as const) {
          const buckets = await store.aggregate({ ...minutes, pointCode, devices: [press('bucket-a')] });
          expect(buckets.map(({ mean, min, max }) => [mean, min, max])).toEqual(
            lasts.map(() => [null, null, null]),
          );
          expect(buckets.map(({ last }) => last)).toEqual(lasts);
          expect(buckets.map(({ count }) => count)).toEqual([4, 2, 1]);
        }
      });

      it('gives the latest intervals of all devices together up to the limit, ascending', async () => {
        const devices = [press('bucket-a'), press('bucket-b')];
        const buckets = await store.aggregate({ ...minutes, devices, limit: 3 });
        expect(buckets.map(({ device, time }) => [device, (time.getTime() - firstTimeMs) / 60_000])).toEqual([
          ['bucket-b', 1],
          ['bucket-a', 3],
          ['bucket-b', 3],
        ]);
      });

      it('begins intervals at multiples of their length, and counts only what lies between start and end', async () => {
        const start = new Date(firstTimeMs + 2_000);
        const end = new Date(firstTimeMs + 61_000);
        const buckets = await store.aggregate({ ...minutes, devices: [press('bucket-a')], start, end });
        expect(buckets).toEqual([
          bucket(0, { mean: 30.75, min: 2.25, max: 59.25, last: 59.25, count: 2 }),
          bucket(1, { mean: 60.25, min: 60.25, max: 60.25, last: 60.25, count: 1 }),
        ]);
        const odd = await store.aggregate({ ...minutes, intervalMs: 7_000, devices: [press('bucket-a')] });
        expect(odd.map(({ time }) => time.getTime() % 7_000)).toEqual(odd.map(() => 0));
        expect(odd.reduce((sum, { count }) => sum + count, 0)).toBe(ticks.length);
      });

      it('gives nothing for what never was, and for no device', async () => {
        expect(await store.aggregate({ ...minutes, devices: [press('never')] })).toEqual([]);
        expect(await store.aggregate({ ...minutes, devices: [] })).toEqual([]);
      });

      it('refuses more intervals than anybody can look at', async () => {
        const question = { ...minutes, intervalMs: 1, devices: [press('bucket-a')] };
        await expect(store.aggregate(question)).rejects.toBeInstanceOf(HistoryQueryRefused);
      });
    });

    it('can be looked after at any time', async () => {
      expect(await store.maintain({ nowMs: firstTimeMs })).toEqual([]);
    });

    function historyOf(device: string): Promise<HistoryPoint[]> {
      return store.history({ ...wholeRange, pointCode: 'temperature', devices: [press(device)] });
    }
  });
}
