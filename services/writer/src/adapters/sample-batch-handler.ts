import {
  type Refusal,
  type SampleStore,
  SampleStoreUnavailable,
  type StorableSample,
} from '@holdfast/sample-store/sample-store.ts';
import { type TickCoverage, type TickEntry, tickEntry } from '@holdfast/sample-store/tick-coverage.ts';
import { ackAll, type JsMsg } from '@holdfast/shared/jetstream/consume/consume-batches.ts';
import type { Quarantine } from '@holdfast/shared/jetstream/samples/quarantine.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import {
  longestAskedPauseMs,
  StoppedWhileTrying,
  untilItWorks,
} from '@holdfast/shared/runtime/until-it-works.ts';
import { firstSequence } from '../batch/first-sequence.ts';
import { type DecodedMessage, decodeBatch, type SortedOut, sortOut } from '../batch/sort-out.ts';
import { quarantinedTick } from '../batch/tick-of-message.ts';
import { writeInParts } from '../batch/write-in-parts.ts';
import type { WriterCounters } from '../batch/writer-counters.ts';
import type { EpochFence } from '../fencing/epoch-fence.ts';
import type { RefusedDevices } from '../health/refused-devices.ts';
import type { SinkMonitor } from '../health/sink-monitor.ts';
import { writerOutage } from '../retry/writer-outage.ts';
import { type PutAway, quarantineFor } from './put-away.ts';

/** Messages that are put into QUARANTINE, on record and acknowledged together. */
const quarantinedTogether = 100;

export interface SampleBatchHandlerParts {
  readonly store: SampleStore;
  /** The store itself records what became of the samples that it takes; this is for all others. */
  readonly coverage: Pick<TickCoverage, 'record'> | undefined;
  readonly fence: EpochFence;
  readonly quarantine: Quarantine;
  readonly counters: WriterCounters;
  readonly monitor: SinkMonitor;
  readonly refusedDevices: RefusedDevices;
  readonly clockToleranceMs: number;
  readonly log: Logger;
}

/**
 * Takes one batch of SAMPLES to where it belongs: into the store, into QUARANTINE, or, fenced, nowhere, and what
 * became of each tick on record. Everything is acknowledged only then. Safe to repeat.
 */
