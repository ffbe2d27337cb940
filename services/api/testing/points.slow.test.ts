import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import type { StorableSample } from '@holdfast/sample-store/sample-store.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { SampleStream } from '@holdfast/shared/jetstream/samples/sample-stream.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { influxForTest, influxIsInstalled } from '@holdfast/test/support/influx-for-test.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, sessionsPath, startApi } from './api-under-test.ts';
import { configOf, writeStory } from './write-story.ts';

const valuesPath = '/api/acquisition/points/values/';
const historyPath = '/api/acquisition/points/history/';
const periodMs = 1_000;
/** On the hour, an hour or two ago. */
const beginMs = Math.floor(Date.now() / 3_600_000 - 1) * 3_600_000;
const at = (second: number) => new Date(beginMs + second * 1_000).toISOString();

let api: ApiUnderTest;
let natsUrl: string;
let database: string;
let samples: SampleStream;
let store: ReturnType<typeof openPostgresSampleStore>;
const ids = new Map<string, string>();

/** Epoch of the session’s placement, which samples in SAMPLES need; samples in the store had another one. */
let epoch = 3;

function storedSample(second: number, changes: Partial<StorableSample> = {}): StorableSample {
  const time = beginMs + second * 1_000;
  return {
    ...{ session: '7-1', epoch: 3, task: '7', device: 'press-1', site: '', measurement: 'press-1' },
    ...{ tick: time / periodMs, period_ms: periodMs, time, values: { pressure: second } },
    ...changes,
  };
}

/** Publishes a sample of a device to SAMPLES; the database gets it later, or never. */
async function arrives(device: string, second: number, changes: Partial<Sample> = {}): Promise<void> {
  const { session, task, site, measurement, tick, period_ms, time } = storedSample(second, { device });
  await samples.publish({
    ...{ v: 1, session, epoch, task, site, measurement, tick, period_ms, time, collector: 'c1' },
    ...{ device, device_id: ids.get(device) ?? '', read_at: time + 5, values: { pressure: second } },
    ...changes,
  });
}

beforeAll(async () => {
  const nats = await natsForTest();
  natsUrl = nats.url;
  database = await freshDatabase();
  api = await startApi({ nats: nats.url, database });
  await api.ready();
  await migrateSampleTables({ databaseUrl: database });
  store = openPostgresSampleStore({ databaseUrl: database });
  cleanUpAfterFile(() => store.close());
  const log = await sessionLogForTest(nats.url);
  samples = await SampleStream.open(log.nc);
  for (const code of ['press-1', 'press-2', 'kg/h']) {
    const { body: device } = await api.post('/api/config/devices/', {
      code,
      host: 'localhost',
      unit_id: ids.size + 1,
    });
    ids.set(code, String(device.id));
    const holdingRegister = { device_id: device.id, table: 'holding_register', data_type: 'int16' };
    const { status } = await api.post('/api/config/points/', [
      { ...holdingRegister, code: 'pressure', address: 0, unit: 'bar', name: 'Pressure in front' },
      { ...holdingRegister, code: 'mode', address: 1, enumeration: { 1: 'auto', 2: 'hand' } },
      { ...holdingRegister, code: 'zone', address: 2, count: 2, unit: '°C' },
      { ...holdingRegister, code: 'off', address: 9, enabled: false },
    ]);
    expect(status).toBe(201);
  }
  const sequences = await writeStory(log, configOf('7', ['press-1', 'press-2'], periodMs), [
    { at: at(0), what: 'started' },
    { at: at(0), what: 'assigned', to: 'c1', reason: 'start' },
    { at: at(100), what: 'paused' },
    { at: at(200), what: 'resumed' },
    { at: at(200), what: 'assigned', to: 'c1', reason: 'resume' },
    { at: at(3_000), what: 'stopped' },
  ]);
  // This is the placement after the pause.
  epoch = sequences[4] ?? 0;
  const seconds = Array.from({ length: 3_000 }, (_, second) => second).filter(
    // Leaves out a pause and half a minute that is missing.
    (second) => (second < 100 || second >= 200) && (second < 300 || second >= 330),
  );
  const outcome = await store.write([
    ...seconds.map((second) =>
      storedSample(second, {
        // One value is a peak, and one is out of its range.
        values: { pressure: second === 1_234 ? 9_999 : second % 10 },
        ...(second === 50 && { uncertain: ['pressure'] }),
      }),
    ),
    storedSample(40, { values: { mode: 'hand' } }),
    storedSample(10, { device: 'press-2', measurement: 'press-2', values: { pressure: 3, mode: 'auto' } }),
  ]);
  expect(outcome).toEqual({ kind: 'written' });
  await eventually(async () => (await api.get(`${sessionsPath}/7-1/`)).body.status === 'stopped', {
    what: 'the read model to have the log',
  });
});

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
const brief = ({ device, point_code, value, quality, time }: any) => [
  device,
  point_code,
  value,
  quality,
  time,
];

