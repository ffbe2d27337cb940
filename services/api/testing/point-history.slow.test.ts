import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import type { StorableSample } from '@holdfast/sample-store/sample-store.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { influxForTest, influxIsInstalled } from '@holdfast/test/support/influx-for-test.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ApiUnderTest, sessionsPath, startApi } from './api-under-test.ts';
import { configOf, writeStory } from './write-story.ts';

let api: ApiUnderTest;
let natsUrl: string;
let databaseUrl: string;

/** Five whole minutes, an hour or two ago: a fixed date might be older than the days that the store keeps. */
const periodMs = 10_000;
const beginMs = Math.floor(Date.now() / 3_600_000 - 1) * 3_600_000;
const at = (second: number) => new Date(beginMs + second * 1_000).toISOString();

function sample(second: number, changes: Partial<StorableSample> = {}): StorableSample {
  const time = beginMs + second * 1_000;
  return {
    session: '7-1',
    epoch: 3,
    task: '7',
    device: 'press-1',
    site: 'north',
    measurement: 'press-1',
    tick: time / periodMs,
    period_ms: periodMs,
    time,
    values: { 'melt temperature': 200 + second, mode: 'auto', run: true },
    ...changes,
  };
}

beforeAll(async () => {
  const nats = await natsForTest();
  const database = await freshDatabase();
  natsUrl = nats.url;
  databaseUrl = database;
  api = await startApi({ nats: nats.url, database });
  await api.ready();
  await migrateSampleTables({ databaseUrl: database });
  const log = await sessionLogForTest(nats.url);
  await writeStory(log, configOf('7', ['press-1', 'press-2'], periodMs), [
    { at: at(0), what: 'started' },
    { at: at(0), what: 'assigned', to: 'c1', reason: 'start' },
    { at: at(300), what: 'stopped' },
  ]);
  const store = openPostgresSampleStore({ databaseUrl: database });
  cleanUpAfterFile(() => store.close());
  const seconds = Array.from({ length: 30 }, (_, index) => index * 10);
  const outcome = await store.write([
    // There are no samples in the third minute.
    ...seconds.filter((second) => second < 120 || second >= 180).map((second) => sample(second)),
    sample(0, { device: 'press-2', measurement: 'press-2', quality: 'uncertain' }),
  ]);
  expect(outcome).toEqual({ kind: 'written' });
  await eventually(async () => (await api.get(`${sessionsPath}/7-1/`)).body.status === 'stopped', {
    what: 'the read model to have the log',
  });
});

const path = `${sessionsPath}/point-history/?point_code=melt%20temperature`;
const whole = `&start_time=${at(0)}&end_time=${at(300)}`;

