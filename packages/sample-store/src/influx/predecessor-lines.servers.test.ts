import {
  type InfluxForTest,
  influxForTest,
  influxIsInstalled,
  influxKnowsFlux,
} from '@holdfast/test/support/influx-for-test.ts';
import { type InfluxTwoFront, startInfluxTwoFront } from '@holdfast/test/support/influx-two-front.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SampleStore } from '../sample-store.ts';
import { firstTimeMs, storableSample } from '../testing/storable-sample.ts';
import { openInfluxSampleStore } from './influx-sample-store.ts';
import { PredecessorLines } from './predecessor-lines.ts';

const labels = new Map([
  ['temperature', { name: '料筒 1 区温度', unit: '°C', isWhole: false }],
  ['running', { name: 'Motor runs, or not', unit: '', isWhole: false }],
]);
const both = { temperature: 20.5, running: true };

describe('lines as the Django system wrote them', () => {
  const lines = new PredecessorLines({ has: (_, field) => field === 'parts' });

  it('have one value each, with its point, name and unit as tags', () => {
    expect(lines.line(storableSample({ values: both, labels }))).toEqual({
      kind: 'line',
      text: [
        `press-1,cn_name=料筒\\ 1\\ 区温度,device=press-1,point=temperature,quality=good,site=north,unit=°C temperature=20.5 ${firstTimeMs}`,
        `press-1,cn_name=Motor\\ runs\\,\\ or\\ not,device=press-1,point=running,quality=good,site=north running=true ${firstTimeMs}`,
      ].join('\n'),
    });
  });

  it('do without what is not known, and say of each value whether it is doubtful', () => {
    const sample = storableSample({ site: '', values: { a: 1, b: 2 }, uncertain: ['b'] });
    expect(lines.line(sample)).toEqual({
      kind: 'line',
      text: [
        `press-1,device=press-1,point=a,quality=good a=1 ${firstTimeMs}`,
        `press-1,device=press-1,point=b,quality=uncertain b=2 ${firstTimeMs}`,
      ].join('\n'),
    });
  });

  it('have integers for points of whole numbers whose field has such, and floats for all others', () => {
    const spelled = (code: string, isWhole: boolean, value: number) => {
      const labelled = new Map([[code, { name: '', unit: '', isWhole }]]);
      const line = lines.line(storableSample({ values: { [code]: value }, labels: labelled }));
      return line.kind === 'line' && / (\S+) \d+$/.exec(line.text)?.[1];
    };
    expect(spelled('parts', true, 7)).toBe('parts=7i');
    expect(spelled('parts', true, -0)).toBe('parts=0i');
    expect(spelled('parts', true, 7.5)).toBe('parts=7.5');
    expect(spelled('parts', false, 7)).toBe('parts=7');
    expect(spelled('other', true, 7)).toBe('other=7');
  });

  it('leave out values that cannot be written and keep the others, whatever a name holds', () => {
    const odd = new Map([['a', { name: 'ends in a backslash\\', unit: 'm\ns', isWhole: false }]]);
    expect(lines.line(storableSample({ values: { a: 1, time: 2 }, labels: odd }))).toEqual({
      kind: 'line',
      text: `press-1,device=press-1,point=a,quality=good,site=north a=1 ${firstTimeMs}`,
      refused: [{ code: 'time', reason: expect.stringContaining('keeps the name') }],
    });
    expect(lines.line(storableSample({ device: 'a\nb', values: { a: 1 } }))).toMatchObject({
      kind: 'unrepresentable',
    });
  });
});

