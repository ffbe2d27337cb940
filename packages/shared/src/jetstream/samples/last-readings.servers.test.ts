import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { PlacedSamples } from '@holdfast/test/support/placed-samples.ts';
import { expect, it } from 'vitest';
import type { Sample } from '../../contracts/sample/sample.ts';
import { createLogger } from '../../runtime/logger.ts';
import { connectNats } from '../connection/connect.ts';
import { jetStreamEpochs } from '../sessions/logged-at.ts';
import { ensureStreams } from '../streams/streams.ts';
import { lastReadings } from './last-readings.ts';
import { SampleStream } from './sample-stream.ts';

it('the last reading of a device is its last holder’s, whatever a former one publishes', async () => {
  const { url } = await natsForTest();
  const { nc, close } = await connectNats({ url, name: 'test', log: createLogger('test', 'silent') });
  const streams = { sessionsMaxBytes: 2 ** 21, samplesMaxBytes: 2 ** 22, samplesMaxAgeHours: 5, replicas: 1 };
  await ensureStreams(nc, streams);
  const placed = new PlacedSamples(nc);
  const of = async (task: string, collector: string): Promise<Sample> => {
    const about = { session: `${task}-1`, task, collector, epoch: 1, device_id: 'd1', device: 'press-1' };
    const time = { tick: 1, period_ms: 1_000, time: 1_000, read_at: 1_005 };
    const first = {
      v: 1,
      ...about,
      site: '',
      measurement: 'press-1',
      ...time,
      values: { count: 1 },
    } as const;
    return { ...first, epoch: await placed.epochOf(first) };
  };
  const [former, last, ofOther] = [await of('7', 'a'), await of('7', 'b'), await of('8', 'c')];
  const samples = await SampleStream.open(nc);
  const epochs = jetStreamEpochs(() => nc);
  /** With many more devices, another way of asking is used. */
  const readings = async (more: readonly string[]) =>
    (await lastReadings(nc, ['d1', ...more], epochs)).map(({ collector, tick }) => `${collector} ${tick}`);
  const many = Array.from({ length: 40 }, (_, index) => `none-${index}`);

  await samples.publish({ ...last, tick: 100 });
  await samples.publish({ ...former, tick: 200 });
  expect(await readings([])).toEqual(['b 100']);
  expect(await readings(many)).toEqual(['b 100']);

  // Another task reads the device, too.
  await samples.publish({ ...ofOther, tick: 50 });
  await samples.publish({ ...last, tick: 101 });
  expect(await readings([])).toEqual(['b 101']);
  expect((await readings(many)).sort()).toEqual(['b 101', 'c 50']);
  await close();
});
