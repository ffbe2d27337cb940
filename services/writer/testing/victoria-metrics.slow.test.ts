import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { durableNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import type { Connection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { ensureDurable } from '@holdfast/shared/jetstream/consume/durable-consumer.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import {
  type VictoriaMetricsForTest,
  victoriaMetricsForTest,
  victoriaMetricsIsInstalled,
} from '@holdfast/test/support/victoria-metrics-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  connectTo,
  firstTimeMs,
  publishSamples,
  sampleOf,
  startWriter,
  untilAllAcked,
} from './writer-under-test.ts';

/** VictoriaMetrics shows the greatest of the values written for a tick, and cannot be asked which one it has. */
describe.skipIf(!victoriaMetricsIsInstalled())('the writer with VictoriaMetrics', () => {
  let nats: NatsServer;
  let victoria: VictoriaMetricsForTest;
  let connection: Connection;
  let settings: Record<string, string>;

  const exported = async (device: string) => {
    await victoria.flush();
    const match = new URLSearchParams({ 'match[]': `press_temperature{device="${device}"}` });
    const text = await (await fetch(`${victoria.url}/api/v1/export?${match}`)).text();
    const { values, timestamps } = JSON.parse(text || '{"values":[],"timestamps":[]}');
    return (timestamps as number[])
      .map((time, index): [number, number] => [(time - firstTimeMs) / 1000, values[index]])
      .sort(([a], [b]) => a - b);
  };
  /**
   * Takes messages as another writer would.
   * @returns a function that gives them back: they are delivered again, behind what came meanwhile
   */
  const takenByAnotherWriter = async (count: number): Promise<() => void> => {
    const next = `$JS.API.CONSUMER.MSG.NEXT.${streamNames.samples}.${durableNames.writer}`;
    const handles: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const message = await connection.nc.request(next, JSON.stringify({ batch: 1 }), {
        timeout: 5_000,
        // Messages arrive under the sample's subject, by which the shared inbox could not know whose they are.
        noMux: true,
      });
      expect(message.subject).toMatch(/^samples\./);
      handles.push(message.reply ?? '');
    }
    return () => {
      for (const handle of handles) connection.nc.publish(handle, '-NAK');
    };
  };

  beforeAll(async () => {
    nats = await natsForTest();
    victoria = await victoriaMetricsForTest();
    connection = await connectTo(nats);
    settings = {
      SAMPLE_STORE: 'influx',
      INFLUX_URL: victoria.url,
      DATABASE_URL: await freshDatabase(),
      // Messages held by another writer are delivered again only when it gives them back.
      ACK_WAIT_MS: '600000',
    };
    await ensureStreams(connection.nc, {
      sessionsMaxBytes: 16 * 1024 * 1024,
      samplesMaxBytes: 256 * 1024 * 1024,
      samplesMaxAgeHours: 24,
      replicas: 1,
    });
    const writer = { nc: connection.nc, stream: streamNames.samples, durable: durableNames.writer };
    await ensureDurable({ ...writer, ackWaitMs: 600_000 });
  });

  it('gives it no second value of a tick when a former owner’s sample is delivered late', async () => {
    const sample = (epoch: number, tick: number) =>
      sampleOf({ device: 'late', measurement: 'press', epoch, tick, values: { temperature: 100 - epoch } });
    // All of them come in time: none lies behind a sample of the next owner.
    await publishSamples(connection, [sample(7, 1)]);
    await publishSamples(connection, [sample(7, 2)]);
    const giveBack = await takenByAnotherWriter(2);
    await publishSamples(connection, [sample(9, 2)]);
    await publishSamples(connection, [sample(9, 3)]);
    const writer = await startWriter(nats, settings);
    await eventually(async () => (await exported('late')).some(([tick]) => tick === 3), {
      what: 'the samples of the next owner',
    });
    giveBack();
    await untilAllAcked(connection);
    expect(await exported('late')).toEqual([
      [1, 93],
      [2, 91],
      [3, 91],
    ]);
    expect(await writer.stop({ graceMs: 25_000 })).toEqual({ code: 0, signal: null });
  });

  it('has each value once, however often all of SAMPLES is replayed', async () => {
    const samples = Array.from({ length: 50 }, (_, tick) =>
      sampleOf({ device: 'replayed', measurement: 'press', session: 'replayed', tick }),
    );
    await publishSamples(connection, samples);
    const counted = async () => {
      await victoria.flush();
      const query = new URLSearchParams({
        query: 'sum(count_over_time(press_temperature{device="replayed"}[1h]))',
        time: new Date(firstTimeMs + 1_800_000).toISOString(),
        nocache: '1',
      });
      const answer = await fetch(`${victoria.url}/api/v1/query?${query}`);
      const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
      return Number(data.result[0]?.value[1] ?? 0);
    };
    for (let replay = 0; replay < 3; replay += 1) {
      const writer = await startWriter(nats, settings);
      await untilAllAcked(connection);
      expect(await counted()).toBe(samples.length);
      await writer.stop();
      await askBroker(connection.nc, `$JS.API.CONSUMER.DELETE.${streamNames.samples}.${durableNames.writer}`);
    }
  });
});