describe('the last values', () => {
  beforeAll(async () => {
    await arrives('press-1', 3_000, {
      integers: { zone: '1' },
      values: { pressure: 7, 'zone[0]': 180 },
      uncertain: ['zone[0]'],
    });
    await arrives('press-2', 3_000, { values: undefined, miss: { cause: 'timeout', detail: 'no answer' } });
  });

  it('are those that arrived last, and of what these lack those that are stored', async () => {
    const askedMs = Date.now();
    const { body } = await api.get(`${valuesPath}?device=press-1&device=press-2`);
    expect(body.results.map(brief)).toEqual([
      ['press-1', 'pressure', 7, 'good', at(3_000)],
      ['press-1', 'mode', 'hand', 'good', at(40)],
      ['press-1', 'zone[0]', 180, 'uncertain', at(3_000)],
      ['press-1', 'zone[1]', null, null, null],
      ['press-2', 'pressure', 3, 'good', at(10)],
      ['press-2', 'mode', 'auto', 'good', at(10)],
      ['press-2', 'zone[0]', null, null, null],
      ['press-2', 'zone[1]', null, null, null],
    ]);
    expect(body).toMatchObject({ unknown: [], not_asked: [], next_cursor: null, live_id: '2' });
    const [pressure, mode] = body.results;
    // The age is taken at some moment between question and answer.
    const ageAt = (ms: number) => (ms - beginMs) / 1_000 - 3_000;
    expect(pressure.age_seconds).toBeGreaterThanOrEqual(ageAt(askedMs));
    expect(pressure.age_seconds).toBeLessThanOrEqual(ageAt(Date.parse(body.as_of)));
    expect(pressure).toEqual({
      ...{ device: 'press-1', point_code: 'pressure', name: 'Pressure in front', unit: 'bar', value: 7 },
      ...{ quality: 'good', time: at(3_000), age_seconds: expect.any(Number), session_id: '7-1' },
      ...{ period_ms: periodMs, next_period_ms: null, miss: null },
    });
    expect(mode).toMatchObject({ session_id: null, period_ms: periodMs });
    expect(body.results[4].miss).toEqual({ cause: 'timeout', detail: 'no answer', time: at(3_000) });
  });

  it('are those of a session, of points that are named, or of all, page by page', async () => {
    const names = async (query: string) => {
      const { body } = await api.get(`${valuesPath}?${query}`);
      return [
        body.results?.map(
          (each: { device: string; point_code: string }) => `${each.device} ${each.point_code}`,
        ),
        body,
      ];
    };
    const pointQuery = `point=press-2/mode&point=kg~1h/zone[1]&point=press-1/zone&point=press-1/gone`;
    const [namesOfQuery, { unknown }] = await names(pointQuery);
    expect(namesOfQuery).toEqual(['kg/h zone[1]', 'press-1 zone[0]', 'press-1 zone[1]', 'press-2 mode']);
    expect(unknown).toEqual(['press-1/gone']);
    const [first, { next_cursor }] = await names('limit=2');
    const [second] = await names(`limit=2&cursor=${next_cursor}`);
    expect([first, second]).toEqual([
      ['kg/h pressure', 'kg/h mode'],
      ['kg/h zone[0]', 'kg/h zone[1]', 'press-1 pressure'],
    ]);
    const task = await api.post('/api/config/tasks/', {
      ...{ code: 'part', period_ms: 1_000, device_ids: [Number(ids.get('press-1'))] },
    });
    const { body: started } = await api.post(`${sessionsPath}/start-task/`, { task_id: task.body.id });
    const [ofSession] = await names(`session=${started.session_id}`);
    expect(ofSession).toEqual(['press-1 pressure', 'press-1 mode', 'press-1 zone[0]', 'press-1 zone[1]']);
  });

  it('are those of the database while NATS is unavailable, and the answer says so', async () => {
    const alone = await startApi({ nats: 'nats://127.0.0.1:9', database });
    const answer = await eventually(
      async () => {
        const response = await alone.get(`${valuesPath}?point=press-1/pressure`);
        return response.status === 200 && response.body;
      },
      { what: 'an API without a broker to answer' },
    );
    expect(answer.results.map(brief)).toEqual([['press-1', 'pressure', 9, 'good', at(2_999)]]);
    expect(answer).toMatchObject({ not_asked: [{ what: 'broker' }], live_id: null });
    await alone.process.stop({ graceMs: 5_000 });
  });
});

