import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { openInfluxSampleStore } from '@holdfast/sample-store/influx/influx-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { fromTicks } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { Connection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import {
  type InfluxForTest,
  influxForTest,
  influxIsInstalled,
} from '@holdfast/test/support/influx-for-test.ts';
import {
  type InfluxTwoFront,
  startInfluxTwoFront,
  type WriteScript,
} from '@holdfast/test/support/influx-two-front.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  asPlaced,
  backlogOf,
  connectTo,
  firstTimeMs,
  inHandOf,
  publishSamples,
  publishText,
  quarantined,
  sampleOf,
  sinkStatusThat,
  startWriter,
  untilAllAcked,
  untilLogged,
} from './writer-under-test.ts';

const ticks = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);

describe.skipIf(!influxIsInstalled())('the writer with an InfluxDB that misbehaves', () => {
  let nats: NatsServer;
  let connection: Connection;
  let influx: InfluxForTest;
  let front: InfluxTwoFront;
  let store: SampleStore;
  let coverage: TickCoverage;
  let settings: Record<string, string>;
  let writer: RunningProcess;
  beforeAll(async () => {
    influx = await influxForTest();
    await influx.createDatabase('plant');
    front = await startInfluxTwoFront(influx.url);
    cleanUpAfterFile(() => front.stop());
    const databaseUrl = await freshDatabase();
    coverage = openPostgresTickCoverage({ databaseUrl });
    store = openInfluxSampleStore({ url: front.url, org: 'holdfast', bucket: 'plant' });
    cleanUpAfterFile(() => Promise.all([coverage.close(), store.close()]));
    settings = {
      SAMPLE_STORE: 'influx',
      INFLUX_URL: front.url,
      INFLUX_BUCKET: 'plant',
      DATABASE_URL: databaseUrl,
    };
  });
  // Each test has a broker of its own, so that it does not see what the one before left in QUARANTINE.
  beforeEach(async () => {
    nats = await natsForTest();
    connection = await connectTo(nats);
    front.passOn();
    return async () => {
      front.passOn();
      await writer.stop();
      await nats.stop();
    };
  });
  const start = async (further: Record<string, string> = {}): Promise<void> => {
    writer = await startWriter(nats, { ...settings, ...further });
    await untilLogged(writer, 'writing samples');
  };
  const publish = (device: string, ticks: readonly number[]) =>
    publishSamples(
      connection,
      ticks.map((tick) => sampleOf({ ...ofPress(device), tick })),
    );
  const ofPress = (device: string) => ({ session: `of ${device}`, device, measurement: device });
  const storedRows = async (device: string, pointCode = 'temperature'): Promise<unknown[]> => {
    const points = await store.history({
      pointCode,
      devices: [{ deviceCode: device, measurement: device }],
      start: new Date(firstTimeMs),
      end: new Date(firstTimeMs + 86_400_000),
      limit: 50_000,
    });
    return points.map(({ value }) => value);
  };
  const values = (count: number) => ticks(count).map((tick) => 20 + tick);
  const answer = (status: number) => ({ status, body: `{"code":"some","message":"told ${status}"}` });

  it.each([
    ['is overloaded (429)', () => answer(429), '429'],
    ['fails inside (500)', () => answer(500), '500'],
    ['is not available (503)', () => answer(503), '503'],
    ['resets connections', () => 'reset' as const, 'ECONNRESET'],
    ['stores all of it and says that it failed', () => ({ ...answer(500), afterWriting: true }), '500'],
  ])('tries again for as long as it %s, and stores everything once', async (name, fault, code) => {
    const device = `retry-${code}-${name.length}`;
    const from = front.writeCount;
    front.script((_, write) => (write - from <= 4 ? fault() : undefined));
    await start();
    await publish(device, ticks(300));
    const failing = await sinkStatusThat(connection, 'writing fails', (status) => status.failed_writes > 0);
    expect(failing.last_error?.code).toBe(code);
    await untilAllAcked(connection);
    expect(await storedRows(device)).toEqual(values(300));
    expect(await quarantined(connection)).toEqual([]);
    expect((await coverage.read({ sessionId: `of ${device}` })).get(device)?.get(1_000)?.stored).toEqual(
      fromTicks(ticks(300)),
    );
  });

  it('leaves a database alone for as long as it asks (Retry-After)', async () => {
    front.answerWrites({ ...answer(429), headers: { 'retry-after': '3600' } });
    const from = front.writeCount;
    await start();
    // First a single batch, which the database asks to wait; messages that come later in other batches have to wait
    // too.
    await publish('patient', ticks(1));
    const failing = await sinkStatusThat(connection, 'writing fails', (status) => status.failed_writes > 0);
    await publish('patient', ticks(99, 1));
    // Wait for two more reports of the writer, 2 s apart: otherwise it would have tried a dozen times by then.
    for (let last = failing, reports = 0; reports < 2; reports++) {
      const before = last.updated_at;
      last = await sinkStatusThat(connection, 'time has passed', (status) => status.updated_at > before);
    }
    expect(front.writeCount - from).toBe(1);
    await writer.stop();
    front.answerWrites({ ...answer(429), headers: { 'retry-after': '1' } });
    await start();
    await eventually(() => front.writeCount > from + 1, { what: 'the next try' });
    front.passOn();
    await untilAllAcked(connection);
    expect(await storedRows('patient')).toEqual(values(100));
  });

  it('fails without a break while further batches find PostgreSQL in order', async () => {
    const second = Promise.withResolvers<void>();
    front.script((body) => {
      if (body.includes('second-in-outage')) second.resolve();
      return answer(503);
    });
    await start();
    await publish('first-in-outage', ticks(1));
    const failing = await sinkStatusThat(connection, 'writing fails', (status) => status.failed_writes > 0);
    await publish('second-in-outage', ticks(1));
    await second.promise;
    const later = await sinkStatusThat(
      connection,
      'both fail',
      (status) => status.updated_at > failing.updated_at && status.failed_writes > failing.failed_writes,
    );
    expect(later.failing_since).toBe(failing.failing_since);
    expect(writer.lastLines(50).join('\n')).not.toContain('the database can be used again');
    front.passOn();
    await untilLogged(writer, 'the database can be used again');
    await untilAllAcked(connection);
    expect(await storedRows('second-in-outage')).toEqual(values(1));
  });

  it('goes on at the pace of a database that takes 2 s for each answer, while publishing is not held up', async () => {
    const look = Promise.withResolvers<void>();
    front.script(async () => {
      await Promise.all([sleep(2_000), look.promise]);
      return undefined;
    });
    await start({ BATCH_MAX_MESSAGES: '200' });
    await publish('sluggish', ticks(400));
    // All messages are still with the broker, as nothing is in the database yet.
    const backlog = await backlogOf(connection).finally(() => look.resolve());
    expect(backlog).toBe(400);
    await untilAllAcked(connection);
    expect(await storedRows('sluggish')).toEqual(values(400));
    const status = await sinkStatusThat(connection, 'it is slow', (each) => each.samples_written >= 400);
    expect(status).toMatchObject({ reachable: true, failed_writes: 0 });
    expect(await quarantined(connection)).toEqual([]);
  });

  it.each([401, 403, 404])('keeps everything waiting, loudly, while it answers %i', async (status) => {
    const device = `locked-${status}`;
    front.answerWrites(answer(status));
    await start();
    await publish(device, ticks(200));
    await untilLogged(writer, 'the database cannot be used');
    const warning = writer.lastLines(200).find((line) => line.includes('the database cannot be used')) ?? '';
    expect(warning).toContain('"level":"error"');
    expect(warning).toContain(`told ${status}`);
    const failing = await sinkStatusThat(connection, 'it is locked', (each) => each.failed_writes > 2);
    expect(failing).toMatchObject({ reachable: false, last_error: { code: String(status) } });
    expect(await backlogOf(connection)).toBe(200);
    expect(await quarantined(connection)).toEqual([]);
    front.passOn();
    await untilAllAcked(connection);
    expect(await storedRows(device)).toEqual(values(200));
  });

  it('sends less at a time where a batch is too large (413)', async () => {
    const linesAtMost = 60;
    front.script((lines) => (lines.split('\n').length > linesAtMost ? answer(413) : undefined));
    await start({ BATCH_MAX_MESSAGES: '1000' });
    await publish('large', ticks(1_000));
    await untilAllAcked(connection);
    expect(await storedRows('large')).toEqual(values(1_000));
    expect(await quarantined(connection)).toEqual([]);
  });

  it('finds the one poisonous sample among 10,000 and stores the others', async () => {
    await start({ BATCH_MAX_MESSAGES: '10000', MAX_ACK_PENDING: '20000', BATCH_MAX_WAIT_MS: '2000' });
    await publish('poisoned', ticks(5_000));
    // The point has been a number so far, so InfluxDB takes no text for it and says so in its own words.
    await publishSamples(connection, [
      sampleOf({
        session: 'of poisoned',
        device: 'poisoned',
        measurement: 'poisoned',
        tick: 5_000,
        values: { temperature: 'hot' },
      }),
    ]);
    await publish('poisoned', ticks(4_999, 5_001));
    await untilAllAcked(connection);
    expect(await storedRows('poisoned')).toEqual(
      ticks(10_000).flatMap((tick) => (tick === 5_000 ? [] : [20 + tick])),
    );
    const records = await quarantined(connection);
    expect(records).toHaveLength(1);
    expect(records[0]?.reason).toContain('field type conflict');
    expect((await coverage.read({ sessionId: 'of poisoned' })).get('poisoned')?.get(1_000)).toEqual({
      stored: [
        { from: 0, to: 4_999 },
        { from: 5_001, to: 9_999 },
      ],
      quarantined: fromTicks([5_000]),
      missed: new Map(),
      sent: [],
      confirmed: [],
    });
  });

  it.each([400, 422])(
    'finds the culprits also where the good ones are stored already (%i)',
    async (status) => {
      const device = `partial-${status}`;
      const isBad = (line: string) => /temperature=2[57]\d /.test(line) || /temperature=2[57]\d,/.test(line);
      const script: WriteScript = (lines) =>
        lines.includes(device) && lines.split('\n').some(isBad)
          ? { ...answer(status), afterWriting: lines.includes('\n') }
          : undefined;
      front.script(script);
      await start();
      await publish(device, ticks(400));
      await untilAllAcked(connection);
      const records = await quarantined(connection);
      const bad = ticks(400).filter((tick) => isBad(`temperature=${20 + tick} `));
      const bodies = records.map(({ body }) => JSON.parse(body) as { tick: number; values: object });
      expect(bodies.map(({ tick }) => tick).sort((a, b) => a - b)).toEqual(bad);
      // Only one value is kept: the rest of its tick is stored.
      for (const { tick, values } of bodies) expect(values).toEqual({ temperature: 20 + tick });
      expect(new Set(records.map(({ reason }) => reason))).toEqual(
        new Set([`the database refused part of it: temperature: InfluxDB ${status}: told ${status}`]),
      );
      expect(await storedRows(device, 'run')).toEqual(ticks(400).map(() => true));
      const recorded = (await coverage.read({ sessionId: `of ${device}` })).get(device)?.get(1_000);
      expect(recorded?.quarantined).toEqual([]);
      expect(recorded?.stored).toEqual(fromTicks(ticks(400)));
    },
  );

  it('of a session whose every sample it must put into quarantine says so, and what the database says', async () => {
    await start();
    await publishSamples(connection, [sampleOf({ ...ofPress('typed'), tick: 0, values: { run: 1 } })]);
    await publishSamples(
      connection,
      ticks(5, 1).map((tick) => sampleOf({ ...ofPress('typed'), tick, values: { run: true } })),
    );
    await untilAllAcked(connection);
    const { refused } = await sinkStatusThat(connection, 'five are refused', (status) => {
      return status.refused[0]?.ticks === 5;
    });
    expect(refused).toMatchObject([
      {
        session: 'of typed',
        device: 'typed',
        point_codes: ['run'],
        reason: expect.stringContaining('field type conflict'),
      },
    ]);
    const recorded = (await coverage.read({ sessionId: 'of typed' })).get('typed')?.get(1_000);
    expect(recorded).toMatchObject({ stored: fromTicks([0]), quarantined: fromTicks(ticks(5, 1)) });
  });

  it('never writes what is no number, and puts it away with the reason', async () => {
    await start();
    const [placed] = await asPlaced(connection, [
      sampleOf({ session: 'of infinite', device: 'infinite', tick: 0 }),
    ]);
    const text = JSON.stringify(placed);
    const subject = subjects.sample('collector-1', 'task-1', placed?.device_id ?? '');
    await publishText(connection, subject, text.replace('"temperature":20', '"temperature":1e999'));
    await publishText(connection, subject, text.replace('"temperature":20', '"temperature":NaN'));
    await untilAllAcked(connection);
    expect(await storedRows('infinite')).toEqual([]);
    const reasons = (await quarantined(connection)).map(({ reason }) => reason);
    expect(reasons).toEqual([expect.stringContaining('temperature'), 'not JSON']);
    expect(
      (await coverage.read({ sessionId: 'of infinite' })).get('infinite')?.get(1_000)?.quarantined,
    ).toEqual(fromTicks([0]));
  });

  it('holds no more than its bound while the database does not answer, and goes on where it was', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    front.script(async () => {
      await held;
      return undefined;
    });
    await start({ MAX_ACK_PENDING: '200', BATCH_MAX_MESSAGES: '50' });
    await publish('slow', ticks(2_000));
    await eventually(async () => (await inHandOf(connection)) === 200, { what: '200 samples in hand' });
    expect(await backlogOf(connection)).toBe(2_000);
    release();
    await untilAllAcked(connection);
    expect(await storedRows('slow')).toEqual(values(2_000));
  });

  it('keeps values and their record together when only PostgreSQL is unavailable', async () => {
    const unreachable = new URL(settings.DATABASE_URL ?? '');
    unreachable.port = '1';
    writer = await startWriter(nats, { ...settings, DATABASE_URL: unreachable.href });
    await publish('unrecorded', ticks(50));
    await untilLogged(writer, 'the database cannot be used');
    await writer.stop();
    await start();
    await untilAllAcked(connection);
    expect(await storedRows('unrecorded')).toEqual(values(50));
    expect(
      (await coverage.read({ sessionId: 'of unrecorded' })).get('unrecorded')?.get(1_000)?.stored,
    ).toEqual(fromTicks(ticks(50)));
  });
});