describe.skipIf(!influxIsInstalled())('queries and graphs of the Django system', () => {
  let influx: InfluxForTest;
  let front: InfluxTwoFront;
  let store: SampleStore;
  let modern: SampleStore;
  beforeAll(async () => {
    influx = await influxForTest(undefined, { INFLUXDB_HTTP_FLUX_ENABLED: 'true' });
    await influx.createDatabase('old');
    front = await startInfluxTwoFront(influx.url);
    const address = { url: front.url, org: 'holdfast', bucket: 'old' };
    store = openInfluxSampleStore({ ...address, layout: 'predecessor' });
    modern = openInfluxSampleStore(address);
    for (const tick of [0, 1, 2, 3]) {
      expect(
        await store.write([
          storableSample({ tick, values: { temperature: 20 + tick, running: tick > 1 }, labels }),
          storableSample({ tick, device: 'press-2', site: 'south', values: { temperature: 40 }, labels }),
        ]),
      ).toEqual({ kind: 'written' });
    }
    await store.write([storableSample({ tick: 4, values: both, labels, uncertain: ['temperature'] })]);
  });
  afterAll(async () => {
    await Promise.all([store.close(), modern.close()]);
    await front.stop();
  });

  const answerTo = async (statement: string) => {
    const response = await fetch(
      `${influx.url}/query?${new URLSearchParams({ db: 'old', epoch: 'ms', q: statement })}`,
    );
    const { results } = (await response.json()) as { results: [{ series?: unknown[]; error?: string }] };
    return results[0].series ?? results[0].error ?? [];
  };

  it('find a point by its tag, as InfluxQL', async () => {
    expect(
      await answerTo(
        `SELECT "temperature" FROM "press-1" WHERE "site" = 'north' AND "device" = 'press-1' AND "point" = 'temperature' AND "quality" = 'good' ORDER BY time DESC LIMIT 1`,
      ),
    ).toEqual([{ name: 'press-1', columns: ['time', 'temperature'], values: [[firstTimeMs + 3_000, 23]] }]);
    expect(
      await answerTo(
        `SELECT MEAN("temperature") FROM "press-1" WHERE "point" = 'temperature' AND time >= ${firstTimeMs}ms AND time < ${firstTimeMs + 4_000}ms GROUP BY time(2s), "unit"`,
      ),
    ).toMatchObject([
      {
        tags: { unit: '°C' },
        values: [
          [firstTimeMs, 20.5],
          [firstTimeMs + 2_000, 22.5],
        ],
      },
    ]);
  });

  it('find what fills the variables of a dashboard', async () => {
    const keys = ['cn_name', 'device', 'point', 'quality', 'site', 'unit'];
    expect(await answerTo('SHOW TAG KEYS FROM "press-1"')).toMatchObject([
      { values: keys.map((key) => [key]) },
    ]);
    expect(await answerTo('SHOW TAG VALUES FROM "press-1" WITH KEY = "cn_name"')).toMatchObject([
      {
        values: [
          ['cn_name', 'Motor runs, or not'],
          ['cn_name', '料筒 1 区温度'],
        ],
      },
    ]);
    expect(await answerTo('SHOW TAG VALUES FROM "press-1" WITH KEY = "quality"')).toMatchObject([
      {
        values: [
          ['quality', 'good'],
          ['quality', 'uncertain'],
        ],
      },
    ]);
    expect(await answerTo('SHOW FIELD KEYS FROM "press-1"')).toMatchObject([
      {
        values: [
          ['running', 'boolean'],
          ['temperature', 'float'],
        ],
      },
    ]);
  });

  /** Rows of a Flux answer, by column name. */
  const flux = async (query: string) => {
    const response = await fetch(`${influx.url}/api/v2/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.flux', accept: 'application/csv' },
      body: query,
    });
    const lines = (await response.text()).trim().split(/\r?\n/);
    const [names = '', ...rows] = lines.filter((line) => line !== '' && !line.startsWith('#'));
    return rows.map((row) => {
      const cells = row.split(',');
      return Object.fromEntries(names.split(',').map((name, index) => [name, cells[index]]));
    });
  };
  const from = `from(bucket: "old/autogen") |> range(start: 2026-01-01T00:00:00Z, stop: 2026-01-01T00:00:04Z)`;

  it.skipIf(!influxKnowsFlux())('find a point by its tag, as Flux', async () => {
    const [last, ...others] = await flux(
      `${from} |> filter(fn: (r) => r["_measurement"] == "press-1" and r["site"] == "north" and r["point"] == "temperature" and r["quality"] == "good") |> last()`,
    );
    expect(others).toEqual([]);
    expect(last).toMatchObject({
      ...{ _measurement: 'press-1', _field: 'temperature', _value: '23', device: 'press-1' },
      ...{ site: 'north', point: 'temperature', quality: 'good', cn_name: '料筒 1 区温度', unit: '°C' },
    });
    const means = await flux(
      `${from} |> filter(fn: (r) => r["device"] =~ /press/ and r["_field"] == "temperature" and r["quality"] == "good") |> aggregateWindow(every: 2s, fn: mean) |> group(columns: ["site"])`,
    );
    expect(means.map(({ site, _value }) => [site, _value])).toEqual([
      ['north', '20.5'],
      ['north', '22.5'],
      ['south', '40'],
      ['south', '40'],
    ]);
  });

  describe('in the bucket of the Django system, which wrote whole numbers as integers', () => {
    const press = 'cn_name=Parts,device=press-3,point=parts,quality=good,site=north,unit=pcs';
    const partsOf = (isWhole: boolean) => new Map([['parts', { name: 'Parts', unit: 'pcs', isWhole }]]);
    const writeTick = (tick: number, parts: number, isWhole = true) =>
      store.write([storableSample({ device: 'press-3', tick, values: { parts }, labels: partsOf(isWhole) })]);
    beforeAll(async () => {
      const line = `press-3,${press} parts=7i ${firstTimeMs}`;
      const old = await fetch(`${influx.url}/write?db=old&precision=ms`, { method: 'POST', body: line });
      expect(old.status).toBe(204);
    });

    it('whole numbers go on as integers in the same series', async () => {
      expect(await writeTick(1, 8)).toEqual({ kind: 'written' });
      expect(await answerTo('SHOW FIELD KEYS FROM "press-3"')).toMatchObject([
        { values: [['parts', 'integer']] },
      ]);
      expect(await answerTo('SHOW SERIES FROM "press-3"')).toMatchObject([
        { values: [[`press-3,${press}`]] },
      ]);
      expect(await answerTo('SELECT "parts" FROM "press-3"')).toMatchObject([
        {
          values: [
            [firstTimeMs, 7],
            [firstTimeMs + 1_000, 8],
          ],
        },
      ]);
      const devices = [{ deviceCode: 'press-3', measurement: 'press-3' }];
      const range = { start: new Date(firstTimeMs), end: new Date(firstTimeMs + 60_000), limit: 9 };
      const points = await store.history({ ...range, pointCode: 'parts', devices });
      expect(points.map(({ value }) => value)).toEqual([7, 8]);
    });

    it('a point that is measured is refused there, and in a later shard it begins with floats', async () => {
      const conflict = { reason: expect.stringContaining('field type conflict') };
      expect(await writeTick(2, 8.5, false)).toMatchObject({ kind: 'rejected', ...conflict });
      const inAYear = 365 * 86_400;
      expect(await writeTick(inAYear, 9, false)).toEqual({ kind: 'written' });
      expect(await writeTick(inAYear + 1, 9.5, false)).toEqual({ kind: 'written' });
    });
  });

  describe('next to the layout of today', () => {
    const devices = [{ deviceCode: 'press-1', measurement: 'press-1' }];
    const range = { start: new Date(firstTimeMs), end: new Date(firstTimeMs + 60_000), limit: 100 };
    beforeAll(async () => {
      for (const tick of [5, 6])
        await modern.write([storableSample({ tick, values: { temperature: 20 + tick } })]);
      // Renamed points have a series of their own.
      const renamed = new Map([['temperature', { name: 'Barrel', unit: 'K', isWhole: false }]]);
      await store.write([storableSample({ tick: 7, values: { temperature: 27 }, labels: renamed })]);
    });

    it.each([
      ['by the store that writes so', () => store],
      ['by one that writes as today', () => modern],
    ])('history has all of both, %s', async (_, reading) => {
      const points = await reading().history({ ...range, pointCode: 'temperature', devices });
      expect(
        points.map(({ time, value, quality }) => [(+time - firstTimeMs) / 1_000, value, quality]),
      ).toEqual([
        ...[0, 1, 2, 3].map((tick) => [tick, 20 + tick, 'good']),
        [4, 20.5, 'uncertain'],
        ...[5, 6, 7].map((tick) => [tick, 20 + tick, 'good']),
      ]);
      const [bucket] = await reading().aggregate({
        ...{ ...range, pointCode: 'temperature', devices, intervalMs: 10_000, utcOffsetMs: 0 },
      });
      expect(bucket).toMatchObject({ min: 20, max: 27, last: 27, count: 8, quality: 'uncertain' });
      const last = await reading().lastValues([{ ...devices[0], pointCode: 'temperature' } as never]);
      expect(last).toMatchObject([{ value: 27, quality: 'good' }]);
    });
  });
});
