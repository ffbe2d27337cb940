import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { readSentMessages, SentStream } from '@holdfast/shared/jetstream/streams/sent-stream.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import {
  victoriaMetricsForTest,
  victoriaMetricsIsInstalled,
} from '@holdfast/test/support/victoria-metrics-for-test.ts';
import { describe, expect, it } from 'vitest';
import { ticks } from './stored-values.ts';
import { connectTo, publishSamples, sampleOf, startWriter, untilLogged } from './writer-under-test.ts';

describe.skipIf(!victoriaMetricsIsInstalled())('a writer that puts no ticks on record', () => {
  it('leaves nothing in SENT that would be called lost once DATABASE_URL is set', async () => {
    const nats = await natsForTest();
    const victoria = await victoriaMetricsForTest();
    const connection = await connectTo(nats);
    const settings = { SAMPLE_STORE: 'influx', INFLUX_URL: victoria.url, INFLUX_TOKEN: 'any' };
    const writer = await startWriter(nats, settings);
    await untilLogged(writer, 'writing samples');
    const [placed] = await publishSamples(
      connection,
      ticks(5).map((tick) => sampleOf({ tick })),
    );
    const { session, epoch, collector, device, period_ms } = placed as Sample;
    await new SentStream(connection.nc, 'collector-1').publish('task-1', 'one-1', {
      ...{ v: 1, session, epoch, collector, ended: true },
      devices: [{ device, period_ms, since_tick: 0, tick: 4 }],
    });
    await eventually(async () => (await readSentMessages(connection.nc, 0)).messages.length === 0, {
      what: 'nothing to be left in SENT',
    });
    expect(await writer.stop({ graceMs: 25_000 })).toEqual({ code: 0, signal: null });
  });
});
