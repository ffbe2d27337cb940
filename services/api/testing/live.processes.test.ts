import { once } from 'node:events';
import { connect } from 'node:net';
import type { LiveSample } from '@holdfast/shared/contracts/http/live-http.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { SampleStream } from '@holdfast/shared/jetstream/samples/sample-stream.ts';
import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { type ApiUnderTest, configureTask, sessionsPath, startApi, startTask } from './api-under-test.ts';
import { followEvents } from './event-client.ts';
import { placementsIn } from './placements.ts';

let nats: Awaited<ReturnType<typeof natsForTest>>;
let api: ApiUnderTest;
let log: SessionLogForTest;
let samples: SampleStream;
let database: string;

beforeAll(async () => {
  nats = await natsForTest();
  database = await apiDatabase();
  api = await startApi({ nats: nats.url, database });
  await api.ready();
  log = await sessionLogForTest(nats.url);
  samples = await SampleStream.open(log.nc);
  for (const code of ['press-1', 'press-2']) await configurePress(code);
});

/** Configures a device; returns its id. */
async function configurePress(code: string): Promise<number> {
  const { body: device } = await api.post('/api/config/devices/', { code, host: code });
  const point = { device_id: device.id, table: 'holding_register', data_type: 'int16' };
  const { status } = await api.post('/api/config/points/', [
    { ...point, code: 'pressure', address: 0 },
    { ...point, code: 'mode', address: 1 },
    { ...point, code: 'energy', address: 10 },
    { ...point, code: 'zone', address: 2, count: 4 },
  ]);
  expect(status).toBe(201);
  return device.id;
}

const epochs = new Map<string, Promise<number>>();
/** The epoch under which collector c1 holds the first session of a task. */
function epochOf(task: string): Promise<number> {
  const epoch = epochs.get(task) ?? placementsIn(log.store).assign(`${task}-1`, 'c1');
  epochs.set(task, epoch);
  return epoch;
}

let tick = 0;
/** Publishes a sample; returns its sequence. */
async function sampleArrives(task: string, device: string, changes: Partial<Sample> = {}): Promise<number> {
  tick += 1;
  return samples.publish({
    v: 1,
    session: `${task}-1`,
    epoch: await epochOf(task),
    collector: 'c1',
    task,
    device_id: device,
    device,
    site: '北厂',
    measurement: device,
    tick,
    period_ms: 1_000,
    time: tick * 1_000,
    read_at: tick * 1_000 + 5,
    values: { pressure: tick, mode: 'auto' },
    ...changes,
  });
}

/**
 * Publishes a sample with retries but stores it only once: a publish that was not confirmed in time may have been
 * stored.
 */
function arrivesWhenTaken(task: string, device: string): Promise<number> {
  tick += 1;
  const same = { tick };
  return eventually(() => sampleArrives(task, device, same).catch(() => undefined), {
    what: 'the broker to take samples',
  });
}

async function liveClient(query = '', headers: Record<string, string> = {}) {
  const client = await followEvents(`${api.url}/api/acquisition/live/${query}`, headers);
  const { events } = client;
  return {
    ...client,
    sequences: () => events.filter(({ event }) => event === 'sample').map(({ data }) => data.sequence),
    has: (sequence: number) =>
      eventually(() => events.some(({ data }) => data.sequence === sequence), { what: `sample ${sequence}` }),
  };
}