describe('history of a point', () => {
  it('comes from the database that the writer writes to, with its quality', async () => {
    const { status, body } = await api.get(`${path}&start_time=${at(0)}&end_time=${at(20)}`);
    expect(status).toBe(200);
    const value = { point_code: 'melt temperature', quality: 'good' };
    expect(body).toEqual({
      start_time: at(0),
      end_time: at(20),
      interval_seconds: null,
      results: [
        { time: at(0), device: 'press-1', value: 200, ...value },
        { time: at(0), device: 'press-2', value: 200, ...value, quality: 'uncertain' },
        { time: at(10), device: 'press-1', value: 210, ...value },
      ],
      limit_reached: false,
    });
    expect((await api.get(`${path}${whole}&device=press-1`)).body.results).toHaveLength(24);
    expect((await api.get(`${path}${whole}&device=press-1&limit=1`)).body).toMatchObject({
      results: [{ value: 490 }],
      limit_reached: true,
    });
    expect((await api.get(`${path}&start_time=-9h&end_time=-8h`)).body.results).toEqual([]);
    expect((await api.get(`${path}&start_time=-9h&end_time=`)).body.results).toHaveLength(25);
  });

  it('is given by interval with all figures, and an interval without any value is a gap', async () => {
    const { body } = await api.get(`${path}${whole}&device=press-1&interval=1m`);
    expect(body.interval_seconds).toBe(60);
    expect(body.results.map(({ time }: { time: string }) => time)).toEqual([0, 60, 120, 180, 240].map(at));
    expect(body.results[1]).toEqual({
      time: at(60),
      device: 'press-1',
      point_code: 'melt temperature',
      value: 285,
      quality: 'good',
      mean: 285,
      min: 260,
      max: 310,
      last: 310,
      count: 6,
    });
    expect(body.results[2]).toMatchObject({ value: null, mean: null, last: null, count: 0 });
  });

  it('begins intervals by the clock that is asked for, also with a plus sign that is a blank', async () => {
    for (const [offset, minute] of [
      ['%2B05:30', 30],
      ['+05:30', 30],
      ['-09:15', 15],
      ['Z', 0],
    ] as const) {
      const { body } = await api.get(`${path}${whole}&device=press-1&interval=1h&utc_offset=${offset}`);
      const { results } = body;
      expect(results.map(({ time }: { time: string }) => new Date(time).getUTCMinutes())).toEqual(
        results.map(() => minute),
      );
      expect(results.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(24);
    }
    for (const offset of ['8', '%2B8:00', 'Asia/Shanghai']) {
      expect(await api.get(`${path}${whole}&interval=1h&utc_offset=${offset}`)).toMatchObject({
        status: 422,
        body: { code: 'validation_failed' },
      });
    }
  });

  it.each([
    ['mean', 225],
    ['min', 200],
    ['max', 250],
    ['last', 250],
    ['count', 6],
  ])('has %s as its value when that is asked for', async (aggregation, value) => {
    const query = `${path}${whole}&device=press-1&interval=1m&limit=9&aggregation=${aggregation}`;
    expect((await api.get(query)).body.results[0]).toMatchObject({ time: at(0), value });
  });

  it('of texts and booleans has a last value in each interval, and no mean', async () => {
    const texts = `${sessionsPath}/point-history/?point_code=mode${whole}&interval=5m&aggregation=last`;
    expect((await api.get(texts)).body.results).toMatchObject([
      { device: 'press-1', value: 'auto', mean: null, last: 'auto', count: 24 },
      { device: 'press-2', value: 'auto', quality: 'uncertain', count: 1 },
    ]);
  });

  it('of a session comes with its gaps, and without them where they are unknown', async () => {
    // The gaps are known as soon as the broker has answered in time.
    const gaps = async () => (await api.get(`${path}${whole}&session_id=7-1&device=press-1`)).body.gaps;
    await expect
      .poll(gaps)
      .toMatchObject([
        { device: 'press-1', cause: 'restart', ticks: 6, start_time: at(120), end_time: at(180) },
      ]);
  });

  it('of a session that never was differs from one of a session that has no values in that time', async () => {
    for (const query of ['', whole, '&interval=1m', '&device=press-1']) {
      expect(await api.get(`${path}${query}&session_id=9-9`)).toMatchObject({
        ...{ status: 404, body: { code: 'session_not_found', detail: 'There is no session 9-9.' } },
      });
    }
    expect(await api.get(`${path}&session_id=7-1&start_time=-9h&end_time=-8h`)).toMatchObject({
      ...{ status: 200, body: { results: [] } },
    });
  });

  it('of a device that the session does not read is refused as its gaps are', async () => {
    await api.post('/api/config/devices/', { code: 'elsewhere', host: '10.0.0.8' });
    for (const device of ['press-9', 'elsewhere']) {
      const gaps = await api.get(`${sessionsPath}/7-1/gaps/?device=${device}`);
      expect(gaps).toMatchObject({ status: 404, body: { code: 'device_not_in_session' } });
      for (const query of ['', whole, '&interval=1m']) {
        const { status, body } = await api.get(`${path}${query}&session_id=7-1&device=${device}`);
        expect([status, body]).toEqual([404, { ...gaps.body, instance: body.instance }]);
      }
    }
  });

  it('of a device that the session read and that is not configured any more is known, whatever is stored of it', async () => {
    const of = (point: string, further = '') =>
      api.get(
        `${sessionsPath}/point-history/?point_code=${point}&session_id=7-1&device=press-2${whole}${further}`,
      );
    expect((await of('mode')).body.results).toHaveLength(1);
    expect(await of('never%20read')).toMatchObject({ status: 200, body: { results: [] } });
    expect(await of('never%20read', '&interval=5m')).toMatchObject({ status: 200, body: { results: [] } });
  });

  it('of a session whose configuration cannot be asked for is an empty list, whatever the device', async () => {
    // The configuration of this session has not been read yet, and only the broker has it.
    const alone = await startApi({ nats: 'nats://127.0.0.1:9', database: databaseUrl });
    await eventually(async () => (await alone.get(`${sessionsPath}/7-1/`)).status === 200, {
      what: 'an API without a broker to answer',
    });
    for (const device of ['press-1', 'press-9']) {
      const query = `&session_id=7-1&device=${device}&start_time=-9h&end_time=-8h`;
      expect(await alone.get(`${path}${query}`)).toMatchObject({ status: 200, body: { results: [] } });
    }
    await alone.process.stop({ graceMs: 5_000 });
  });

  it('that is unknown differs from one without values: which of the two, the device or the point', async () => {
    const { body: device } = await api.post('/api/config/devices/', { code: 'oven', host: '10.0.0.9' });
    const point = { device_id: device.id, table: 'holding_register', data_type: 'int16' };
    const { body: zone } = await api.post('/api/config/points/', {
      ...{ ...point, code: 'zone', address: 0, count: 4 },
    });
    const of = (query: string) => api.get(`${sessionsPath}/point-history/?${query}`);
    for (const query of ['device=oven&point_code=zone[3]', 'point_code=zone[0]']) {
      expect(await of(query)).toMatchObject({ status: 200, body: { results: [] } });
    }
    const unknown = async (query: string) => {
      const { status, body } = await of(query);
      return [status, body.code, body.detail];
    };
    // An array has values only under the names of its elements.
    for (const array of ['device=oven&point_code=zone', 'point_code=zone']) {
      expect(await unknown(array)).toEqual([
        ...[404, 'point_not_found', expect.stringContaining('ask for zone[0] to zone[3]')],
      ]);
    }
    expect(await unknown('device=oven&point_code=zone[4]')).toContain('point_not_found');
    expect(await unknown('device=ovne&point_code=zone')).toEqual([
      ...[404, 'device_not_found', expect.stringContaining('no device ovne')],
    ]);
    expect(await unknown('device=oven&point_code=zoen')).toEqual([
      ...[404, 'point_not_found', expect.stringContaining('Device oven has no point zoen')],
    ]);
    expect(await unknown('point_code=zoen&interval=1m')).toEqual([
      ...[404, 'point_not_found', expect.stringContaining('No device has a point zoen')],
    ]);
    // The point exists on another device, but not on this configured one.
    expect(await unknown('device=oven&point_code=mode')).toEqual([
      ...[404, 'point_not_found', expect.stringContaining('Device oven has no point mode')],
    ]);
    await api.request('PATCH', `/api/config/points/${zone.id}/`, { code: 'room' });
    expect(await unknown('device=oven&point_code=zone')).toContain('point_not_found');
  });

  it('that is not configured any more is read all the same, and is an empty list where it has no values', async () => {
    const { body } = await api.get(`${path}${whole}&device=press-1`);
    expect(body.results).toHaveLength(24);
    expect(await api.get(`${path}&device=press-1&start_time=-9h&end_time=-8h`)).toMatchObject({
      ...{ status: 200, body: { results: [] } },
    });
  });

  it('of more intervals than the database answers is refused', async () => {
    expect(await api.get(`${path}&interval=1s&start_time=-90d`)).toMatchObject({
      ...{ status: 422, body: { code: 'history_query_refused' } },
    });
  });
});

it('history that a client does not wait for is asked for no longer', async () => {
  const connections: Socket[] = [];
  const silent = createServer(
    (socket) => void connections.push(socket.on('error', () => undefined).resume()),
  );
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const overSilent = await startApi({
    nats: natsUrl,
    database: databaseUrl,
    env: { SAMPLE_STORE: 'influx', INFLUX_URL: `http://127.0.0.1:${port}`, LOG_LEVEL: 'debug' },
  });
  await overSilent.ready();
  const leaving = new AbortController();
  const answer = fetch(`${overSilent.url}${path}`, { signal: leaving.signal });
  answer.catch(() => undefined);
  const connection = await eventually(() => connections.at(-1), { what: 'the question to InfluxDB' });
  leaving.abort();
  await eventually(() => connection.closed, { what: 'the question to be taken back' });
  await eventually(() => overSilent.process.lastLines(100).join().includes('the client went away'), {
    what: 'the line about it',
  });
  // This would be logged for an InfluxDB that does not answer in time.
  expect(overSilent.process.lastLines(100).join()).not.toContain('a request failed');
  await overSilent.process.stop({ graceMs: 5_000 });
});

describe.skipIf(!influxIsInstalled())('history of a session in an InfluxDB, which keeps no sessions', () => {
  let overInflux: ApiUnderTest;
  let influxEnv: Record<string, string>;
  beforeAll(async () => {
    const influx = await influxForTest();
    await influx.createDatabase('plant');
    const lines = [-10, 0, 100, 290, 300, 310].flatMap((second) =>
      ['press-1', 'press-2', 'press-3'].map(
        (device) => `${device},device=${device} speed=${second} ${beginMs + second * 1_000}`,
      ),
    );
    const response = await fetch(`${influx.url}/write?db=plant&precision=ms`, {
      method: 'POST',
      body: lines.join('\n'),
    });
    expect(response.status).toBe(204);
    // The devices of this session had their own measurements; what is configured now is set up in the test.
    const config = configOf('8', ['old-oven', 'saw'], periodMs);
    const devices = config.devices.map((device) => ({ ...device, measurement: `${device.code}s` }));
    await writeStory(await sessionLogForTest(natsUrl), { ...config, devices }, [
      { at: at(0), what: 'started' },
      { at: at(300), what: 'stopped' },
    ]);
    const own = ['old-oven', 'saw'].map(
      (device) => `${device}s,device=${device} speed=7 ${beginMs + 100_000}`,
    );
    const more = await fetch(`${influx.url}/write?db=plant&precision=ms`, {
      method: 'POST',
      body: own.join('\n'),
    });
    expect(more.status).toBe(204);
    influxEnv = { SAMPLE_STORE: 'influx', INFLUX_URL: influx.url, INFLUX_BUCKET: 'plant' };
    overInflux = await startApi({ nats: natsUrl, database: databaseUrl, env: influxEnv });
    await overInflux.ready();
  });
  const around = `&start_time=${at(-60)}&end_time=${at(360)}`;
  const speeds = async (further: string) =>
    (
      await overInflux.get(`${sessionsPath}/point-history/?point_code=speed${around}${further}`)
    ).body.results.map(({ device, value }: { device: string; value: number }) => `${device} ${value}`);

  it('is what its devices wrote from its start to its end', async () => {
    const two = ['press-1', 'press-2'];
    expect(await speeds('&session_id=7-1')).toEqual(
      [0, 100, 290].flatMap((second) => two.map((d) => `${d} ${second}`)),
    );
    expect(await speeds('&session_id=7-1&device=press-2')).toEqual([
      'press-2 0',
      'press-2 100',
      'press-2 290',
    ]);
    expect(await speeds('&device=press-3')).toHaveLength(6);
    const at = async (query: string) =>
      (await overInflux.get(`${sessionsPath}/point-history/?${query}`)).body;
    expect((await at('point_code=speed&device=press-3&start_time=-9h&end_time=-8h')).results).toEqual([]);
    expect((await at('point_code=speed&start_time=-9h&end_time=-8h')).results).toEqual([]);
    expect(await at(`point_code=speed${around}&session_id=7-1&device=press-3`)).toMatchObject({
      ...{ status: 404, code: 'device_not_in_session', detail: 'Session 7-1 reads no device press-3.' },
    });
    expect((await at(`point_code=sped&session_id=7-1&device=press-2`)).results).toEqual([]);
    expect(await at('point_code=sped&device=press-3')).toMatchObject({ code: 'device_not_found' });
    expect(await at('point_code=sped')).toMatchObject({ code: 'point_not_found' });
    expect(await at('point_code=speed&session_id=9-9')).toMatchObject({ code: 'session_not_found' });
    expect((await at('point_code=speed&session_id=7-1&start_time=-9h&end_time=-8h')).results).toEqual([]);
    const { body } = await overInflux.get(
      `${sessionsPath}/point-history/?point_code=speed${around}&session_id=7-1&device=press-1&interval=5m&aggregation=count`,
    );
    expect(body.results.map(({ value }: { value: number }) => value)).toEqual([3]);
  });

  it('is found in the measurement that a device had then, also when it was renamed, removed or given another one', async () => {
    await eventually(async () => (await overInflux.get(`${sessionsPath}/8-1/`)).status === 200, {
      what: 'the session to be known',
    });
    await api.post('/api/config/devices/', { code: 'saw', host: '10.0.0.7', measurement: 'saws-of-today' });
    expect(await speeds('&session_id=8-1')).toEqual(['old-oven 7', 'saw 7']);
    expect(await speeds('&session_id=8-1&device=old-oven')).toEqual(['old-oven 7']);
    // Without a session, only the present configuration can be asked.
    const alone = await overInflux.get(
      `${sessionsPath}/point-history/?point_code=speed${around}&device=old-oven`,
    );
    expect(alone).toMatchObject({ status: 404, body: { code: 'device_not_found' } });
  });

  it('is looked for as devices are configured now while the broker, which has what they were then, is unavailable', async () => {
    // This row shows which devices the session had, so that the broker need not be asked.
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(
      `insert into task_config_versions (task_id, version, hash, compared_hash, task_code, task_name, period_ms, device_codes, site_codes)
       values (8, 1, 'x', 'x', 'task-8', '', $1, '["old-oven", "saw"]', '{""}') on conflict do nothing`,
      [periodMs],
    );
    await client.end();
    const alone = await startApi({ nats: 'nats://127.0.0.1:9', database: databaseUrl, env: influxEnv });
    const query = `${sessionsPath}/point-history/?point_code=speed${around}&session_id=8-1`;
    const answer = await eventually(
      async () => {
        const response = await alone.get(query);
        return response.status === 200 && response;
      },
      { what: 'an API without a broker to answer' },
    );
    expect(answer.body.results).toEqual([]);
    await alone.process.stop({ graceMs: 5_000 });
  });
});
