import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { SampleStream } from '@holdfast/shared/jetstream/samples/sample-stream.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { SampleOutbox } from '../../services/collector/src/sending/sample-outbox.ts';
import { sampleToSend } from '../../services/collector/src/sending/testing/sample-to-send.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { natsForTest } from '../support/nats-for-test.ts';

const mebibyte = 1024 * 1024;

describe('samples that are too large for a real broker', () => {
  it('are misses that say so, whether the server or the stream refuses them, and all others arrive', async () => {
    const server = await natsForTest();
    const log = createLogger('test', 'silent');
    const connection = await connectNats({ url: server.url, name: 'outbox-test', log });
    cleanUpAfterFile(connection.close);
    await ensureStreams(connection.nc, {
      sessionsMaxBytes: 2 * mebibyte,
      samplesMaxBytes: 8 * mebibyte,
      samplesMaxAgeHours: 1,
      replicas: 1,
    });
    const jsm = await jetstreamManager(connection.nc);
    await jsm.streams.update('SAMPLES', { max_msg_size: 500_000 });
    const samples = await SampleStream.open(connection.nc);
    const outbox = new SampleOutbox({
      send: (sample) => samples.publish(sample),
      wasStored: (sample, after) => samples.wasStored(sample, after),
      tooLarge: SampleStream.tooLarge,
      isBrokerUp: connection.isUp,
      maxWaiting: 100,
      timers: systemTimers,
      log,
    });
    const ofLength = (tick: number, length: number): Sample => ({
      ...sampleToSend(tick),
      values: { text: 'x'.repeat(length) },
    });
    for (const [index, length] of [10, 600_000, 10, 1_100_000, 10, 400_000].entries()) {
      outbox.push(ofLength(index + 1, length));
    }
    expect(await outbox.flush(20_000)).toBe(0);
    expect(outbox.health()).toMatchObject({ tooLarge: 2, dropped: 0 });
    const samplesInStream: Sample[] = [];
    for await (const { data } of readStream(connection.nc, 'SAMPLES')) samplesInStream.push(JSON.parse(data));
    const summaries = samplesInStream
      .sort((a, b) => a.tick - b.tick)
      .map(({ tick, values, miss }) => [
        tick,
        values !== undefined,
        miss?.cause,
        inEnglish(miss?.detail ?? ''),
      ]);
    expect(summaries).toEqual([
      [1, true, undefined, ''],
      [2, false, 'too_large', expect.stringContaining('raise max_msg_size of the stream SAMPLES')],
      [3, true, undefined, ''],
      [
        4,
        false,
        'too_large',
        expect.stringMatching(/has 11\d{5} bytes and may have 1047552 at most: raise max_payload/),
      ],
      [5, true, undefined, ''],
      [6, true, undefined, ''],
    ]);
  });
});
