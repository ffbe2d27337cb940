import type { StorableSample } from '@holdfast/sample-store/sample-store.ts';
import { tickEntry } from '@holdfast/sample-store/tick-coverage.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { parsePublishedSubject } from '@holdfast/shared/contracts/subjects.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { News } from '@holdfast/shared/runtime/news.ts';
import type { Claim } from '../admission/admission.ts';
import { firstPlace } from '../admission/first-place.ts';
import { type Gate, type GateVerdict, sourceOf } from '../admission/gate.ts';
import type { PostponedSamples } from '../admission/postponed-samples.ts';
import type { EpochFence } from '../fencing/epoch-fence.ts';
import { type IsEpochOf, learnFromStore } from '../fencing/learn-from-store.ts';
import type { Rejection } from '../health/rejections.ts';
import type { SinkMonitor } from '../health/sink-monitor.ts';
import type { WrittenAccount } from '../health/written-account.ts';
import type { Acknowledge, Postpone, PutAway, SampleMessage, Unstorable } from '../ports.ts';
import type { PatientStore } from '../retry/patient-store.ts';
import {
  type AdmittedMessage,
  type DecodedMessage,
  decodeBatch,
  type SortedOut,
  sortOut,
  type UndecodableMessage,
} from './sort-out.ts';
import { quarantinedTick } from './tick-of-message.ts';
import { type PartsWritten, writeInParts } from './write-in-parts.ts';

/** Most messages that are put into QUARANTINE, recorded and acknowledged together. */
const quarantinedTogether = 100;
/** How often a publisher of rejected samples is named in the log, however many sessions it makes up. */
const rejectedLoudEveryMs = 60_000;

export interface BatchHandlerOptions<M extends SampleMessage> {
  /** The store itself records what became of the samples that it takes. */
  readonly store: PatientStore;
  readonly gate: Gate;
  readonly fence: EpochFence;
  readonly postpone: Postpone<M>;
  /** The samples for which the store still makes room. */
  readonly withoutRoom: PostponedSamples;
  readonly putAway: PutAway;
  readonly acknowledge: Acknowledge<M>;
  /** Until when the holder of an epoch held its session, see `HoldingEnds`; asks until it is answered. */
  readonly heldUntil: (sample: Pick<Sample, 'task' | 'epoch'>, signal: AbortSignal) => Promise<number>;
  readonly account: WrittenAccount;
  readonly monitor: Pick<SinkMonitor, 'wrote'>;
  readonly clockToleranceMs: number;
  /** A sample's points in the configuration; only where the store keeps them with each value. */
  readonly labelsOf?: (sample: Sample) => StorableSample['labels'] | undefined;
  readonly log: Logger;
}

interface JudgedBatch<M> {
  readonly admitted: AdmittedMessage<M>[];
  /** Sent by their holder, but no samples that this release can read. */
  readonly unreadable: UndecodableMessage<M>[];
  readonly rejected: {
    readonly message: M;
    readonly sample?: Sample;
    readonly claim: Claim | undefined;
    readonly reason: string;
    readonly isLost: boolean;
    readonly lostEpoch?: number | undefined;
  }[];
  readonly early: M[];
}

/** Adds to the sample itself, which nothing else uses. */
function addLabels(sample: { labels?: StorableSample['labels'] }, labels: StorableSample['labels']): void {
  if (labels) sample.labels = labels;
}

/** The verdict on a message that does not even say which session it is from. */
const nobodys = { kind: 'rejected', reason: '', isLost: false } as const;

function whyOf(
  { reason }: { readonly reason: string },
  verdict: Extract<GateVerdict, { kind: 'rejected' }>,
): string {
  return verdict.reason === '' ? reason : `${reason}; ${verdict.reason}`;
}

/**
 * Takes batches of SAMPLES where they belong: into the store, into QUARANTINE or, when fenced, nowhere; and records
 * what became of each tick. A message is acknowledged only after that. Safe to repeat.
 */
export class BatchHandler<M extends SampleMessage> {
  readonly #options: BatchHandlerOptions<M>;
  readonly #fencedOwners = new News();
  readonly #doubtedClocks = new News();
  readonly #rejectedSources = new News(rejectedLoudEveryMs);
  /** The next batch is sorted out while one is with the database. Sorting follows the order of the stream. */
  #sorting: Promise<unknown> = Promise.resolve();

  constructor(options: BatchHandlerOptions<M>) {
    this.#options = options;
  }