describe('the history of several points', () => {
  const whole = `start_time=${at(0)}&end_time=${at(3_000)}`;

  it('has every value where there are few, with holes and their causes', async () => {
    const query = `point=press-1/pressure&point=press-2/mode&start_time=${at(0)}&end_time=${at(400)}`;
    const { body } = await api.get(`${historyPath}?${query}&buckets=500`);
    const [pressure, mode] = body.results;
    expect(pressure).toMatchObject({
      ...{ point: 'press-1/pressure', name: 'Pressure in front', unit: 'bar' },
      ...{ interval_seconds: null, period_ms: periodMs, uncertain: [50] },
      periods: [{ start_time: at(0), period_ms: periodMs }],
    });
    expect(pressure.times).toHaveLength(270);
    expect([pressure.times[100], pressure.last[100]]).toEqual([at(200), 0]);
    expect([mode.times, mode.last]).toEqual([[at(10)], ['auto']]);
    const [ofPress1] = body.devices;
    expect(ofPress1).toEqual({
      device: 'press-1',
      gaps: [
        expect.objectContaining({
          ...{ device: 'press-1', session_id: '7-1', start_time: at(300), end_time: at(330), ticks: 30 },
        }),
      ],
      not_read: [{ start_time: at(100), end_time: at(200) }],
    });
    expect(body).toMatchObject({ unknown: [], not_asked: [], start_time: at(0), end_time: at(400) });
  });

  it('has what is lowest and highest in each interval where there are many, so that no peak is lost', async () => {
    const { body } = await api.get(`${historyPath}?point=press-1/pressure&${whole}&buckets=100`);
    const [{ interval_seconds, times, min, max, mean, uncertain }] = body.results;
    expect(interval_seconds).toBe(30);
    // Two of the half minutes lie in the pause, and a third one is missing.
    expect(times).toHaveLength(97);
    expect(max[times.indexOf(at(1_230))]).toBe(9_999);
    expect([min[0], max[0], mean[0]]).toEqual([0, 9, 4.5]);
    expect(uncertain).toEqual([times.indexOf(at(30))]);
  });

  it('names unknown points, and gives the others', async () => {
    const { body } = await api.get(
      `${historyPath}?point=press-1/pressure&point=press-1/gone&point=nowhere/pressure&${whole}`,
    );
    expect(body.results.map(({ point }: { point: string }) => point)).toEqual(['press-1/pressure']);
    expect(body.unknown).toEqual(['press-1/gone', 'nowhere/pressure']);
  });

  it('is asked of twenty points at most, and of a time that begins before it ends', async () => {
    const refused = { status: 422, body: { code: 'validation_failed' } };
    const many = Array.from({ length: 21 }, (_, index) => `point=press-1/p${index}`).join('&');
    expect(await api.get(`${historyPath}?${many}`)).toMatchObject(refused);
    expect(await api.get(historyPath)).toMatchObject(refused);
    expect(await api.get(`${historyPath}?point=press-1/pressure&start_time=now`)).toMatchObject(refused);
  });
});

describe.skipIf(!influxIsInstalled())('over an InfluxDB', () => {
  let overInflux: ApiUnderTest;
  beforeAll(async () => {
    const influx = await influxForTest();
    await influx.createDatabase('plant');
    const lines = Array.from(
      { length: 600 },
      (_, second) =>
        `press-1,device=press-1 pressure=${second === 333 ? 9_999 : second % 10} ${beginMs + second * 1_000}`,
    );
    const response = await fetch(`${influx.url}/write?db=plant&precision=ms`, {
      method: 'POST',
      body: lines.join('\n'),
    });
    expect(response.status).toBe(204);
    const env = { SAMPLE_STORE: 'influx', INFLUX_URL: influx.url, INFLUX_BUCKET: 'plant' };
    overInflux = await startApi({ nats: natsUrl, database, env });
    await overInflux.ready();
  });

  it('the last values and the history of several points are the same', async () => {
    const values = await overInflux.get(`${valuesPath}?point=press-1/pressure&point=press-2/pressure`);
    expect(values.body.results.map(brief)).toEqual([
      ['press-1', 'pressure', 7, 'good', at(3_000)],
      ['press-2', 'pressure', null, null, null],
    ]);
    const query = `point=press-1/pressure&start_time=${at(0)}&end_time=${at(600)}`;
    const all = await overInflux.get(`${historyPath}?${query}`);
    expect(all.body.results[0].times).toHaveLength(600);
    const few = await overInflux.get(`${historyPath}?${query}&buckets=10`);
    const [{ interval_seconds, times, max }] = few.body.results;
    expect([interval_seconds, times.length, max[5]]).toEqual([60, 10, 9_999]);
  });
});
