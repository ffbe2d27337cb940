import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { SinkStatus } from '@holdfast/shared/contracts/sink-status.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { fromTicks } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { Connection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import {
  victoriaMetricsForTest,
  victoriaMetricsIsInstalled,
} from '@holdfast/test/support/victoria-metrics-for-test.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ticks, valuesOf, wholeTime } from './stored-values.ts';
import {
  asPlaced,
  connectTo,
  firstTimeMs,
  publishSamples,
  publishText,
  quarantined,
  sampleOf,
  sinkStatusThat,
  startWriter,
  untilAllAcked,
  untilLogged,
} from './writer-under-test.ts';

describe('the writer with PostgreSQL', () => {
  let nats: NatsServer;
  let connection: Connection;
  let settings: Record<string, string>;
  let store: SampleStore;
  let coverage: TickCoverage;
  let writer: RunningProcess;
  beforeAll(async () => {
    nats = await natsForTest();
    const databaseUrl = await freshDatabase();
    settings = { DATABASE_URL: databaseUrl, HEALTH_PORT: String(await freePort()) };
    store = openPostgresSampleStore({ databaseUrl });
    cleanUpAfterFile(() => store.close());
    coverage = openPostgresTickCoverage({ databaseUrl });
    cleanUpAfterFile(() => coverage.close());
    connection = await connectTo(nats);
    writer = await startWriter(nats, settings);
    await untilLogged(writer, 'writing samples');
  });
  afterAll(() => writer.stop());

  it('stores numbers, booleans and texts that were published', async () => {
    await publishSamples(connection, [sampleOf({ session: 'kinds', tick: 1 })]);
    await untilAllAcked(connection);
    expect(await valuesOf(store, 'kinds', 'temperature')).toEqual([21]);
    expect(await valuesOf(store, 'kinds', 'run')).toEqual([true]);
    expect(await valuesOf(store, 'kinds', 'state')).toEqual(['自动']);
  });

  it('stores 64-bit integers exactly, single values as uncertain, and ticks in which nothing changed as read', async () => {
    const { values: _, ...bare } = sampleOf({ session: 'second form', tick: 0 });
    await publishSamples(connection, [
      {
        ...bare,
        values: { temperature: 99 },
        integers: { energy: '9007199254740993' },
        uncertain: ['temperature'],
      },
      { ...sampleOf({ session: 'second form', tick: 1 }), values: undefined },
      {
        ...sampleOf({ session: 'second form', tick: 2, values: undefined }),
        integers: { energy: '9007199254740994' },
        miss: { cause: 'exception', detail: 'the other block' },
      },
    ]);
    await untilAllAcked(connection);
    expect(await valuesOf(store, 'second form', 'energy')).toEqual(['9007199254740993', '9007199254740994']);
    const query = { ...wholeTime, sessionId: 'second form', pointCode: 'temperature' };
    expect(await store.history(query)).toMatchObject([{ value: 99, quality: 'uncertain' }]);
    const recorded = (await coverage.read({ sessionId: 'second form' })).get('press-1')?.get(1_000);
    expect(recorded?.stored).toEqual(fromTicks([0, 1, 2]));
    expect(recorded?.missed.size).toBe(0);
  });

  it('says that it is ready', async () => {
    const url = `http://127.0.0.1:${settings.HEALTH_PORT}/health/ready`;
    const ready = await eventually(
      async () => {
        const answer = await fetch(url);
        return answer.ok && answer.json();
      },
      { what: 'the writer to be ready' },
    );
    expect(ready).toEqual({ status: 'ok', dependencies: { nats: true, sample_store: true } });
  });

  it('puts poison into quarantine with the reason and stores everything around it', async () => {
    await publishSamples(
      connection,
      ticks(20).map((tick) => sampleOf({ session: 'poison', tick })),
    );
    await publishText(connection, subjects.sample('collector-1', 'task-1', 'device-1'), 'this is not JSON');
    const [inFuture] = await asPlaced(connection, [sampleOf({ session: 'poison', tick: 41 })]);
    const future = JSON.stringify({ ...inFuture, v: 99 });
    await publishText(connection, subjects.sample('collector-1', 'task-1', 'device-1'), future);
    await publishSamples(connection, [
      sampleOf({
        session: 'poison',
        tick: 20,
        values: { state: 'a\u0000b' },
        read_at: Date.now() + 1_800_000,
      }),
    ]);
    await publishSamples(
      connection,
      ticks(20, 21).map((tick) => sampleOf({ session: 'poison', tick })),
    );
    await untilAllAcked(connection);
    expect(await valuesOf(store, 'poison', 'temperature')).toHaveLength(40);
    const records = await quarantined(connection);
    expect(records.map((record) => record.body)).toEqual([
      'this is not JSON',
      future,
      expect.stringContaining('a\\u0000b'),
    ]);
    expect(records.map((record) => record.reason)).toEqual([
      'not JSON',
      expect.stringContaining('not a sample of versions 1 and 2'),
      expect.stringMatching(/^the database refused it: state: .*NUL character/),
    ]);
    // The difference of its sender's clock at its arrival, kept for when it is sent again.
    expect(records[2]?.clock_ahead_ms).toBeGreaterThan(1_700_000);
    expect((await coverage.read({ sessionId: 'poison' })).get('press-1')?.get(1_000)).toEqual({
      stored: [
        { from: 0, to: 19 },
        { from: 21, to: 40 },
      ],
      quarantined: fromTicks([20, 41]),
      missed: new Map(),
      sent: [],
      confirmed: [],
    });
  });

  it('puts a value that the database refuses into quarantine alone, stores the rest of its tick, and tells of it', async () => {
    const refused = (tick: number) =>
      sampleOf({
        session: 'refused',
        tick,
        v: 1,
        values: { temperature: tick, state: 'a\u0000b', run: true },
        integers: { energy: '99999999999999999999', count: '9007199254740993' },
        uncertain: ['state', 'run'],
        miss: { cause: 'exception', detail: 'one point is missing' },
      });
    const [first] = await publishSamples(connection, [
      refused(0),
      sampleOf({ session: 'refused', tick: 1 }),
      refused(2),
    ]);
    await untilAllAcked(connection);
    expect(await valuesOf(store, 'refused', 'temperature')).toEqual([0, 21, 2]);
    expect(await valuesOf(store, 'refused', 'count')).toEqual(['9007199254740993', '9007199254740993']);
    const records = (await quarantined(connection)).filter(({ body }) => body.includes('"refused"'));
    const { values: _v, integers: _i, uncertain: _u, miss: _m, ...about } = first as Sample;
    expect(records.map(({ point_codes }) => point_codes)).toEqual([
      ['state', 'energy'],
      ['state', 'energy'],
    ]);
    expect(JSON.parse(records[0]?.body ?? '')).toEqual({
      ...about,
      values: { state: 'a\u0000b' },
      integers: { energy: '99999999999999999999' },
      uncertain: ['state'],
    });
    expect(records[0]?.reason).toMatch(/^the database refused part of it: state: .*; energy: /);
    expect((await coverage.read({ sessionId: 'refused' })).get('press-1')?.get(1_000)).toMatchObject({
      stored: [{ from: 0, to: 2 }],
      quarantined: [],
    });
    const isOf = ({ session }: { session: string }) => session === 'refused';
    const status = await sinkStatusThat(connection, 'values are refused', (each) => each.refused.some(isOf));
    expect(status.refused).toContainEqual(
      expect.objectContaining({
        session: 'refused',
        device: 'press-1',
        point_codes: ['state', 'energy'],
        points: 2,
        ticks: 2,
        reason: expect.stringContaining('NUL character'),
      }),
    );
    // Refused until the database takes values of these points.
    const good = { state: 'on', energy: 5, temperature: 3 };
    await publishSamples(connection, [sampleOf({ session: 'refused', tick: 3, values: good })]);
    await sinkStatusThat(
      connection,
      'nothing of this session is refused',
      ({ refused }) => !refused.some(isOf),
    );
    const logLines = writer
      .lastLines(200)
      .filter((line) => line.includes('the rest of their tick is stored'));
    expect(logLines).toHaveLength(1);
  });

  it('stores what comes from a collector whose clock is far off, but marks it, counts it and says so', async () => {
    const samples = ticks(3).map((tick) =>
      sampleOf({ session: 'clock', collector: 'from-the-future', tick, read_at: Date.now() + 7_200_000 }),
    );
    await publishSamples(connection, samples);
    await publishSamples(connection, [sampleOf({ session: 'clock', tick: 3 })]);
    await untilAllAcked(connection);
    const points = await store.history({ ...wholeTime, pointCode: 'temperature', sessionId: 'clock' });
    expect(points.map(({ value, quality }) => [value, quality])).toEqual([
      [20, 'uncertain'],
      [21, 'uncertain'],
      [22, 'uncertain'],
      [23, 'good'],
    ]);
    const logLines = writer
      .lastLines(200)
      .filter((line) => line.includes('its samples are marked as uncertain'));
    expect(logLines).toHaveLength(1);
    expect(logLines[0]).toContain('"collector":"from-the-future"');
    await sinkStatusThat(
      connection,
      'three samples are uncertain',
      (status) => status.samples_uncertain === 3,
    );
  });

  it('says how it is doing', async () => {
    const isTold = (each: SinkStatus) => each.values_written > 100 && each.messages_quarantined === 5;
    const status = await sinkStatusThat(connection, 'all is well', isTold);
    expect(status).toMatchObject({
      store: 'postgres',
      records_ticks: true,
      reachable: true,
      failing_since: null,
      last_error: null,
      failed_writes: 0,
      messages_quarantined: 5,
      values_quarantined: 5,
      samples_per_s: expect.any(Number),
      batch_latency_ms: { last: expect.any(Number), mean: expect.any(Number), max: expect.any(Number) },
    });
  });

  it('rejects a former owner that publishes after its successor, also after a restart of the writer', async () => {
    const sample = (epoch: number, tick: number) =>
      sampleOf({ session: 'fenced', epoch, tick, values: { temperature: epoch } });
    await publishSamples(connection, [sample(7, 1)]);
    await publishSamples(connection, [sample(9, 2)]);
    await publishSamples(connection, [sample(7, 2)]);
    await publishSamples(connection, [sample(7, 3)]);
    await untilAllAcked(connection);
    expect(await valuesOf(store, 'fenced', 'temperature')).toEqual([7, 9]);
    expect(await writer.stop({ graceMs: 25_000 })).toEqual({ code: 0, signal: null });
    expect(writer.lastLines(20).join('\n')).toContain('"samples_fenced":2');
    writer = await startWriter(nats, settings);
    await untilLogged(writer, 'writing samples');
    await publishSamples(connection, [sample(8, 4)]);
    await publishSamples(connection, [sample(9, 5)]);
    // Lost ticks of a former owner stay lost.
    const { values: _, ...about } = sample(7, 6);
    await publishSamples(connection, [
      { ...about, through_tick: 8, miss: { cause: 'buffer_full', detail: '' } },
    ]);
    await untilAllAcked(connection);
    expect(await valuesOf(store, 'fenced', 'temperature')).toEqual([7, 9, 9]);
    expect((await coverage.read({ sessionId: 'fenced' })).get('press-1')?.get(1_000)).toEqual({
      stored: fromTicks([1, 2, 5]),
      quarantined: [],
      missed: new Map([
        ['buffer_full', fromTicks([6, 7, 8])],
        ['fenced', fromTicks([2, 3, 4])],
      ]),
      sent: [],
      confirmed: [],
    });
  });

  it('stores every sample exactly once when it is killed in the middle of the load, again and again', async () => {
    const samples = ticks(3_000).map((tick) => sampleOf({ session: 'killed', tick }));
    const publishing = publishSamples(connection, samples);
    for (const share of [0.2, 0.4, 0.6]) {
      await eventually(
        async () => (await valuesOf(store, 'killed', 'temperature')).length > share * samples.length,
        {
          what: `${share} of the samples`,
        },
      );
      await writer.kill();
      writer = await startWriter(nats, { ...settings, BATCH_MAX_MESSAGES: '100' });
    }
    await publishing;
    await untilAllAcked(connection);
    expect(await valuesOf(store, 'killed', 'temperature')).toEqual(samples.map((sample) => 20 + sample.tick));
  });

  it('finishes the batch in hand at SIGTERM and leaves nothing half done', async () => {
    const samples = ticks(2_000).map((tick) => sampleOf({ session: 'stopped', tick }));
    const publishing = publishSamples(connection, samples);
    await eventually(async () => (await valuesOf(store, 'stopped', 'temperature')).length > 100, {
      what: 'some samples',
    });
    expect(await writer.stop({ graceMs: 25_000 })).toEqual({ code: 0, signal: null });
    writer = await startWriter(nats, settings);
    await publishing;
    await untilAllAcked(connection);
    expect(await valuesOf(store, 'stopped', 'temperature')).toHaveLength(2_000);
  });

  it('goes on when the broker was killed and came back', async () => {
    await publishSamples(
      connection,
      ticks(200).map((tick) => sampleOf({ session: 'broker', tick })),
    );
    await nats.kill();
    await nats.restart();
    await publishSamples(
      connection,
      ticks(200, 200).map((tick) => sampleOf({ session: 'broker', tick })),
    );
    await untilAllAcked(connection);
    expect(await valuesOf(store, 'broker', 'temperature')).toHaveLength(400);
    expect(writer.exit).toBeUndefined();
  });
});