  /**
   * Begins batches in the order of its calls; several may be under way.
   * @throws StoppedWhileTrying when `signal` came first; messages that were not acknowledged are to be delivered again
   */
  async handle(messages: readonly M[], signal: AbortSignal): Promise<void> {
    const { account, postpone } = this.#options;
    const { decoded, undecodable } = decodeBatch(messages);
    const sorted = this.#sorting.then(async () => {
      const admission = await this.#admit(decoded, undecodable, signal);
      return { ...admission, ...(await this.#sortOut(admission.admitted, signal)) };
    });
    this.#sorting = sorted.catch(() => undefined);
    const { storable, uncertain, fenced, untimely, unreadable, rejected, early } = await sorted;
    postpone(early);
    this.#tellOfClocks(uncertain);
    const { written, refused, later } = await this.#write(storable, signal);
    const outOfPatience = this.#postponeSome(later, written);
    // Acknowledge the good ones first: the others must not hold them up.
    await this.#acknowledge(written.map(({ message }) => message));
    account.uncertain(uncertain.length);
    account.written(written);
    account.refused(refused);

    this.#tellOfFenced(fenced);
    // Fenced samples that were sent again by hand must not vanish: they go to quarantine.
    const sentAgain = fenced.filter(({ message }) => firstPlace(message) !== undefined);
    await this.#reject(
      fenced.filter((entry) => !sentAgain.includes(entry)),
      signal,
    );
    const unstorable: Unstorable<M>[] = [
      ...unreadable,
      ...untimely,
      ...outOfPatience,
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
      ...(await this.#turnAway(rejected)),
    ];
    await this.#quarantine(unstorable, signal);
  }