export function sampleBatchHandler(parts: SampleBatchHandlerParts) {
  const { store, coverage, fence, counters, monitor, refusedDevices, clockToleranceMs, log } = parts;
  const storeOutage = writerOutage(log, 'the database');
  const coverageOutage = writerOutage(log, 'the record of ticks');
  const putAway = quarantineFor(parts.quarantine, log);
  const fencedOwners = new Set<string>();
  const doubtedClocks = new Set<string>();

  // Asked of one batch, it holds for all of them: the others would knock at once.
  let leftAloneUntilMs = 0;

  // While one batch is with the database the next one is sorted out; that goes by the order of the stream.
  let sorting: Promise<unknown> = Promise.resolve();

  return async (messages: JsMsg[], signal: AbortSignal): Promise<void> => {
    const { decoded, undecodable } = decodeBatch(messages);
    const sorted = sorting.then(async () => {
      await learnWhatOthersStored(decoded, signal);
      return sortOut(decoded, fence, clockToleranceMs);
    });
    sorting = sorted.catch(() => undefined);
    const { storable, uncertain, fenced } = await sorted;
    tellOfClocks(uncertain);
    const startedAt = performance.now();
    const { written, refused } = await writeInParts(storable, (entries) =>
      untilStoreAnswers(
        'write',
        () => store.write(entries.map(({ sample }) => markOvertaken(sample))),
        signal,
      ),
    );
    if (storable.length > 0) monitor.wrote(performance.now() - startedAt, Date.now());
    // The good ones first: what becomes of the others must not hold them up.
    await acknowledge(written.map((entry) => entry.message));
    counters.samplesUncertain += uncertain.length;
    countWritten(written);
    countRefused(refused);

    tellOfFenced(fenced);
    // Samples sent again by hand do not vanish.
    const sentAgain = fenced.filter(({ message }) => firstSequence(message) !== undefined);
    const rejected = fenced.filter((entry) => !sentAgain.includes(entry));
    await record(
      // Ticks lost in a full buffer stay lost, whoever holds the session now.
      rejected.map(({ sample }) =>
        tickEntry(sample, sample.miss?.cause === 'buffer_full' ? 'buffer_full' : 'fenced'),
      ),
      signal,
    );
    await acknowledge(rejected.map((entry) => entry.message));
    counters.samplesFenced += rejected.length;

    await quarantine(
      [
        ...undecodable,
        ...refused.map(({ item, refusal: { codes, reason } }) => ({
          ...item,
          ...(codes === 'all' ? {} : { codes }),
          reason: `the database refused ${codes === 'all' ? 'it' : 'part of it'}: ${reason}`,
        })),
        ...sentAgain.map(({ message, sample, fencedBy }) => ({
          message,
          sample,
          reason: `it was first published after the session had gone on under epoch ${fencedBy}`,
        })),
      ],
      signal,
    );
  };

  /** The tick of a message of which a part is stored is on record as stored. */
  async function quarantine(bad: readonly PutAway[], signal: AbortSignal): Promise<void> {
    for (let from = 0; from < bad.length; from += quarantinedTogether) {
      const some = bad.slice(from, from + quarantinedTogether);
      await Promise.all(some.map((item) => putAway(item, signal)));
      const ticks = some.flatMap(({ message, codes }) =>
        codes ? [] : (quarantinedTick(message.string()) ?? []),
      );
      await record(ticks, signal);
      await acknowledge(some.map(({ message }) => message));
      counters.messagesQuarantined += some.length;
    }
  }

  function countWritten(written: readonly { readonly sample: StorableSample }[]): void {
    counters.samplesWritten += written.length;
    for (const { sample } of written) {
      counters.valuesWritten += valueCount(sample);
      refusedDevices.stored(sample);
    }
  }

  function countRefused(refused: readonly { readonly refusal: Refusal }[]): void {
    for (const { refusal } of refused) {
      const { sample, codes } = refusal;
      const count = codes === 'all' ? valueCount(sample) : codes.length;
      counters.valuesQuarantined += count;
      if (codes !== 'all') {
        counters.samplesWritten += 1;
        counters.valuesWritten += valueCount(sample) - count;
      }
      refusedDevices.refused(refusal, Date.now());
    }
  }

  /** Before each attempt: a successor may have begun while the database was away. */
  function markOvertaken(sample: StorableSample): StorableSample {
    (sample as { overtaken?: boolean }).overtaken = sample.epoch < fence.highest(sample.session);
    return sample;
  }

  /** A look says nothing of writing, which may go elsewhere (values into InfluxDB, epochs into PostgreSQL). */
  function untilStoreAnswers<T>(
    what: 'write' | 'look',
    attempt: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    let failed = false;
    const whenWelcome = async (): Promise<T> => {
      while (performance.now() < leftAloneUntilMs) {
        await pause(systemTimers, leftAloneUntilMs - performance.now(), signal);
        if (signal.aborted) throw new StoppedWhileTrying('stopped while the database wants to be left alone');
      }
      return attempt();
    };
    return untilItWorks(whenWelcome, {
      signal,
      isTemporary: (error) => error instanceof SampleStoreUnavailable,
      askedPauseMs: (error) => (error instanceof SampleStoreUnavailable ? error.retryAfterMs : undefined),
      outage: {
        failed: (error) => {
          failed = true;
          counters.failedWrites += 1;
          storeOutage.failed(error);
          monitor.failed(error, Date.now());
          const askedMs = error instanceof SampleStoreUnavailable ? (error.retryAfterMs ?? 0) : 0;
          const untilMs = performance.now() + Math.min(askedMs, longestAskedPauseMs);
          leftAloneUntilMs = Math.max(leftAloneUntilMs, untilMs);
        },
        worked: () => {
          if (what === 'look' && !failed) return;
          storeOutage.worked();
          monitor.worked();
        },
      },
    });
  }

  /**
   * Another writer may have stored the first sample of a new owner. What it has in hand at this very moment is not
   * seen; where both then store the same tick, the database keeps the higher epoch.
   */
  async function learnWhatOthersStored(
    decoded: readonly DecodedMessage<JsMsg>[],
    signal: AbortSignal,
  ): Promise<void> {
    const known = new Map<string, number>();
    for (const { sample } of decoded) {
      if (!known.has(sample.session)) known.set(sample.session, fence.highest(sample.session));
    }
    if (known.size === 0) return;
    const starts = await untilStoreAnswers('look', () => store.epochStarts(known), signal);
    for (const { session, epoch } of starts) fence.know(session, epoch);
    await learnFirstTicks(decoded, signal);
  }

  /** Asked only where samples of a former owner are among them; one that is followed in this very batch lies before its successor. */
  async function learnFirstTicks(
    decoded: readonly DecodedMessage<JsMsg>[],
    signal: AbortSignal,
  ): Promise<void> {
    const former = decoded.flatMap(({ sample }) =>
      sample.epoch < fence.highest(sample.session) ? [sample] : [],
    );
    if (former.length === 0) return;
    const found = await untilStoreAnswers('look', () => store.firstTicks(former), signal);
    for (const { session, device, ...first } of found) fence.knowFirstTick(session, device, first);
  }

  async function acknowledge(messages: readonly JsMsg[]): Promise<void> {
    if (await ackAll(messages)) return;
    log.warn({ messages: messages.length }, 'the broker did not confirm acks; those messages may come again');
  }

  async function record(entries: readonly TickEntry[], signal: AbortSignal): Promise<void> {
    if (coverage === undefined || entries.length === 0) return;
    await untilItWorks(() => coverage.record(entries), {
      signal,
      isTemporary: (error) => error instanceof SampleStoreUnavailable,
      outage: coverageOutage,
    });
  }

  /** Loud once for each former owner: it may go on for long. */
  function tellOfFenced(fenced: SortedOut<JsMsg>['fenced']): void {
    for (const { sample, fencedBy } of fenced) {
      const owner = `${sample.session}/${sample.epoch}`;
      if (fencedOwners.has(owner)) continue;
      fencedOwners.add(owner);
      log.warn(
        {
          session: sample.session,
          epoch: sample.epoch,
          fenced_by: fencedBy,
          collector: sample.collector,
        },
        'rejecting samples of a collector that does not hold the session any more',
      );
    }
  }

  /** Loud once for each collector: it may go on for long. */
  function tellOfClocks(uncertain: SortedOut<JsMsg>['uncertain']): void {
    for (const { sample, clockAheadMs } of uncertain) {
      if (doubtedClocks.has(sample.collector)) continue;
      doubtedClocks.add(sample.collector);
      log.warn(
        {
          collector: sample.collector,
          clock_ahead_ms: clockAheadMs,
          tolerance_ms: clockToleranceMs,
          session: sample.session,
        },
        'the clocks of this collector and of the broker differ too much; its samples are marked as uncertain',
      );
    }
  }
}

function valueCount(sample: Pick<StorableSample, 'values' | 'plainValues' | 'integers'>): number {
  const { plainValues, integers } = sample;
  let count = plainValues?.count ?? 0;
  if (plainValues === undefined) for (const _ in sample.values) count += 1;
  for (const _ in integers) count += 1;
  return count;
}