describe.skipIf(!victoriaMetricsIsInstalled())('the writer with an InfluxDB-compatible server', () => {
  it('stores the numbers that were published', async () => {
    const nats = await natsForTest();
    const victoria = await victoriaMetricsForTest();
    const connection = await connectTo(nats);
    const writer = await startWriter(nats, {
      SAMPLE_STORE: 'influx',
      INFLUX_URL: victoria.url,
      INFLUX_TOKEN: 'any',
    });
    await untilLogged(writer, 'without DATABASE_URL it is not recorded what becomes of ticks');
    await untilLogged(writer, 'writing samples');
    await publishSamples(
      connection,
      ticks(5).map((tick) => sampleOf({ tick, device: '注塑机 1', measurement: 'imm' })),
    );
    await untilAllAcked(connection);
    const exported = await eventually(
      async () => {
        await victoria.flush();
        const response = await fetch(`${victoria.url}/api/v1/export?match[]=imm_temperature`);
        return response.json();
      },
      { what: 'the series' },
    );
    expect(exported).toEqual({
      metric: { __name__: 'imm_temperature', device: '注塑机 1', site: 'north' },
      values: [20, 21, 22, 23, 24],
      timestamps: ticks(5).map((tick) => firstTimeMs + tick * 1000),
    });
    expect(await writer.stop({ graceMs: 25_000 })).toEqual({ code: 0, signal: null });
  });
});

describe('the writer with unusable settings', () => {
  it('names all of them and ends', async () => {
    const nats = { url: 'nats://127.0.0.1:1' } as NatsServer;
    const writer = await startWriter(nats, { SAMPLE_STORE: 'influx', DATABASE_URL: '', INFLUX_URL: '' });
    expect((await writer.exited).code).toBe(1);
    expect(writer.lastLines(20).join('\n')).toContain('INFLUX_URL: is needed with SAMPLE_STORE=influx');
  });
});