  /** @returns those that can wait no longer: they would take the places of messages that can be stored */
  #postponeSome(later: SortedOut<M>['storable'], written: SortedOut<M>['storable']): Unstorable<M>[] {
    const { withoutRoom, postpone } = this.#options;
    if (withoutRoom.hasAny()) for (const { message } of written) withoutRoom.settled(message.seq);
    if (later.length === 0) return [];
    const waiting = new Set(
      later.filter(({ message }) => withoutRoom.mayWait(message.seq, sourceOf(message))),
    );
    postpone([...waiting].map(({ message }) => message));
    return later
      .filter((entry) => !waiting.has(entry))
      .map(({ message, sample }) => ({
        ...{ message, sample },
        reason: 'too many samples wait for tables of days long ago: send it again later',
      }));
  }

  /** Separates messages of their holder from those of others, and from those that cannot be distinguished yet. */
  async #admit(
    decoded: readonly DecodedMessage<M>[],
    undecodable: readonly UndecodableMessage<M>[],
    signal: AbortSignal,
  ): Promise<JudgedBatch<M>> {
    const { gate } = this.#options;
    const claimed = [
      ...decoded.map(({ message, sample }) => ({ message, claim: sample })),
      ...undecodable.flatMap(({ message, claim }) => (claim ? { message, claim } : [])),
    ];
    const verdicts = await gate.judge(claimed, signal);
    const parted: JudgedBatch<M> = { admitted: [], unreadable: [], rejected: [], early: [] };
    decoded.forEach((entry, index) => {
      const verdict = verdicts[index] as GateVerdict;
      if (verdict.kind === 'admitted') {
        const { isVerified, sinceMs } = verdict;
        parted.admitted.push({ ...entry, isVerified, sinceMs });
      } else if (verdict.kind === 'early') parted.early.push(entry.message);
      else parted.rejected.push({ ...entry, claim: entry.sample, ...verdict });
    });
    let at = decoded.length;
    for (const entry of undecodable) {
      const verdict: GateVerdict = entry.claim ? (verdicts[at++] as GateVerdict) : nobodys;
      if (verdict.kind === 'admitted') parted.unreadable.push(entry);
      else if (verdict.kind === 'early') parted.early.push(entry.message);
      else parted.rejected.push({ ...entry, isLost: verdict.isLost, reason: whyOf(entry, verdict) });
    }
    return parted;
  }

  async #sortOut(admitted: readonly AdmittedMessage<M>[], signal: AbortSignal): Promise<SortedOut<M>> {
    const { fence, store, gate, clockToleranceMs, labelsOf } = this.#options;
    const samples = admitted.map(({ sample }) => sample);
    const isEpochOf: IsEpochOf = (session, epoch) => gate.isEpochOf(session, epoch, signal);
    await learnFromStore(fence, samples, { store, isEpochOf, signal });
    const sorted = sortOut(admitted, fence, clockToleranceMs);
    if (labelsOf) for (const { sample } of sorted.storable) addLabels(sample, labelsOf(sample));
    return sorted;
  }

  async #write(
    storable: SortedOut<M>['storable'],
    signal: AbortSignal,
  ): Promise<PartsWritten<SortedOut<M>['storable'][number]>> {
    const { store, fence, monitor } = this.#options;
    const startedAt = performance.now();
    const parts = await writeInParts(storable, (entries) => {
      // Checked before each attempt: a successor may have begun while the database was unavailable.
      const samples = () =>
        entries.map(({ sample }) => {
          (sample as { overtaken?: boolean }).overtaken = sample.epoch < fence.highest(sample.session);
          return sample;
        });
      return store.write(samples, signal);
    });
    if (storable.length > 0) monitor.wrote(performance.now() - startedAt, Date.now());
    return parts;
  }

  /**
   * Records fenced ticks. Those lost in a full buffer stay lost, whoever holds the session now. A former holder's word
   * does not count for ticks that have not come yet, or that came when another held the session.
   */
  async #reject(fenced: SortedOut<M>['fenced'], signal: AbortSignal): Promise<void> {
    const { store, account, heldUntil } = this.#options;
    const untilMs = new Map<number, number>();
    for (const { sample } of fenced) {
      if (!untilMs.has(sample.epoch)) untilMs.set(sample.epoch, await heldUntil(sample, signal));
    }
    const ticks = fenced.flatMap(({ message, sample }) => {
      const entry = tickEntry(sample, sample.miss?.cause === 'buffer_full' ? 'buffer_full' : 'fenced');
      const endMs = Math.min(message.time.getTime(), untilMs.get(sample.epoch) ?? 0);
      const to = Math.min(entry.to, Math.floor(endMs / entry.periodMs));
      return entry.from <= to ? [{ ...entry, to }] : [];
    });
    await store.record(ticks, signal);
    await this.#acknowledge(fenced.map(({ message }) => message));
    account.fenced(fenced.length);
  }

  /** @returns the messages to keep for people to look at; the rest are only counted */
  async #turnAway(rejected: JudgedBatch<M>['rejected']): Promise<Unstorable<M>[]> {
    const quarantined: Unstorable<M>[] = [];
    const countedOnly: M[] = [];
    for (const { message, sample, claim, reason, isLost, lostEpoch } of rejected) {
      const session = claim?.session ?? '';
      const first = firstPlace(message);
      const source = parsePublishedSubject(first?.subject ?? message.subject)?.source ?? '';
      this.#tellOfRejected({ session, source, reason });
      // Messages that were sent again by hand must not vanish.
      const isKept =
        this.#options.account.rejected({ session, source, reason, isLost }) || first !== undefined;
      if (isKept)
        quarantined.push({ message, ...(sample && { sample }), reason, lostEpoch, isNobodys: true });
      else countedOnly.push(message);
    }
    await this.#acknowledge(countedOnly);
    return quarantined;
  }

  /**
   * Puts messages into QUARANTINE. A tick of which a part is stored is already recorded as stored, and a message that
   * is not from its holder says nothing about any tick.
   */
  async #quarantine(unstorable: readonly Unstorable<M>[], signal: AbortSignal): Promise<void> {
    const { store, putAway, account } = this.#options;
    for (let from = 0; from < unstorable.length; from += quarantinedTogether) {
      const some = unstorable.slice(from, from + quarantinedTogether);
      await Promise.all(some.map((item) => putAway(item, signal)));
      const ticks = some.flatMap(({ message, codes, isNobodys }) =>
        codes || isNobodys ? [] : (quarantinedTick(message) ?? []),
      );
      await store.record(ticks, signal);
      await this.#acknowledge(some.map(({ message }) => message));
      account.quarantined(some.length);
    }
  }

  async #acknowledge(messages: readonly M[]): Promise<void> {
    const { acknowledge, log } = this.#options;
    if (await acknowledge(messages)) return;
    log.warn({ messages: messages.length }, 'the broker did not confirm acks; those messages may come again');
  }

  #tellOfRejected({ session, source, reason }: Omit<Rejection, 'isLost'>): void {
    if (!this.#rejectedSources.isNew(source)) return;
    this.#options.log.warn(
      { session: session.slice(0, 100), source, reason },
      'samples that are not those of the session’s holder are turned away',
    );
  }

  #tellOfFenced(fenced: SortedOut<M>['fenced']): void {
    for (const { sample, fencedBy } of fenced) {
      const { session, epoch, collector } = sample;
      if (!this.#fencedOwners.isNew(`${session}/${epoch}`)) continue;
      this.#options.log.warn(
        { session, epoch, fenced_by: fencedBy, collector },
        'rejecting samples of a collector that does not hold the session any more',
      );
    }
  }

  #tellOfClocks(uncertain: SortedOut<M>['uncertain']): void {
    const { clockToleranceMs, log } = this.#options;
    for (const { sample, clockAheadMs } of uncertain) {
      const { collector, session } = sample;
      if (!this.#doubtedClocks.isNew(collector)) continue;
      log.warn(
        { collector, clock_ahead_ms: clockAheadMs, tolerance_ms: clockToleranceMs, session },
        'the clocks of this collector and of the broker differ too much; its samples are marked as uncertain',
      );
    }
  }
}
