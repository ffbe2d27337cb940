import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { PlacedSamples } from '@holdfast/test/support/placed-samples.ts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sample } from '../../contracts/sample/sample.ts';
import { durableNames, streamNames } from '../../contracts/subjects.ts';
import { countTicks, intersection, normalise, type TickRange } from '../../domain/gaps/tick-ranges.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type Connection, connectNats } from '../connection/connect.ts';
import { ensureDurable } from '../consume/durable-consumer.ts';
import { ensureStreams } from '../streams/streams.ts';
import { SampleStream } from './sample-stream.ts';
import { type SampleBacklogWatch, watchSampleBacklog } from './watch-sample-backlog.ts';

const mebibyte = 1024 * 1024;
const devices = ['press-1', 'press-2', 'press-3'];

function sample(device: string, tick: number): Sample {
  return {
    v: 1,
    session: '7-1',
    epoch: 2,
    collector: 'a',
    task: '7',
    device_id: device,
    device,
    site: '',
    measurement: device,
    tick,
    period_ms: 1_000,
    time: tick * 1_000,
    read_at: tick * 1_000 + 5,
    values: { text: 'x'.repeat(500) },
  };
}

const rangeOf = ({ tick, through_tick }: Sample): TickRange => ({ from: tick, to: through_tick ?? tick });

describe('samples that SAMPLES drops unwritten', () => {
  let connection: Connection;
  let watch: SampleBacklogWatch;
  let samples: SampleStream;
  const losses: {
    readonly tasks?: string[];
    readonly sessions?: string[];
    readonly known_samples?: number;
  }[] = [];
  let tick = 0;

  const publish = async (ticks: number) => {
    for (let end = tick + ticks; tick < end; tick += 1) {
      await Promise.all(devices.map((device) => samples.publish(sample(device, tick))));
    }
  };
  const jsm = () => jetstreamManager(connection.nc);
  const state = async () => (await (await jsm()).streams.info(streamNames.samples)).state;
  /** Takes everything that is there, as a writer does. */
  const write = async (): Promise<Sample[]> => {
    const consumer = await jetstream(connection.nc).consumers.get(streamNames.samples, durableNames.writer);
    const published: Sample[] = [];
    for (;;) {
      const { num_pending } = await consumer.info();
      if (num_pending === 0) break;
      // No more than there are: what is asked for and not taken would be lost.
      const max_messages = Math.min(500, num_pending);
      for await (const message of await consumer.fetch({ max_messages, expires: 1_000 })) {
        published.push(message.json<Sample>());
        message.ack();
      }
    }
    return published;
  };
  beforeAll(async () => {
    const server = await natsForTest();
    const log = createLogger('test', 'silent');
    connection = await connectNats({ url: server.url, name: 'dropped-test', log });
    await ensureStreams(connection.nc, {
      sessionsMaxBytes: 2 * mebibyte,
      samplesMaxBytes: mebibyte,
      samplesMaxAgeHours: 24,
      replicas: 1,
    });
    await ensureDurable({ nc: connection.nc, stream: streamNames.samples, durable: durableNames.writer });
    samples = await SampleStream.open(connection.nc);
    const sampleByDevice = devices.map((device) => sample(device, 0));
    await new PlacedSamples(connection.nc).placed(sampleByDevice);
    Object.assign(log, {
      error: (fields: (typeof losses)[number]) => void losses.push(fields),
      warn: () => undefined,
      info: () => undefined,
    });
    watch = watchSampleBacklog({ nc: connection.nc, log, everyMs: 20 });
  });
  afterAll(async () => {
    await watch.stop();
    await connection.close();
  });

  it('are reported as misses of their sessions and ticks: what was dropped and what was written is everything, once', async () => {
    await publish(100);
    const writtenSamples = await write();
    const waiting = () => (tick - 100) * devices.length;
    const isSeen = () =>
      eventually(() => watch.current()?.waiting === waiting(), { what: 'the watch to see all of them' });
    while ((watch.current()?.shareOfStream ?? 0) < 0.85) {
      await publish(10);
      await isSeen();
    }
    // One look later the oldest are known.
    await publish(1);
    await isSeen();
    await publish(400);
    expect((await state()).first_seq).toBeGreaterThan(900);
    const messageCount = (await state()).messages;
    await eventually(() => watch.current()?.waiting === messageCount, {
      what: 'the watch to see what is left',
    });
    const notices = await eventually(
      async () => {
        writtenSamples.push(...(await write()));
        return (
          writtenSamples.filter(({ miss }) => miss?.cause === 'buffer_full').length >= devices.length &&
          writtenSamples
        );
      },
      { what: 'what was dropped to be reported' },
    );
    for (const device of devices) {
      const of = notices.filter((one) => one.device === device);
      const storedRanges = normalise(of.filter(({ miss }) => !miss).map(rangeOf));
      const dropped = normalise(of.filter(({ miss }) => miss?.cause === 'buffer_full').map(rangeOf));
      expect(normalise([...storedRanges, ...dropped])).toEqual([{ from: 0, to: tick - 1 }]);
      expect(countTicks(intersection(storedRanges, dropped))).toBe(0);
      expect(countTicks(dropped)).toBeGreaterThan(100);
      expect(await samples.last('7', device, 1)).toMatchObject({ tick: tick - 1, values: expect.anything() });
    }
    expect(losses.length).toBeGreaterThan(0);
    for (const loss of losses) expect(loss).toMatchObject({ tasks: ['7'], sessions: ['7-1'] });
    const knownSamples = losses.reduce((sum, { known_samples = 0 }) => sum + known_samples, 0);
    expect(knownSamples).toBe(watch.current()?.lostMessages);
  });
});
