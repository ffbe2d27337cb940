import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { fromTicks } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { Connection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { valuesOf } from './stored-values.ts';
import {
  asPlaced,
  connectTo,
  publishSamples,
  sampleOf,
  startWriter,
  untilAllAcked,
  untilLogged,
} from './writer-under-test.ts';

describe('readings that come when their reader’s successor has begun', () => {
  let nats: NatsServer;
  let connection: Connection;
  let settings: Record<string, string>;
  let store: SampleStore;
  let coverage: TickCoverage;
  let writer: RunningProcess;
  const started = async (healthPort: string) => {
    const one = await startWriter(nats, { ...settings, HEALTH_PORT: healthPort });
    await untilLogged(one, 'writing samples');
    return one;
  };
  beforeAll(async () => {
    nats = await natsForTest();
    const databaseUrl = await freshDatabase();
    settings = { DATABASE_URL: databaseUrl };
    store = openPostgresSampleStore({ databaseUrl });
    cleanUpAfterFile(() => store.close());
    connection = await connectTo(nats);
    writer = await started(String(await freePort()));
    coverage = openPostgresTickCoverage({ databaseUrl });
    cleanUpAfterFile(() => coverage.close());
  });

  /** The value shows under which epoch it was read. */
  const lateSample = (session: string, epoch: number, tick: number, more: Partial<Sample> = {}) =>
    sampleOf({ session, epoch, tick, values: { temperature: epoch }, ...more });
  const publish = async (...samples: Sample[]) => {
    await asPlaced(connection, samples);
    for (const sample of samples) await publishSamples(connection, [sample]);
    await untilAllAcked(connection);
  };
  const account = async (session: string) => {
    const of = (await coverage.read({ sessionId: session })).get('press-1')?.get(1_000);
    return { stored: of?.stored, fenced: of?.missed.get('fenced') };
  };

  it('are stored for ticks before the first one of the successor, and fenced from there on', async () => {
    await publish(lateSample('late', 5, 1), lateSample('late', 5, 2));
    await publish(
      lateSample('late', 9, 12, { since_tick: 10 }),
      lateSample('late', 9, 13, { since_tick: 10 }),
    );
    await publish(
      lateSample('late', 5, 3),
      lateSample('late', 5, 9),
      lateSample('late', 5, 10),
      lateSample('late', 5, 14),
    );
    expect(await valuesOf(store, 'late', 'temperature')).toEqual([5, 5, 5, 5, 9, 9]);
    expect(await account('late')).toEqual({
      stored: fromTicks([1, 2, 3, 9, 12, 13]),
      fenced: fromTicks([10, 14]),
    });
  });

  it('are judged alike by a writer that was not there when the successor began', async () => {
    await publish(lateSample('anew', 5, 1), lateSample('anew', 9, 12, { since_tick: 10 }));
    await writer.stop();
    writer = await started(String(await freePort()));
    await publish(lateSample('anew', 5, 11), lateSample('anew', 5, 9));
    expect(await account('anew')).toEqual({ stored: fromTicks([1, 9, 12]), fenced: fromTicks([11]) });
  });

  it('are judged alike by two writers that share the stream', async () => {
    const second = await started(String(await freePort()));
    // Each of the two writers gets some of them.
    const late = Array.from({ length: 40 }, (_, index) =>
      lateSample('two', 5, 6 + (index % 8), { device: `d-${index}` }),
    );
    await asPlaced(connection, [lateSample('two', 5, 1), ...late]);
    await publish(lateSample('two', 5, 1), lateSample('two', 9, 12, { since_tick: 10 }));
    const begun = late.map(({ device }) => lateSample('two', 9, 12, { device, since_tick: 10 }));
    await publish(...begun);
    await publish(...late);
    await second.stop();
    const all = await coverage.read({ sessionId: 'two' });
    const fenced = [...all].flatMap(([device, of]) => (of.get(1_000)?.missed.has('fenced') ? [device] : []));
    expect(fenced).toEqual(
      late
        .filter(({ tick }) => tick >= 10)
        .map(({ device }) => device)
        .sort(),
    );
    for (const { device, tick } of late) {
      expect(all.get(device)?.get(1_000)?.stored).toEqual(fromTicks(tick < 10 ? [tick, 12] : [12]));
    }
  });

  it('have to come before the first tick of everybody who has followed', async () => {
    await publish(lateSample('third', 5, 1), lateSample('third', 9, 10), lateSample('third', 14, 20));
    await publish(
      lateSample('third', 5, 9),
      lateSample('third', 5, 15),
      lateSample('third', 9, 19),
      lateSample('third', 9, 20),
    );
    expect(await account('third')).toEqual({
      stored: fromTicks([1, 9, 10, 19, 20]),
      fenced: fromTicks([15, 20]),
    });
    expect(await valuesOf(store, 'third', 'temperature')).toEqual([5, 5, 9, 9, 14]);
  });

  it('are stored of a device of which the successor has sent nothing yet', async () => {
    await publish(lateSample('slow', 5, 1), lateSample('slow', 9, 10, { device: 'press-2' }));
    await publish(
      lateSample('slow', 5, 2),
      lateSample('slow', 9, 60),
      lateSample('slow', 5, 3),
      lateSample('slow', 5, 60),
    );
    expect(await account('slow')).toEqual({ stored: fromTicks([1, 2, 3, 60]), fenced: fromTicks([60]) });
    expect(await valuesOf(store, 'slow', 'temperature')).toHaveLength(5);
  });
});
