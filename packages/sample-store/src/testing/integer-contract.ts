import { describe, expect, it } from 'vitest';
import type { SampleStore } from '../sample-store.ts';
import { minutes, press, wholeRange } from './contract-questions.ts';
import { storableSample } from './storable-sample.ts';

/** The contract of stores that keep 64-bit integers exactly. */
export function describeIntegers(store: () => SampleStore): void {
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
    // A number where every JSON reader gets it exactly, else the digits.
    const exactValue = (text: string) => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
    const counterOf = (device: string) => ({ ...minutes, pointCode: 'counter', devices: [press(device)] });

    it('gives them back to the last digit, also after they came again', async () => {
      const samples = digits.map((counter, tick) =>
        storableSample({ device: 'exact', tick, values: { beside: tick }, integers: { counter } }),
      );
      expect(await store().write(samples)).toEqual({ kind: 'written' });
      expect(await store().write(samples.map((sample) => ({ ...sample, epoch: 9 })))).toEqual({
        kind: 'written',
      });
      const points = await store().history(counterOf('exact'));
      expect(points.map(({ value }) => value)).toEqual(digits.map(exactValue));
      const beside = await store().history({ ...wholeRange, pointCode: 'beside', devices: [press('exact')] });
      expect(beside.map(({ value }) => value)).toEqual(digits.map((_, tick) => tick));
    });

    it('takes them without other values, and as uncertain', async () => {
      const { values: _, ...rest } = storableSample({ device: 'alone', uncertain: ['counter'] });
      await store().write([{ ...rest, integers: { counter: '9007199254740993' } }]);
      expect(await store().history(counterOf('alone'))).toMatchObject([
        { value: '9007199254740993', quality: 'uncertain' },
      ]);
    });

    it.each([
      ['large and small ones', ['9007199254740993', '5', '9007199254740995', '7'], 5, '9007199254740995', 7],
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
      await store().write(
        counters.map((counter, tick) => storableSample({ device, tick, values: {}, integers: { counter } })),
      );
      const [bucket] = await store().aggregate(counterOf(device));
      expect(bucket).toMatchObject({ min, max, last, count: counters.length });
      const mean = counters.reduce((sum, each) => sum + Number(each), 0) / counters.length;
      expect(Math.abs(Number(bucket?.mean) / mean - 1)).toBeLessThan(1e-12);
    });

    it('goes on with the same point as a number, and back', async () => {
      const sample = (tick: number, changes: Parameters<typeof storableSample>[0]) =>
        storableSample({ device: 'rescaled', tick, ...changes });
      await store().write([sample(0, { values: { counter: 0.5 } })]);
      await store().write([sample(1, { values: {}, integers: { counter: '9007199254740993' } })]);
      await store().write([sample(2, { values: { counter: 2 ** 60 } })]);
      const points = await store().history(counterOf('rescaled'));
      expect(points.map(({ value }) => value)).toEqual([0.5, '9007199254740993', 2 ** 60]);
    });

    it('refuses what has more than 64 bits', async () => {
      for (const counter of ['18446744073709551616', '-9223372036854775809', '99999999999999999999']) {
        const outcome = await store().write([
          storableSample({ device: 'too long', values: {}, integers: { counter } }),
        ]);
        expect(outcome).toMatchObject({ kind: 'rejected', reason: expect.stringContaining('"counter"') });
      }
      expect(await store().history(counterOf('too long'))).toEqual([]);
    });
  });
}
