import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import { influxForTest, influxIsInstalled } from '@holdfast/test/support/influx-for-test.ts';
import { type InfluxTwoFront, startInfluxTwoFront } from '@holdfast/test/support/influx-two-front.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SampleStore } from '../sample-store.ts';
import { firstTimeMs, storableSample } from '../testing/storable-sample.ts';
import { openInfluxSampleStore } from './influx-sample-store.ts';
import { LineWriter } from './line-protocol.ts';

const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(' ', ',', '=', '"', "'", '\\', '`', ';', '#', ':', '/', '.', '%', '(', '{'),
  },
  { weight: 6, arbitrary: fc.constantFrom('a', 'B', '0', '-', '_', 't', 'i', 'time', 'e', 'u') },
  { weight: 5, arbitrary: fc.constantFrom('温度', '海天', 'é', '🏭', '\u200b', '\u00a0') },
  { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '\t', '\0', '') },
);
const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(2 ** 53 + 2, -(2 ** 60), 1e21, 1.7976931348623157e308, 5e-324, -0, 0.1),
);
const value: fc.Arbitrary<PointValue> = fc.oneof(number, fc.boolean(), text);

/** False for names that line protocol cannot spell; these are refused, not written wrongly. */
const isSayable = (name: string) => name !== '' && !/\\([ ,="]|$)/.test(name) && !/[\n\r\t\0]/.test(name);

describe('a line', () => {
  it('leaves out a number that is none, and says so', () => {
    for (const broken of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const line = new LineWriter().line(storableSample({ values: { good: 1, bad: broken } }));
      expect(line).toEqual({
        kind: 'line',
        text: expect.stringMatching(/^press-1,device=press-1,site=north good=1 \d+$/),
        refused: [{ code: 'bad', reason: expect.stringContaining('"bad"') }],
      });
    }
  });

  it('is refused for a point that is called as the exact integers of another are', () => {
    for (const code of ['energy__integer', 'energy__integer_minus_2_63']) {
      expect(new LineWriter().line(storableSample({ values: { [code]: 1 } }))).toMatchObject({
        kind: 'unrepresentable',
      });
    }
  });

  it('is not written for a sample without values', () => {
    expect(new LineWriter().line(storableSample({ values: {} }))).toEqual({ kind: 'nothing' });
    const { values: _, ...miss } = storableSample();
    expect(new LineWriter().line(miss)).toEqual({ kind: 'nothing' });
  });
});

describe.skipIf(!influxIsInstalled())('lines, read back from a real InfluxDB', () => {
  let front: InfluxTwoFront;
  let store: SampleStore;
  beforeAll(async () => {
    const influx = await influxForTest();
    await influx.createDatabase('lines');
    front = await startInfluxTwoFront(influx.url);
    store = openInfluxSampleStore({ url: front.url, org: 'holdfast', bucket: 'lines' });
  });
  afterAll(async () => {
    await store.close();
    await front.stop();
  });
  const range = { start: new Date(0), end: new Date(firstTimeMs * 2), limit: 10 };

  it('say every name and every value that can be said, and refuse every other', async () => {
    let run = 0;
    let answers = 0;
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        text,
        text,
        value,
        async (measurementEnd, site, deviceEnd, pointCode, expectedPoint) => {
          run += 1;
          // Each run has names of its own: InfluxDB keeps the type that a field had first.
          const measurement = `m${run}${measurementEnd}`;
          const device = `d${run}${deviceEnd}`;
          const sample = storableSample({
            measurement,
            site,
            device,
            values: { [pointCode]: expectedPoint, beside: run },
          });
          const outcome = await store.write([storableSample({ measurement: `before ${run}` }), sample]);
          const names = [measurement, device, pointCode, ...(site === '' ? [] : [site])];
          // The server reserves "time" for itself.
          if (!names.every(isSayable) || pointCode === 'time') {
            const isWhole = pointCode === 'beside' || ![measurement, device, site || 'x'].every(isSayable);
            const refused = [{ sample, codes: isWhole ? 'all' : [pointCode], reason: expect.any(String) }];
            expect(outcome).toEqual({ kind: 'written', refused });
            return;
          }
          const isText = typeof expectedPoint === 'string';
          expect(outcome).toEqual({ kind: 'written' });
          const devices = [{ deviceCode: device, measurement }];
          const points = await store.history({ ...range, pointCode, devices });
          const expected =
            pointCode === 'beside' ? run : isText ? expectedPoint : expectedPoint === 0 ? 0 : expectedPoint;
          expect(points.map((point) => point.value)).toEqual([expected]);
          const [beside] = await store.history({ ...range, pointCode: 'beside', devices });
          expect(beside?.value).toBe(pointCode === 'beside' ? expected : run);
          answers += 1;
        },
      ),
      { numRuns: 600 },
    );
    expect(answers).toBeGreaterThan(50);
  });

  it('tell sites apart', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(text.filter(isSayable), { minLength: 2, maxLength: 2 }),
        async ([a, b]) => {
          const lines = new LineWriter();
          const of = (site: string | undefined) => lines.line(storableSample({ site: site ?? '' }));
          expect(of(a)).not.toEqual(of(b));
        },
      ),
    );
  });
});
