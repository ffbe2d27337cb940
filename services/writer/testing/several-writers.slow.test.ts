import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';
import { fromTicks } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { Connection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  connectTo,
  firstTimeMs,
  publishSamples,
  quarantined,
  sampleOf,
  startWriter,
  untilAllAcked,
  untilLogged,
  untilWritersWait,
} from './writer-under-test.ts';

const ticks = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);
const devices = ['press-1', 'press-2', 'press-3'];

describe('several writers on one stream', () => {
  let nats: NatsServer;
  let connection: Connection;
  let settings: Record<string, string>;
  let store: SampleStore;
  let coverage: TickCoverage;
  beforeAll(async () => {
    nats = await natsForTest();
    connection = await connectTo(nats);
    const databaseUrl = await freshDatabase();
    settings = { DATABASE_URL: databaseUrl, BATCH_MAX_MESSAGES: '50', MAX_ACK_PENDING: '400' };
    store = openPostgresSampleStore({ databaseUrl });
    coverage = openPostgresTickCoverage({ databaseUrl });
    cleanUpAfterFile(() => Promise.all([store.close(), coverage.close()]));
  });
  const started = async (): Promise<RunningProcess> => {
    const writer = await startWriter(nats, settings);
    await untilLogged(writer, 'writing samples');
    return writer;
  };
  const valuesOf = async (session: string, deviceCode: string) =>
    (
      await store.history({
        pointCode: 'temperature',
        sessionId: session,
        devices: [{ deviceCode, measurement: deviceCode }],
        start: new Date(firstTimeMs),
        end: new Date(firstTimeMs + 86_400_000),
        limit: 50_000,
      })
    ).map(({ value }) => value);

  it('store every sample exactly once while one after the other is killed in the middle of a batch', async () => {
    // Four writers, so that two are at work while the others start.
    const writers = Array.from({ length: 4 }, () => started());
    await Promise.all(writers);
    // The fault runs kill a writer 50 times.
    const wantedKills = 12;
    const count = 1_000;
    let published = 0;
    const publishing = (async () => {
      for (const tick of ticks(count)) {
        await publishSamples(
          connection,
          devices.map((device, at) =>
            sampleOf({ session: 'kills', device, device_id: `device-${at}`, tick }),
          ),
        );
        published = tick + 1;
      }
    })();
    let kills = 0;
    for (; kills < wantedKills; kills++) {
      const before = published;
      await eventually(() => published > before + 20 || published === count, { what: 'further samples' });
      // One of them nearly always has a batch in hand. The killed one may have its batch before, in or after the
      // database.
      const at = kills % writers.length;
      await (await writers[at])?.kill();
      writers[at] = started();
    }
    await publishing;
    await untilAllAcked(connection);
    for (const device of devices) {
      expect(await valuesOf('kills', device)).toEqual(ticks(count).map((tick) => 20 + tick));
      expect((await coverage.read({ sessionId: 'kills' })).get(device)?.get(1_000)).toEqual({
        stored: [{ from: 0, to: count - 1 }],
        quarantined: [],
        missed: new Map(),
        sent: [],
        confirmed: [],
      });
    }
    expect(await quarantined(connection)).toEqual([]);
    for (const writer of await Promise.all(writers)) await writer.stop();
  });

  it('share the work, and the one that is left does all of it when the other stops', async () => {
    const [first, second] = [await started(), await started()] as const;
    await untilWritersWait(connection, 2);
    await publishSamples(
      connection,
      ticks(1_000).map((tick) => sampleOf({ session: 'shared', tick })),
    );
    await untilAllAcked(connection);
    const writtenBy = async (writer: RunningProcess) => {
      await writer.stop();
      const line = writer.lastLines(50).findLast((each) => each.includes('samples so far')) ?? '{}';
      return Number((JSON.parse(line) as { samples_written?: number }).samples_written ?? 0);
    };
    const byFirst = await writtenBy(first);
    await publishSamples(
      connection,
      ticks(500, 1_000).map((tick) => sampleOf({ session: 'shared', tick })),
    );
    await untilAllAcked(connection);
    const bySecond = await writtenBy(second);
    expect(byFirst).toBeGreaterThan(0);
    expect(bySecond).toBeGreaterThan(500);
    expect(await valuesOf('shared', 'press-1')).toEqual(ticks(1_500).map((tick) => 20 + tick));
  });

  it('reject a former owner alike, whichever of them saw its successor', async () => {
    const writers = [await started(), await started(), await started()];
    const sample = (epoch: number, tick: number) =>
      sampleOf({ session: 'fenced', epoch, tick, values: { temperature: epoch } });
    await publishSamples(connection, [sample(7, 0)]);
    await publishSamples(connection, [sample(9, 1)]);
    await untilAllAcked(connection);
    // One at a time: each goes to the writer that asked first, and mostly not to the one that saw epoch 9.
    for (const tick of ticks(30, 2)) {
      await publishSamples(connection, [sample(7, tick)]);
      await untilAllAcked(connection);
    }
    expect(await valuesOf('fenced', 'press-1')).toEqual([7, 9]);
    expect((await coverage.read({ sessionId: 'fenced' })).get('press-1')?.get(1_000)?.missed).toEqual(
      new Map([['fenced', fromTicks(ticks(30, 2))]]),
    );
    for (const writer of writers) await writer.stop();
  });
});
