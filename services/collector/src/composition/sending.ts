import type { CollectorLoad } from '@holdfast/shared/contracts/collector-load.ts';
import type { OutgoingSample, Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { SampleStream } from '@holdfast/shared/jetstream/samples/sample-stream.ts';
import { SentStream } from '@holdfast/shared/jetstream/streams/sent-stream.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type { PublishObserver } from '../adapters/collector-metrics.ts';
import { publishOutboxStatus } from '../adapters/publish-outbox-status.ts';
import type { CollectorConfig } from '../config.ts';
import { gatherMs } from '../sending/gather.ts';
import { LastKnownSamples } from '../sending/last-known-samples.ts';
import { reportOutbox } from '../sending/outbox-report.ts';
import { RecoveredSessions } from '../sending/recovered-sessions.ts';
import { SampleOutbox } from '../sending/sample-outbox.ts';
import { SentBook } from '../sending/sent-book.ts';
import type { Settled } from '../sending/unconfirmed-sample.ts';
import type { Broker } from './broker.ts';
import { openSpooling } from './spooling.ts';

interface SendingParts {
  readonly broker: Broker;
  readonly instance: string;
  readonly publishes: PublishObserver;
  readonly load: () => CollectorLoad;
}

export type Sending = Awaited<ReturnType<typeof openSending>>;

/** The way of samples to the broker, through memory and the spool. */
export async function openSending(
  config: CollectorConfig,
  { broker, instance, publishes, load }: SendingParts,
  context: ServiceContext,
) {
  const { log, onStop } = context;
  const { connection, nc } = broker;
  const samples = await SampleStream.open(nc);
  const sentStream = new SentStream(nc, config.COLLECTOR_ID);
  const sentBook = new SentBook({
    publish: (taskId, sender, record) => sentStream.publish(taskId, sender, record),
    instance,
    isBrokerUp: connection.isUp,
    clock: systemClock,
    timers: systemTimers,
    log,
  });
  const recoveries = new RecoveredSessions({ log, nowMs: () => systemClock.wallMs() });
  /** Publishes a sample that the outbox has taken; metrics and records learn here what became of it. */
  const send = (sample: OutgoingSample) =>
    samples.publish(sample).then(
      (sequence) => {
        publishes.confirmed();
        sentBook.note(sample);
        recoveries.confirmed(sample);
        return sequence;
      },
      (error: unknown) => {
        publishes.failed(error);
        throw error;
      },
    );
  const wasStored = async (sample: Sample, afterSequence: number) => {
    const isThere = await samples.wasStored(sample, afterSequence);
    if (isThere) sentBook.note(sample);
    return isThere;
  };
  const common = {
    send,
    wasStored,
    tooLarge: SampleStream.tooLarge,
    maxWaiting: config.SAMPLE_BUFFER_MAX,
    later: (run: () => void) => void setTimeout(run, gatherMs),
    timers: systemTimers,
    log,
  };
  const outbox = new SampleOutbox({
    ...common,
    firstAfter: await samples.lastSequence(),
    isBrokerUp: () => connection.isUp() && !spooling.isAdopting(),
    awaitsSpool: config.SPOOL_MAX_BYTES > 0,
  });
  const createOutbox = async () =>
    new SampleOutbox({
      ...common,
      firstAfter: await samples.lastSequence(),
      isBrokerUp: connection.isUp,
      awaitsSpool: true,
    });
  const spooling = await openSpooling(config, { broker, instance, outbox, createOutbox }, context);
  connection.onReconnect(() => outbox.resume());
  onStop(
    'outbox status',
    await publishOutboxStatus({
      ...{ connection, collectorId: config.COLLECTOR_ID, log },
      health: () => outbox.health(),
      load,
      adopted: spooling.adopted,
    }),
  );
  const stopReport = reportOutbox({
    health: () => outbox.health(),
    worthTelling: Math.min(1_000, Math.floor(config.SAMPLE_BUFFER_MAX / 2)),
    timers: systemTimers,
    log,
  });
  onStop('sample report', async () => stopReport());
  const lastKnown = new LastKnownSamples(samples);
  return {
    lastKnown,
    sentBook,
    recoveries,
    push: (sample: OutgoingSample, settled?: Settled) => {
      lastKnown.note(sample);
      outbox.push(sample, settled);
    },
    health: () => outbox.health(),
    flush: async (timeoutMs: number) => {
      await outbox.flush(timeoutMs);
    },
    leaseHeld: spooling.leaseHeld,
    leaseTaken: spooling.leaseTaken,
    /** @returns how many samples are neither confirmed nor on disk */
    close: async (timeoutMs: number) => {
      await spooling.stop();
      return outbox.close(timeoutMs);
    },
  };
}
