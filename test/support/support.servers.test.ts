import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runOnce } from '@holdfast/dev/postgres-databases.ts';
import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { freshDatabase } from './fresh-database.ts';
import { influxForTest, influxIsInstalled } from './influx-for-test.ts';
import { LONG_FILES } from './longest-first.ts';
import { victoriaMetricsForTest, victoriaMetricsIsInstalled } from './victoria-metrics-for-test.ts';

describe('eventually', () => {
  it('returns what the condition returned at last', async () => {
    let looks = 0;

    const value = await eventually(() => (++looks < 3 ? undefined : looks), { what: 'three looks' });

    expect(value).toBe(3);
  });

  it('says what it waited for and what it saw last', async () => {
    const waiting = eventually(() => false, { what: 'the moon', timeoutMs: 20, intervalMs: 1 });

    await expect(waiting).rejects.toThrow('Waited 20 ms for the moon. Last seen: false');
  });

  it('takes a failing look for a "not yet" and reports it at the end', async () => {
    const waiting = eventually(
      () => {
        throw new Error('no such table');
      },
      { what: 'the table', timeoutMs: 20, intervalMs: 1 },
    );

    await expect(waiting).rejects.toThrow('Waited 20 ms for the table. The last look failed: no such table');
  });

  it('does not hang with a look that hangs', async () => {
    const waiting = eventually(() => new Promise<boolean>(() => {}), { what: 'an answer', timeoutMs: 20 });

    await expect(waiting).rejects.toThrow('Waited 20 ms for an answer');
  });
});

describe('the order of test files', () => {
  it('knows the long ones by the names that they have', () => {
    const root = join(import.meta.dirname, '..', '..');

    expect(Object.keys(LONG_FILES).filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

describe('freshDatabase', () => {
  it('gives an empty database each time', async () => {
    const [one, other] = [await freshDatabase(), await freshDatabase()];

    await runOnce(one, 'CREATE TABLE session (id int)');
    await runOnce(other, 'CREATE TABLE session (id int)');

    expect(one).not.toBe(other);
  });
});

describe.skipIf(!victoriaMetricsIsInstalled())('victoriaMetricsForTest', () => {
  it('takes a line of the past over the InfluxDB 2 API and shows it', async () => {
    const victoria = await victoriaMetricsForTest();

    const response = await fetch(`${victoria.url}/api/v2/write?bucket=b&precision=s`, {
      method: 'POST',
      body: 'machine temperature=21.5 1700000000',
    });
    await victoria.flush();

    expect(response.status).toBe(204);
    const answer = await fetch(`${victoria.url}/api/v1/query?query=machine_temperature&time=1700000000`);
    expect(await answer.json()).toMatchObject({ data: { result: [{ value: [1700000000, '21.5'] }] } });
  });
});

describe.skipIf(!influxIsInstalled())('influxForTest', () => {
  it('takes a line and answers InfluxQL', async () => {
    const influx = await influxForTest();
    await influx.createDatabase('plant');

    await fetch(`${influx.url}/write?db=plant&precision=s`, { method: 'POST', body: 'm t=21.5 1700000000' });

    const answer = await fetch(
      `${influx.url}/query?db=plant&epoch=s&q=${encodeURIComponent('SELECT t FROM m')}`,
    );
    expect(await answer.json()).toMatchObject({ results: [{ series: [{ values: [[1700000000, 21.5]] }] }] });
  });
});
