import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openInfluxSampleStore } from '@holdfast/sample-store/influx/influx-sample-store.ts';
import { storableSample } from '@holdfast/sample-store/testing/storable-sample.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { influxForTest, influxKnowsFlux } from '../support/influx-for-test.ts';
import { startInfluxTwoFront } from '../support/influx-two-front.ts';

const bucket = 'iot-data';
const ticks = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

describe.skipIf(!influxKnowsFlux())('queries of the predecessor, with INFLUX_LAYOUT=predecessor', () => {
  let url: string;
  let queries: string[];
  /** All ticks lie before now. */
  let firstMs: number;

  beforeAll(async () => {
    const text = await readFile(join(import.meta.dirname, 'old-queries.md'), 'utf8');
    queries = [...text.matchAll(/```flux\n(.*?)\n```/gs)].map(([, query = '']) => query);
    const influx = await influxForTest(undefined, { INFLUXDB_HTTP_FLUX_ENABLED: 'true' });
    url = influx.url;
    await influx.createDatabase(bucket);
    const front = await startInfluxTwoFront(url);
    cleanUpAfterFile(() => front.stop());
    const store = openInfluxSampleStore({ url: front.url, org: 'edge-iot', bucket, layout: 'predecessor' });
    cleanUpAfterFile(() => store.close());
    firstMs = Math.floor(Date.now() / 1_000 - ticks.length) * 1_000;
    const points = { Device_Status: 'Status', Mould_Temperature: '模具温度' };
    const labels = new Map(
      Object.entries(points).map(([code, name]) => [code, { name, unit: '', isWhole: true }]),
    );
    for (const tick of ticks) {
      const values = { Device_Status: tick, Mould_Temperature: 180 + tick };
      const of = { tick, time: firstMs + tick * 1_000, site: 'main', values, labels };
      const result = await store.write([
        storableSample({ ...of, device: 'haitian-1', measurement: '海天注塑机' }),
        storableSample({ ...of, device: 'opcua-dev-01', measurement: 'modbustcp-127.0.0.1-5020' }),
      ]);
      expect(result).toEqual({ kind: 'written' });
    }
  });

  /** The answer, as `influx query --raw` and curl show it. */
  const runQuery = async (nth: number, placeholders: Readonly<Record<string, string | number>> = {}) => {
    const query = (queries[nth] ?? '').replaceAll(/\{([\w.]+)\}/g, (_, name: string) =>
      String(placeholders[name] ?? bucket),
    );
    const answer = await fetch(`${url}/api/v2/query?org=edge-iot`, {
      method: 'POST',
      headers: {
        authorization: 'Token my-super-secret-auth-token',
        'content-type': 'application/vnd.flux',
        accept: 'application/csv',
      },
      body: query,
    });
    const text = await answer.text();
    expect(answer.status, `${query}\n${text}`).toBe(200);
    return text;
  };
  const rows = async (...question: Parameters<typeof runQuery>) =>
    (await runQuery(...question))
      .trim()
      .split(/\r?\n\r?\n/)
      .flatMap((table) => {
        const [names = '', ...lines] = table.split(/\r?\n/).filter((line) => !line.startsWith('#'));
        return lines.map((line) => {
          const cells = line.split(',');
          return Object.fromEntries(names.split(',').map((name, index) => [name, cells[index] ?? '']));
        });
      });
  const valuesOf = (rows: readonly Readonly<Record<string, string>>[]) =>
    rows.map(({ _value }) => Number(_value));

  it('show everything, with the tags that the predecessor wrote', async () => {
    const all = await rows(0);
    expect(all).toHaveLength(4 * ticks.length);
    expect(all).toContainEqual(
      expect.objectContaining({
        ...{ _measurement: '海天注塑机', _field: 'Mould_Temperature', _value: '180', device: 'haitian-1' },
        ...{ site: 'main', point: 'Mould_Temperature', quality: 'good', cn_name: '模具温度' },
      }),
    );
    expect(await rows(1)).toHaveLength(4 * 10);
  });

  it('give the history of a point, as the old API read it from the text', async () => {
    const question = { start_time: '-1h', end_time: 'now()', point_code: 'Device_Status', limit: 1_000 };
    const lines = (await runQuery(2, question)).trim().split('\n');
    const header = lines.findIndex((line) => line.startsWith(',result,table,'));
    const names = (lines[header] ?? '').trim().split(',');
    const data = lines
      .slice(header + 1)
      .filter((line) => line.startsWith(',,'))
      .map((line) => line.trim().split(','))
      .map((cells) => [cells[names.indexOf('_time')], Number(cells[names.indexOf('_value')])]);
    const expected = ticks.map((tick) => [
      new Date(firstMs + tick * 1_000).toISOString().replace('.000Z', 'Z'),
      tick,
    ]);
    expect(data).toEqual([...expected, ...expected]);
    const newest = await rows(3, { ...question, limit: 100 });
    expect(valuesOf(newest)).toEqual([...ticks.toReversed(), ...ticks.toReversed()]);
  });

  it('find a device by its tag, and a machine by its measurement', async () => {
    const ofDevice = await rows(4);
    expect(ofDevice).toHaveLength(2 * ticks.length);
    expect(new Set(ofDevice.map(({ device }) => device))).toEqual(new Set(['opcua-dev-01']));
    const ofMachine = await rows(9);
    expect(ofMachine).toHaveLength(2 * 10);
    expect(new Set(ofMachine.map(({ _measurement }) => _measurement))).toEqual(new Set(['海天注塑机']));
  });

  it('count', async () => {
    const question = {
      start_time: '-1h',
      stop_time: 'now()',
      measurement: '海天注塑机',
      field: 'Device_Status',
    };
    expect(valuesOf(await rows(5, question))).toEqual([ticks.length]);
    expect(valuesOf(await rows(6))).toEqual([2 * ticks.length]);
    expect(valuesOf(await rows(7))).toEqual([ticks.length, ticks.length]);
    expect(valuesOf(await rows(8))).toEqual([...ticks.slice(0, 5), ...ticks.slice(0, 5)]);
  });
});
