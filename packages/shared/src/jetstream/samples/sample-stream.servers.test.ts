import type { NatsServer } from '@holdfast/dev/nats-server.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { PlacedSamples } from '@holdfast/test/support/placed-samples.ts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/nats-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerCopyHeader } from '../../contracts/broker-copy.ts';
import { type Sample, sampleMessageId } from '../../contracts/sample/sample.ts';
import { streamNames } from '../../contracts/subjects.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type Connection, connectNats } from '../connection/connect.ts';
import { ensureStreams } from '../streams/streams.ts';
import { PublishRefused, PublishTooLarge, PublishUnconfirmed } from './sample-publisher.ts';
import { SampleStream } from './sample-stream.ts';

function sample(tick: number, deviceId = 'd1'): Sample {
  return {
    v: 1,
    session: '7-1',
    epoch: 2,
    collector: 'a',
    task: '7',
    device_id: deviceId,
    device: 'press-1',
    site: '',
    measurement: 'press-1',
    tick,
    period_ms: 1_000,
    time: tick * 1_000,
    read_at: tick * 1_000 + 5,
    values: { speed: 1 },
  };
}

describe('the collector’s side of SAMPLES', () => {
  let server: NatsServer;
  let connection: Connection;
  let samples: SampleStream;
  const streams = { sessionsMaxBytes: 2 ** 21, samplesMaxBytes: 2 ** 22, samplesMaxAgeHours: 5, replicas: 1 };

  beforeAll(async () => {
    server = await natsForTest();
    const log = createLogger('test', 'silent');
    connection = await connectNats({ url: server.url, name: 'samples-test', log });
    await ensureStreams(connection.nc, streams);
    samples = await SampleStream.open(connection.nc);
    // The first placement of a new log, so that epochs are as named here.
    expect(await new PlacedSamples(connection.nc).epochOf(sample(1))).toBe(2);
  });
  afterAll(() => connection.close());

  it('stores many samples at a time, each under the sequence in its acknowledgement, in order', async () => {
    const sequences = await Promise.all(
      Array.from({ length: 500 }, (_, index) => samples.publish(sample(index + 1))),
    );
    expect(sequences).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
    expect(await samples.last('7', 'd1', 2)).toMatchObject({ tick: 500 });
  });

  it('takes a repeat for what it is', async () => {
    expect(await samples.publish(sample(500))).toBe(500);
  });

  it('takes a range of lost ticks for something else than the sample of its first tick', async () => {
    const notice: Sample = {
      ...sample(500),
      values: undefined,
      through_tick: 510,
      miss: { cause: 'buffer_full', detail: '' },
    };
    expect(await samples.publish(notice)).toBe(501);
    expect(await samples.publish(notice)).toBe(501);
  });

  it('tells of a sample whether it is stored, however long ago that was', async () => {
    expect(await samples.wasStored(sample(498), 490)).toBe(true);
    expect(await samples.wasStored(sample(500), 490)).toBe(true);
    expect(await samples.wasStored(sample(511), 490)).toBe(false);
    // Behind this sequence the device has only later samples.
    expect(await samples.wasStored(sample(480), 490)).toBe(false);
    expect(await samples.wasStored(sample(1, 'unheard-of'), 0)).toBe(false);
  });

  it('is not deceived by who has used the id of a coming sample for a message of his own', async () => {
    const coming = sample(520);
    const poison = { msgID: sampleMessageId(coming) };
    const { seq } = await jetstream(connection.nc).publish('samples.evil.7.d1', 'nothing', poison);
    const ack = await samples.publish(coming);
    expect(ack).toBeGreaterThan(seq);
    const jsm = await jetstreamManager(connection.nc);
    const message = await jsm.streams.getMessage(streamNames.samples, { seq: ack });
    expect([message?.subject, message?.json()]).toEqual(['samples.a.7.d1', coming]);
    expect(await samples.wasStored(coming, seq)).toBe(true);
  });

  it('takes only a holder’s sample for the newest one, however many have been made up', async () => {
    const js = jetstream(connection.nc);
    await samples.publish(sample(530));
    const evil = { ...sample(9_999_999), collector: 'evil' };
    await js.publish('samples.evil.7.d1', JSON.stringify(evil));
    await js.publish('samples.evil.7.d1', JSON.stringify({ ...evil, collector: 'a' }));
    await js.publish('samples.evil.7.d1', JSON.stringify({ ...evil, epoch: 9_000_000 }));
    await js.publish('samples._again.7.d1', JSON.stringify(sample(3)));
    expect(await samples.last('7', 'd1', 2)).toMatchObject({ tick: 530 });
    const copied = headers();
    copied.set(brokerCopyHeader, streamNames.samples);
    await js.publish('samples.b.7.d2', JSON.stringify(sample(1, 'd2')), { headers: copied });
    expect(await samples.last('7', 'd2', 2)).toBeUndefined();
  });

  it('takes the word of the last holder, whatever a former one publishes while that one is dead', async () => {
    const placed = new PlacedSamples(connection.nc);
    const of = async (collector: string): Promise<Sample> => {
      const first = { ...sample(1, 'd9'), task: '9', session: '9-1', collector, epoch: 1 };
      return { ...first, epoch: await placed.epochOf(first) };
    };
    const [former, last] = [await of('former'), await of('last')];
    const { epoch: next } = await of('next');
    const now = Math.floor(Date.now() / former.period_ms);
    await samples.publish({ ...former, tick: 50 });
    await samples.publish({ ...last, tick: 100 });
    for (const tick of [40, 101, now, now + 1_000]) {
      await samples.publish({ ...former, tick, since_tick: 0 });
      for (const under of [last.epoch, next, next + 1])
        expect(await samples.last('9', 'd9', under)).toMatchObject({ collector: 'last', tick: 100 });
    }
    // Its own clock is ahead: what it has read is not read again.
    await samples.publish({ ...last, tick: now + 1_000 });
    expect(await samples.last('9', 'd9', next)).toMatchObject({ collector: 'last', tick: now + 1_000 });
    // The successor has never read anything.
    await samples.publish({ ...former, device_id: 'd8', tick: 70 });
    expect(await samples.last('9', 'd8', next)).toMatchObject({ collector: 'former', tick: 70 });
  });

  it('refuses at once what the broker will never take', async () => {
    const large = { ...sample(600), values: { text: '字'.repeat(400_000) } };
    const error = await samples.publish(large).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PublishTooLarge);
    expect(SampleStream.tooLarge(error, large)).toEqual({
      bytes: Buffer.byteLength(JSON.stringify(large)),
      limitBytes: 1_048_576 - 1_024,
      bound: 'max_payload of NATS',
    });
    await samples.publish({ ...sample(601), values: { text: '字'.repeat(300_000) } });
  });

  it('knows a sample that the stream itself will never take', async () => {
    const jsm = await jetstreamManager(connection.nc);
    await jsm.streams.update(streamNames.samples, { max_msg_size: 10_000 });
    const large = { ...sample(602), values: { text: 'x'.repeat(20_000) } };
    const error = await samples.publish(large).catch((caught: unknown) => caught);
    expect(SampleStream.tooLarge(error, large)).toMatchObject({
      bytes: Buffer.byteLength(JSON.stringify(large)),
      bound: 'max_msg_size of the stream SAMPLES',
    });
    expect(SampleStream.tooLarge(new PublishRefused('full', 10077), large)).toBeUndefined();
    await jsm.streams.update(streamNames.samples, { max_msg_size: -1 });
  });

  it('says that nothing was stored when no stream takes samples', async () => {
    const jsm = await jetstreamManager(connection.nc);
    await jsm.streams.delete(streamNames.samples);
    await expect(samples.publish(sample(700))).rejects.toBeInstanceOf(PublishRefused);
    await ensureStreams(connection.nc, streams);
    expect(await samples.publish(sample(700))).toBe(1);
  });

  it('leaves open what became of samples whose confirmation was lost with the connection', async () => {
    const sent = Array.from({ length: 5_000 }, (_, index) => samples.publish(sample(800 + index)));
    const [outcomes] = await Promise.all([Promise.allSettled(sent), server.kill()]);
    const open = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(open.length).toBeGreaterThan(0);
    for (const { reason } of open) expect(reason).toBeInstanceOf(PublishUnconfirmed);
    await server.restart();
    await eventually(() => connection.isUp(), { what: 'the connection to be back' });
    // A busy broker may not say in time whose a stored sample is; then it is sent once more, as an outbox does. Each is
    // stored once.
    const sendAgain = (_: unknown, index: number) =>
      eventually(
        () =>
          samples.publish(sample(800 + index)).catch((error: unknown) => {
            if (!(error instanceof PublishUnconfirmed)) throw error;
          }),
        { what: 'the answer whose message is stored' },
      );
    const again = await Promise.all(Array.from({ length: 5_000 }, sendAgain));
    expect(new Set(again).size).toBe(5_000);
    const jsm = await jetstreamManager(connection.nc);
    const { state } = await jsm.streams.info(streamNames.samples);
    expect(state.messages).toBe(5_001);
  });
});
