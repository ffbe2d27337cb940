import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { SinkStatus } from '@holdfast/shared/contracts/sink-status.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { fromTicks } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { Connection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { ticks, valuesOf } from './stored-values.ts';
import {
  asPlaced,
  connectTo,
  publishSamples,
  quarantined,
  sampleOf,
  sinkStatusThat,
  startWriter,
  untilAllAcked,
  untilLogged,
} from './writer-under-test.ts';

describe('a collector that sends what it cannot have read', () => {
  let nats: NatsServer;
  let connection: Connection;
  let databaseUrl: string;
  let store: SampleStore;
  let writer: RunningProcess;
  beforeEach(async () => {
    nats = await natsForTest();
    connection = await connectTo(nats);
    databaseUrl = await freshDatabase();
    store = openPostgresSampleStore({ databaseUrl });
    cleanUpAfterFile(() => store.close());
    writer = await startWriter(nats, { DATABASE_URL: databaseUrl });
    await untilLogged(writer, 'writing samples');
    return () => writer.stop();
  });

  it('has no tables made for days to come, and its ticks are in quarantine and on record', async () => {
    const tomorrow = Math.floor(Date.now() / 86_400_000 + 2) * 86_400;
    const samples = ticks(300).map((day) => {
      const tick = tomorrow + day * 86_400;
      return sampleOf({ tick, time: tick * 1_000, values: { temperature: day } });
    });
    const published = await publishSamples(connection, samples);
    await publishSamples(connection, [sampleOf({ session: 'true', tick: 1 })]);
    await untilAllAcked(connection);
    expect(await valuesOf(store, 'true', 'temperature')).toEqual([21]);
    const records = await quarantined(connection);
    expect(records).toHaveLength(published.length);
    expect(records[0]?.reason).toContain('has not come yet');
    const coverage = openPostgresTickCoverage({ databaseUrl });
    cleanUpAfterFile(() => coverage.close());
    const recorded = (await coverage.read({ sessionId: 'session-1' })).get('press-1')?.get(1_000);
    expect(recorded).toMatchObject({ stored: [], quarantined: fromTicks(samples.map(({ tick }) => tick)) });
    const nowMs = Date.now();
    const dropped = await store.maintain({ nowMs, keepFromMs: Date.UTC(9_000, 0) });
    expect(dropped.filter((name) => name > `sample_value_${dayNameOf(nowMs + 86_400_000)}`)).toEqual([]);
    expect(dropped).toContain(`sample_value_${dayNameOf(nowMs)}`);
  });

  it.each<[string, Partial<Sample>, object]>([
    ['of an epoch that is another’s', {}, {}],
    ['of epochs that the log has not reached', { epoch: 1_000_000 }, {}],
    ['that cannot be read', {}, { values: 'none' }],
  ])('is named in one line of the log, however many samples it makes up: %s', async (_, changes, more) => {
    const [other] = await asPlaced(connection, [sampleOf({ session: 'true', tick: 1 })]);
    const count = 5_000;
    for (let index = 0; index < count; index += 1) {
      const sample = sampleOf({
        ...{ session: `made up ${index}`, collector: 'evil', tick: index, epoch: other?.epoch ?? 1 },
        ...changes,
      });
      const subject = subjects.sample('evil', 'task-1', 'device-1');
      connection.nc.publish(subject, JSON.stringify({ ...sample, ...more }));
    }
    await connection.nc.flush();
    await publishSamples(connection, [sampleOf({ session: 'true', tick: 1 })]);
    await untilAllAcked(connection);
    expect(await valuesOf(store, 'true', 'temperature')).toEqual([21]);
    const isTold = ({ samples_rejected }: SinkStatus) => samples_rejected >= count;
    const status = await sinkStatusThat(connection, 'all were turned away', isTold);
    expect(new Set(status.rejected.map(({ source }) => source))).toEqual(new Set(['evil']));
    expect((await quarantined(connection)).length).toBeLessThan(count / 10);
    expect(writer.lastLines(200).filter((line) => line.includes('evil')).length).toBeLessThan(10);
  });
});

function dayNameOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '');
}
