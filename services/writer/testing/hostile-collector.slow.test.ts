import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import { fromTicks } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { Connection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { ticks, valuesOf } from './stored-values.ts';
import {
  connectTo,
  publishSamples,
  quarantined,
  sampleOf,
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
});

function dayNameOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '');
}
