import { freePort } from '@holdfast/dev/free-port.ts';
import { connectionSchema } from '@holdfast/driver-mqtt/layout/connection.ts';
import { type TaskConfig, taskConfigSchema } from '@holdfast/shared/contracts/task-config.ts';
import mqtt from 'mqtt';
import { describe, expect, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { countingPublisher } from '../support/counting-publisher.ts';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { mosquittoForTest, mosquittoIsInstalled } from '../support/mosquitto-for-test.ts';
import { restClient } from '../support/rest-client.ts';
import { longLease } from '../support/service-processes.ts';
import type { SessionLogForTest } from '../support/session-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { publishedValues } from '../verify/checks/published-values.ts';
import { readHistory } from '../verify/read-history.ts';

const topic = 'hall/meter-1';

/** A meter that publishes numbers, each at its own time. */
function meterAt(port: number): TaskConfig {
  return taskConfigSchema.parse({
    ...{ schema_version: 3, task_id: '1', task_code: 'meters', task_name: '', config_version: 1 },
    period_ms: 500,
    devices: [
      {
        ...{ id: 'd1', code: 'meter-1', protocol: 'mqtt', mode: 'subscribed' },
        connection: connectionSchema.parse({ host: '127.0.0.1', port }),
        points: [{ code: 'count', data_type: 'uint32', address: { topic: `${topic}#/n`, time_at: '/ts' } }],
      },
    ],
  });
}

interface Gap {
  readonly cause: string;
  readonly from_tick: number;
  readonly to_tick: number;
}

/** All services, a broker, and a publisher that repeats what its broker has not acknowledged. */
async function begin(brokerSettings: readonly string[] = []) {
  const fleet = await fleetForTest([], longLease);
  const databaseUrl = await freshDatabase();
  await fleet.start('supervisor');
  await fleet.start('writer', { DATABASE_URL: databaseUrl });
  const apiPort = await freePort();
  await fleet.start('api', { DATABASE_URL: databaseUrl, API_PORT: String(apiPort) });
  const rest = restClient(`http://127.0.0.1:${apiPort}`);
  const settings = { SPOOL_DIR: await temporaryFolder('spool'), DEVICE_BACKOFF_MAX_MS: '500' };
  const startCollector = () => fleet.collector('c1', settings);
  const collector = await startCollector();
  const broker = await mosquittoForTest(brokerSettings);
  const sessionId = await fleet.log.start(meterAt(broker.port));
  const { samples } = fleet.log;
  await eventually(async () => (await samples()).some(({ part, miss }) => part === undefined && !miss), {
    what: 'the broker to be subscribed to',
  });
  /** The time with which each number was published. */
  const publishedMs = new Map<number, number>();
  const publisher = await countingPublisher(broker.url, topic, (count) => {
    const ts = Math.max(Date.now(), (publishedMs.get(count - 1) ?? 0) + 1);
    publishedMs.set(count, ts);
    return JSON.stringify({ ts, n: count });
  });
  const newest = async () =>
    (await samples())
      .flatMap(({ changes }) => changes?.count?.map(([, value]) => Number(value)) ?? [])
      .reduce((most, count) => Math.max(most, count), 0);
  const killBroker = () =>
    broker.killWhen(async (disk) => publisher.isIn(disk) || (await newest()) >= publisher.acknowledged());
  /** Waits until more values are with NATS than now. */
  const goesOn = async () => {
    const from = publisher.count();
    await eventually(async () => (await newest()) > from + 50, {
      what: 'values that are published from now on',
      intervalMs: 200,
    });
  };
  /** Ends publishing. @returns what was published and what the database has, as time, copies and number */
  const all = async () => {
    const last = await publisher.stop();
    await eventually(async () => (await newest()) === last, { what: 'the last value' });
    await eventually(async () => (await fleet.log.unwritten()) === 0, { what: 'all samples to be stored' });
    const history = await readHistory({ natsUrl: fleet.nats.url, databaseUrl });
    expect(publishedValues(history)).toEqual([]);
    const rows = (history.database?.timedValues ?? [])
      .toSorted((one, other) => one.timeMs - other.timeMs)
      .map(({ timeMs, copies, values }) => [timeMs, copies, Number(values?.count)] as const);
    return { published: [...publishedMs].map(([count, ms]) => [ms, 1, count] as const), stored: rows };
  };
  const ask = async (what: string) =>
    (await rest.get(`/api/acquisition/sessions/${sessionId}/${what}/?to=now`)).body;
  /** The gaps of the session, once all its samples are stored and the causes of what is missing are certain. */
  const account = async () => {
    await eventually(async () => (await fleet.log.unwritten()) === 0, { what: 'all samples to be stored' });
    await eventually(async () => !('not_arrived' in (await ask('completeness')).missing_by_cause), {
      what: 'every missing tick to be explained',
    });
    return { counts: await ask('completeness'), gaps: (await ask('gaps')).results as Gap[] };
  };
  return {
    fleet,
    sessionId,
    broker,
    killBroker,
    collector,
    startCollector,
    publisher,
    newest,
    goesOn,
    all,
    account,
  };
}

/** The broker's own count of what it has dropped, as it publishes every second. */
async function droppedBy(url: string): Promise<number> {
  const client = await mqtt.connectAsync(url);
  cleanUpAfterFile(() => client.endAsync(true));
  let dropped: number | undefined;
  const uptimes = new Set<string>();
  client.on('message', (topic, payload, { retain }) => {
    if (topic.endsWith('/dropped')) dropped = Number(payload);
    else if (!retain) uptimes.add(String(payload));
  });
  await client.subscribeAsync(['$SYS/broker/uptime', '$SYS/broker/publish/messages/dropped']);
  // The counts come in turn: after the second uptime all of them are current.
  await eventually(() => uptimes.size >= 2 && dropped !== undefined, { what: 'the counts of the broker' });
  return dropped ?? Number.NaN;
}

describe.skipIf(!mosquittoIsInstalled())('what a meter publishes at QoS 1 with its own time', () => {
  it('is in the database, each value once, after its broker was killed three times', async () => {
    const { fleet, broker, killBroker, publisher, goesOn, all } = await begin();
    await goesOn();
    for (let round = 0; round < 3; round += 1) {
      await killBroker();
      const from = publisher.count();
      await eventually(async () => (await fleet.log.samples()).at(-1)?.miss?.cause === 'connection', {
        what: 'ticks without a broker to be misses',
        intervalMs: 100,
      });
      // The publisher is held up by the one value that was not acknowledged.
      expect(publisher.count()).toBeLessThanOrEqual(from + 1);
      await broker.comeBack();
      await goesOn();
    }
    const { published, stored: rows } = await all();
    expect(published.length).toBeGreaterThan(200);
    expect(rows).toEqual(published);
  });

  it('is in the database, each value once, but as many as the broker drops beyond max_queued_messages', async () => {
    const { broker, collector, startCollector, publisher, goesOn, all } = await begin([
      ...['max_queued_messages 50', 'sys_interval 1'],
    ]);
    await goesOn();
    await collector.stop();
    const from = publisher.count();
    await eventually(() => publisher.count() > from + 400, { what: 'more than the broker keeps' });
    await startCollector();
    await goesOn();
    const { published, stored: rows } = await all();
    const there = new Set(rows.map(([timeMs]) => timeMs));
    expect(rows).toEqual(published.filter(([timeMs]) => there.has(timeMs)));
    const lost = published.length - rows.length;
    expect(lost).toBeGreaterThan(200);
    expect(await droppedBy(broker.url)).toBe(lost);
  });
});

describe.skipIf(!mosquittoIsInstalled())('the ticks in which the collector of a meter was dead', () => {
  it('were delivered late where the broker kept what was published, and lost to the restart where it had forgotten', async () => {
    const { fleet, sessionId, broker, collector, startCollector, publisher, newest, goesOn, all, account } =
      await begin();
    const lastTick = async () =>
      Math.max(
        ...(await fleet.log.samples()).filter(({ part }) => part === undefined).map(({ tick }) => tick),
      );
    await goesOn();

    await collector.kill();
    const killedAt = publisher.count();
    await eventually(() => publisher.count() > killedAt + 300, { what: 'values without a collector' });
    const lastRead = await lastTick();
    const again = await startCollector();
    await eventually(async () => (await newest()) > killedAt, { what: 'values that were kept' });
    // Whatever was kept has come.
    await goesOn();
    const late = await firstTickAfter(fleet, lastRead);

    await again.kill();
    const forgottenFrom = publisher.count();
    // As a broker that ends sessions by itself, or has lost its disk.
    const thief = await mqtt.connectAsync(broker.url, {
      ...{ clientId: `holdfast-${sessionId}-d1`, clean: true, protocolVersion: 4 as const },
    });
    await thief.endAsync();
    await eventually(() => publisher.count() > forgottenFrom + 300, { what: 'values without a reader' });
    const lastBefore = await lastTick();
    await startCollector();
    await goesOn();
    const lost = await firstTickAfter(fleet, lastBefore);

    const { published, stored: rows } = await all();
    const { counts, gaps } = await account();
    const of = (cause: string) =>
      gaps.filter((gap) => gap.cause === cause).map(({ from_tick, to_tick }) => [from_tick, to_tick]);
    expect(of('delivered_late')).toEqual([[lastRead + 1, late - 1]]);
    expect(of('restart')).toEqual([[lastBefore + 1, lost - 1]]);
    expect(counts.stored + counts.quarantined + counts.missing).toBe(counts.expected);
    expect(counts.missing_by_cause).toMatchObject({ delivered_late: late - lastRead - 1 });

    // Whatever was published in the ticks that were delivered late is stored, at the time of its source.
    const periodMs = 500;
    const within = <T extends readonly [number, ...unknown[]]>(list: readonly T[]) =>
      list.filter(([ms]) => ms > lastRead * periodMs && ms <= (late - 1) * periodMs);
    expect(within(published).length).toBeGreaterThan(50);
    expect(within(rows).map(([ms, , count]) => [ms, count])).toEqual(
      within(published).map(([ms, , count]) => [ms, count]),
    );
    expect(rows.every(([, copies]) => copies === 1)).toBe(true);
    expect(published.length - rows.length).toBeGreaterThan(200);
  });
});

/** The first tick after this one for which a collector has accounted. */
async function firstTickAfter({ log }: { readonly log: SessionLogForTest }, tick: number): Promise<number> {
  const later = (await log.samples()).filter((sample) => sample.part === undefined && sample.tick > tick);
  return Math.min(...later.map((sample) => sample.tick));
}