describe('a client that follows live samples', () => {
  it('gets each one as it comes, by its place in the stream', async () => {
    await sampleArrives('1', 'before');
    const client = await liveClient();
    expect(client.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const sequence = await sampleArrives('1', 'press-1');
    await client.has(sequence);
    expect(client.events).toEqual([
      {
        id: String(sequence),
        event: 'sample',
        data: {
          sequence,
          session_id: '1-1',
          task_id: '1',
          device_id: 'press-1',
          device: 'press-1',
          site: '北厂',
          collector_id: 'c1',
          epoch: await epochOf('1'),
          tick,
          through_tick: tick,
          period_ms: 1_000,
          time: new Date(tick * 1_000).toISOString(),
          read_at: new Date(tick * 1_000 + 5).toISOString(),
          values: { pressure: tick, mode: 'auto' },
          uncertain: [],
          miss: null,
        } satisfies LiveSample,
      },
    ]);
    await client.stop();
  });

  it('gets only the task, devices and points that it asked for, misses of these devices included', async () => {
    const task = String(await configureTask(api, 'watched'));
    const byTask = await liveClient('?task=watched');
    const byDevice = await liveClient('?device=press-1&device=press-2');
    const byPoint = await liveClient(`?task=${task}&device=press-2&point=pressure`);
    const one = await sampleArrives(task, 'press-1');
    const two = await sampleArrives(task, 'press-2');
    const miss = { cause: 'timeout', detail: 'no answer' } as const;
    const missed = await sampleArrives(task, 'press-2', { values: undefined, miss });
    const unasked = await sampleArrives(task, 'press-2', { values: { mode: 'hand' } });
    const other = await sampleArrives('99', 'press-1');
    const last = await sampleArrives(task, 'press-2');
    for (const client of [byTask, byDevice, byPoint]) await client.has(last);
    expect(byTask.sequences()).toEqual([one, two, missed, unasked, last]);
    expect(byDevice.sequences()).toEqual([one, two, missed, unasked, other, last]);
    expect(byPoint.sequences()).toEqual([two, missed, last]);
    expect(byPoint.events[0]?.data.values).toEqual({ pressure: expect.any(Number) });
    expect(byPoint.events[1]?.data).toMatchObject({ values: {}, miss });
    for (const client of [byTask, byDevice, byPoint]) await client.stop();
  });

  it('gets exact 64-bit integers, and which values are uncertain', async () => {
    const client = await liveClient('?task=6&point=energy&point=pressure');
    const sequence = await sampleArrives('6', 'press-1', {
      v: 1,
      integers: { energy: '9007199254740993' },
      uncertain: ['pressure', 'mode'],
    });
    await client.has(sequence);
    expect(client.events[0]?.data).toMatchObject({
      values: { energy: '9007199254740993' },
      uncertain: ['pressure'],
    });
    await client.stop();
  });

  it('that comes back gets what it has missed, once and in order, also from another process', async () => {
    const first = await liveClient('?task=5');
    const firstSequence = await sampleArrives('5', 'press-1');
    await first.has(firstSequence);
    await first.stop();
    const missed: number[] = [];
    for (let count = 0; count < 700; count += 1) missed.push(await sampleArrives('5', 'press-1'));
    await api.process.stop();
    api = await startApi({ nats: nats.url, database });
    await api.ready();
    const again = await liveClient('?task=5', { 'last-event-id': String(first.lastId()) });
    const live = await sampleArrives('5', 'press-1');
    await again.has(live);
    expect(again.sequences()).toEqual([...missed, live]);
    await again.stop();
  });

  it('that got no sample yet has an id to come back with, and so misses none', async () => {
    const first = await liveClient('?task=11');
    await eventually(() => first.lastId() !== undefined, { what: 'an id' });
    expect(first.events).toEqual([]);
    await first.stop();
    const missed = await sampleArrives('11', 'press-1');
    const again = await liveClient('?task=11', { 'last-event-id': String(first.lastId()) });
    await again.has(missed);
    expect(again.sequences()).toEqual([missed]);
    await again.stop();
  });

  it('that cannot set headers names its last id in the query, where a header goes before it', async () => {
    const first = await sampleArrives('10', 'press-1');
    const second = await sampleArrives('10', 'press-1');
    const third = await sampleArrives('10', 'press-1');
    for (const [query, headers, expected] of [
      [`?task=10&lastEventId=${first}`, {}, [second, third]],
      [`?task=10&lastEventId=${first}`, { 'last-event-id': String(second) }, [third]],
    ] as const) {
      const client = await liveClient(query, headers);
      await client.has(third);
      expect(client.sequences()).toEqual(expected);
      await client.stop();
    }
  });

  it('learns when what it has missed is gone from the stream, and goes on with what is new', async () => {
    const old = await sampleArrives('6', 'press-1');
    await sampleArrives('6', 'press-1');
    await askBroker(log.nc, '$JS.API.STREAM.PURGE.SAMPLES');
    const client = await liveClient('', { 'last-event-id': String(old) });
    const next = await sampleArrives('6', 'press-1');
    await client.has(next);
    expect(client.events).toMatchObject([
      { event: 'reset', id: String(old + 1), data: { reason: 'gone', after: old, continues_after: old + 1 } },
      { event: 'sample', id: String(next) },
    ]);
    await client.stop();
  });

  it('learns when its id was never given, as after a broker that was set back', async () => {
    const client = await liveClient('', { 'last-event-id': '999999999' });
    const next = await sampleArrives('6', 'press-1');
    await client.has(next);
    expect(client.events[0]).toMatchObject({
      event: 'reset',
      data: { reason: 'unknown', after: 999_999_999 },
    });
    await client.stop();
  });

  it('goes on after an outage of the broker without a sample lost or sent twice', async () => {
    const client = await liveClient('?task=8');
    const before = await sampleArrives('8', 'press-1');
    await client.has(before);
    await nats.restart();
    await api.ready();
    const after = await arrivesWhenTaken('8', 'press-1');
    await client.has(after);
    expect(client.sequences()).toEqual([before, after]);
    await client.stop();
  });

  it('that comes back while the broker is unavailable is answered, waits, and gets what comes from its id on', async () => {
    const client = await liveClient('?task=8');
    const before = await sampleArrives('8', 'press-1');
    await client.has(before);
    await client.stop();
    await nats.stop();
    await eventually(async () => (await api.get('/health/ready')).status === 503, {
      what: 'the API to know',
    });
    // This must not be a 503, at which a page's EventSource would give up for good.
    const back = await liveClient('?task=8', { 'last-event-id': String(before) });
    expect(back.response.status).toBe(200);
    const first = await fetch(`${api.url}/api/acquisition/live/?task=8`);
    expect(await first.json()).toMatchObject({ status: 503, code: 'broker_unavailable' });

    await nats.restart();
    const after = await arrivesWhenTaken('8', 'press-1');
    await back.has(after);
    expect(back.sequences()).toEqual([after]);
    await back.stop();
    await api.ready();
  });

  it('that reads nothing slows down no other client', async () => {
    const slow = await fetch(`${api.url}/api/acquisition/live/?task=9`);
    const quick = await liveClient('?task=9');
    const values = { text: 'x'.repeat(20_000) };
    const sent: number[] = [];
    for (let count = 0; count < 500; count += 1) sent.push(await sampleArrives('9', 'press-1', { values }));
    await quick.has(sent.at(-1) ?? 0);
    expect(quick.sequences()).toEqual(sent);
    await slow.body?.cancel();
    await quick.stop();
  });

  it.each([
    ['?device=nope', 'device_not_found', 'There is no device nope, and no session reads one of that name.'],
    ['?device=press-1&device=nope&point=pressure', 'device_not_found', 'no device nope'],
    ['?point=nope', 'point_not_found', 'No device has a point nope'],
    ['?point=pressure&point=nope', 'point_not_found', 'No device has a point nope'],
    ['?device=press-1&point=nope', 'point_not_found', 'Device press-1 has no point nope'],
    [
      '?device=press-1&device=press-2&point=nope',
      'point_not_found',
      'Devices press-1, press-2 have no point',
    ],
    ['?point=zone', 'point_not_found', 'zone is an array'],
    ['?device=press-1&point=zone', 'point_not_found', 'ask for zone[0] to zone[3].'],
    ['?device=press-1&point=zone[4]', 'point_not_found', 'Device press-1 has no point zone[4]'],
  ])('asking for %s, which is unknown, is a 404 instead of a wait for ever', async (query, code, detail) => {
    const waiting = AbortSignal.timeout(60_000);
    const response = await fetch(`${api.url}/api/acquisition/live/${query}`, { signal: waiting });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code, detail: expect.stringContaining(detail) });
  });

  it.each([
    '?device=press-1',
    '?device=press-2&point=mode',
    '?point=zone[3]',
    '?device=press-1&point=zone[0]',
  ])('asking for %s, which is configured, waits for the first sample of it', async (query) => {
    const client = await liveClient(query);
    expect(client.response.status).toBe(200);
    await client.stop();
  });

  it('gets a device that is configured no more as long as a session reads it, and may come back for what it missed', async () => {
    const taskId = await configureTask(api, 'mill');
    const session = await startTask(api, taskId);
    const { body } = await api.get('/api/config/devices/?code=mill-device');
    const device = body.results[0].id;
    await api.request('PATCH', `/api/config/tasks/${taskId}/`, { device_ids: [] });
    const points = (await api.get(`/api/config/points/?device_id=${device}`)).body.results;
    for (const { id } of points) await api.request('DELETE', `/api/config/points/${id}/`);
    expect((await api.request('DELETE', `/api/config/devices/${device}/`)).status).toBe(204);
    for (const point of ['', '&point=value-0']) {
      const client = await liveClient(`?device=mill-device${point}`);
      const sequence = await sampleArrives(String(taskId), 'mill-device', { values: { 'value-0': 1 } });
      await client.has(sequence);
      await client.stop();
    }
    await api.post(`${sessionsPath}/${session}/stop/`);
    const refused = await fetch(`${api.url}/api/acquisition/live/?device=mill-device`);
    expect(refused.status).toBe(404);
    expect(await refused.json()).toMatchObject({ code: 'device_not_found' });
    const last = await sampleArrives(String(taskId), 'mill-device');
    const back = await liveClient('?device=mill-device', { 'last-event-id': String(last - 1) });
    await back.has(last);
    await back.stop();
  });

  it('does not keep the API from ending, and learns that it ends; nor does a connection without a request', async () => {
    const client = await liveClient();
    const unused = connect(Number(new URL(api.url).port), '127.0.0.1');
    await once(unused, 'connect');
    // It does not matter here how an ending API closes this connection.
    unused.on('error', () => undefined);
    const exit = await api.process.stop();
    expect(exit).toMatchObject({ code: 0 });
    await client.reading;
    unused.destroy();
  });
});
