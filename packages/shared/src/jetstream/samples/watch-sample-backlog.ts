import { type JetStreamManager, jetstreamManager, type StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { decodeSample, type Sample } from '../../contracts/sample/sample.ts';
import { streamNames } from '../../contracts/subjects.ts';
import {
  describeSampleCapacity,
  type SampleSize,
  sampleCapacity,
  typicalSampleSize,
} from '../../domain/sample-capacity.ts';
import type { Logger } from '../../runtime/logger.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { DroppedSamples } from './dropped-samples.ts';
import { backlogOf, type SampleBacklog, type SampleLook } from './sample-backlog.ts';
import { type HeadEntry, SampleHead } from './sample-head.ts';
import { readWriterConsumer } from './writer-consumer.ts';

/** Without `settledSequence`, which needs the stream's state from before the writer's. */
export interface WatchedBacklog extends Omit<SampleBacklog, 'settledSequence'> {
  /** Age of the oldest message as a share of the age at which the stream drops it. */
  readonly shareOfAge: number;
  /**
   * Messages that the stream has dropped before the writer saw them, since this watch began and, as far as the
   * broker still knows, before. Exact while the writer stands still; at least so many while it works.
   */
  readonly lostMessages: number;
}

export interface SampleBacklogWatch {
  /** Undefined before the first look and while the broker cannot be asked. */
  current(): WatchedBacklog | undefined;
  /** Reports dropped samples that are not reported yet. */
  stop(): Promise<void>;
}

export interface SampleBacklogWatchOptions {
  readonly nc: NatsConnection;
  readonly log: Logger;
  readonly everyMs: number;
  /** Looks are left out while this is false: one process that watches is enough. */
  readonly isActive?: () => boolean;
  /** How often dropped samples are reported while more are dropped; 60 s. */
  readonly tellDroppedEveryMs?: number;
}

/** A warning is logged when the share rises past one of these; a fall by a tenth below it arms the warning again. */
const warnAt = [0.5, 0.8] as const;
/** For the estimate that is logged at the start. */
const referenceValuesPerSecond = 5_000;
const nanosPerMs = 1_000_000;
const namedAtMost = 20;
/** From this share on the stream may soon drop samples, and it is looked at more often. */
const dangerousShare = 0.8;
const everyMsInDanger = 1_000;
const defaultTellDroppedEveryMs = 60_000;

/** Watches how much of SAMPLES is not written yet, warns before the stream drops it, and counts what it did drop. */
export function watchSampleBacklog(options: SampleBacklogWatchOptions): SampleBacklogWatch {
  const watch = new BacklogWatch(options);
  watch.start();
  return watch;
}

class BacklogWatch implements SampleBacklogWatch {
  readonly #options: SampleBacklogWatchOptions;
  #jsm: Promise<JetStreamManager> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #before: SampleLook | undefined;
  #lost = 0;
  #warnedOf = 0;
  #current: WatchedBacklog | undefined;
  #hasToldCapacity = false;
  readonly #head: SampleHead;
  readonly #dropped: DroppedSamples;
  /** Messages up to this sequence are not looked at again. */
  #settledUpTo = 0;
  #tellDroppedAtMs = Number.POSITIVE_INFINITY;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: SampleBacklogWatchOptions) {
    this.#options = options;
    this.#head = new SampleHead(options.nc);
    this.#dropped = new DroppedSamples(options.nc);
  }

  start(): void {
    this.#looking = this.#lookAndGoOn();
  }

  current(): WatchedBacklog | undefined {
    return this.#current;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#tellDropped(true);
  }

  async #lookAndGoOn(): Promise<void> {
    try {
      if (this.#options.isActive?.() ?? true) await this.#look();
      else await this.#leaveIt();
    } catch (error) {
      this.#current = undefined;
      this.#options.log.debug({ err: error }, 'the backlog of samples could not be looked at');
    }
    if (this.#isStopped) return;
    const everyMs = this.#isInDanger()
      ? Math.min(everyMsInDanger, this.#options.everyMs)
      : this.#options.everyMs;
    this.#timer = setTimeout(() => {
      this.#looking = this.#lookAndGoOn();
    }, everyMs);
  }

  async #look(): Promise<void> {
    const { nc } = this.#options;
    this.#jsm ??= jetstreamManager(nc, { checkAPI: false });
    const jsm = await this.#jsm;
    // The writer comes first: what it takes between the two questions must not look lost.
    const writer = await readWriterConsumer(jsm);
    const stream = await leaderInfo(jsm, streamNames.samples);
    const now: SampleLook = { stream, writer };
    if (!this.#hasToldCapacity) await this.#tellCapacity(jsm, stream);
    const lostNow = lostBetween(this.#before, now);
    const lostEntries = this.#lostEntries(this.#before, now);
    this.#before = now;
    this.#lost += lostNow;
    const { settledSequence: _, ...backlog } = await backlogOf(jsm, now);
    this.#current = { ...backlog, shareOfAge: shareOfAge(backlog, stream), lostMessages: this.#lost };
    this.#warn(this.#current);
    if (lostNow > 0) this.#tellLoss(lostNow, now, lostEntries);
    this.#dropped.add(lostEntries);
    await this.#tellDropped(!this.#isInDanger());
    await this.#readHead(now);
  }

  #isInDanger(): boolean {
    const now = this.#current;
    return now !== undefined && Math.max(now.shareOfStream, now.shareOfAge) >= dangerousShare;
  }

  /** Another process watches now: this one reports what it knows and leaves the rest to it. */
  async #leaveIt(): Promise<void> {
    this.#current = undefined;
    this.#head.forget();
    await this.#tellDropped(true);
  }

  /** Reads the oldest samples: once the stream has dropped them, it can no longer be found out whose they were. */
  async #readHead({ stream, writer }: SampleLook): Promise<void> {
    const { first_seq, last_seq } = stream.state;
    if (this.#isInDanger() && writer) {
      await this.#head.read(Math.max(first_seq, writer.delivered.stream_seq + 1), last_seq);
    } else this.#head.forget();
  }

  /**
   * The known ones among the messages that were dropped since the last look. Where the writer went on meanwhile, it has
   * the last of them. A message that is wrongly taken for lost is in the database anyway, which counts for more.
   */
  #lostEntries(lastLook: SampleLook | undefined, { stream, writer }: SampleLook): HeadEntry[] {
    if (!writer || !lastLook?.writer) return [];
    const droppedUpTo = stream.state.first_seq - 1;
    const { stream_seq: at, consumer_seq } = writer.delivered;
    const takenCount = Math.max(0, consumer_seq - lastLook.writer.delivered.consumer_seq);
    const after = Math.max(lastLook.writer.delivered.stream_seq, this.#settledUpTo);
    const skipped = this.#head.between(after, Math.min(at - takenCount, droppedUpTo));
    const ahead = this.#head.between(Math.max(at, after), droppedUpTo);
    this.#settledUpTo = Math.max(this.#settledUpTo, droppedUpTo);
    return [...skipped, ...ahead];
  }

  /** Reports drops once in a while, and as soon as they are over. */
  async #tellDropped(atOnce: boolean): Promise<void> {
    if (!this.#dropped.hasAny()) return;
    const nowMs = performance.now();
    const everyMs = this.#options.tellDroppedEveryMs ?? defaultTellDroppedEveryMs;
    this.#tellDroppedAtMs = Math.min(this.#tellDroppedAtMs, nowMs + everyMs);
    if (!atOnce && nowMs < this.#tellDroppedAtMs) return;
    this.#tellDroppedAtMs = Number.POSITIVE_INFINITY;
    try {
      await this.#dropped.tell();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'samples that SAMPLES has dropped are not on record yet');
    }
  }

  async #tellCapacity(jsm: JetStreamManager, stream: StreamInfo): Promise<void> {
    this.#hasToldCapacity = true;
    const measured = await measuredSize(jsm, stream);
    const about = {
      maxBytes: stream.config.max_bytes,
      maxAgeHours: Math.round((stream.config.max_age / nanosPerMs / 3_600_000) * 10) / 10,
      valuesPerSecond: referenceValuesPerSecond,
    };
    const capacity = sampleCapacity({ ...about, size: measured ?? typicalSampleSize });
    this.#options.log.info(
      {
        samples_max_bytes: about.maxBytes,
        message_bytes: Math.round((measured ?? typicalSampleSize).messageBytes),
        values_per_message: (measured ?? typicalSampleSize).valuesPerMessage,
        size_is: measured ? 'measured' : 'assumed',
      },
      describeSampleCapacity(capacity, about),
    );
  }

  #warn(backlog: WatchedBacklog): void {
    const share = Math.max(backlog.shareOfStream, backlog.shareOfAge);
    const percent = Math.round(share * 100);
    const reached = warnAt.filter((limit) => share >= limit).at(-1) ?? 0;
    const setting =
      backlog.shareOfStream >= backlog.shareOfAge ? 'SAMPLES_MAX_BYTES' : 'SAMPLES_MAX_AGE_HOURS';
    if (reached > this.#warnedOf) {
      this.#options.log.warn(
        { messages: backlog.waiting + backlog.inHand, bytes: backlog.bytes, percent, bound: setting },
        `${percent} % of what SAMPLES can hold is not in the database; at 100 % the oldest samples are lost. Bring the database or the writer back, or raise ${setting}`,
      );
      this.#warnedOf = reached;
    } else if (share < this.#warnedOf - 0.1) {
      this.#warnedOf = reached;
      if (reached === 0) this.#options.log.info({ percent }, 'the backlog of samples has gone down');
    }
  }

  #tellLoss(lostNow: number, { stream, writer }: SampleLook, lostEntries: readonly HeadEntry[]): void {
    const { first_seq, first_ts, bytes } = stream.state;
    const isByBytes = bytes > stream.config.max_bytes * 0.9;
    this.#options.log.error(
      {
        lost: lostNow,
        lost_in_all: this.#lost,
        before_sequence: first_seq,
        before_time: first_ts,
        writer_is_at: writer?.delivered.stream_seq ?? 0,
        bound: isByBytes ? 'SAMPLES_MAX_BYTES' : 'SAMPLES_MAX_AGE_HOURS',
        ...whose(lostEntries),
      },
      'SAMPLES has dropped samples that were in no database: they are lost',
    );
  }
}

/** Names whom the loss concerns, as far as known. */
function whose(entries: readonly HeadEntry[]) {
  const samples = entries.flatMap(({ about }) => (about ? [about] : []));
  const namesOf = (name: (sample: Sample) => string) => {
    const all = [...new Set(samples.map(name))];
    return all.length > namedAtMost
      ? [...all.slice(0, namedAtMost), `and ${all.length - namedAtMost} more`]
      : all;
  };
  return {
    known_samples: samples.length,
    tasks: namesOf(({ task }) => task),
    sessions: namesOf(({ session }) => session),
    devices: namesOf(({ device }) => device),
  };
}

/** On the broker's clock, which gave both times. */
function shareOfAge({ oldestMs }: Pick<SampleBacklog, 'oldestMs'>, { config, ts }: StreamInfo): number {
  if (oldestMs === undefined || config.max_age === 0) return 0;
  const nowMs = ts === undefined ? Date.now() : Date.parse(ts);
  return Math.max(0, nowMs - oldestMs) / (config.max_age / nanosPerMs);
}

/**
 * Messages that left the stream between two looks without having been delivered. Some may have been delivered in
 * between, so those deliveries are subtracted.
 */
function lostBetween(before: SampleLook | undefined, now: SampleLook): number {
  if (!now.writer) return 0;
  const formerWriter = before?.writer;
  const firstBefore = before?.stream.state.first_seq ?? 1;
  // The broker moves the floor past what is gone, so only an earlier look shows what was written.
  const lastSeen = Math.max(
    formerWriter?.delivered.stream_seq ?? now.writer.ack_floor.stream_seq,
    firstBefore - 1,
  );
  const gone = now.stream.state.first_seq - 1 - lastSeen;
  const delivered = formerWriter
    ? now.writer.delivered.consumer_seq - formerWriter.delivered.consumer_seq
    : 0;
  return Math.max(0, gone - Math.max(0, delivered));
}

async function measuredSize(jsm: JetStreamManager, { state }: StreamInfo): Promise<SampleSize | undefined> {
  if (state.messages < 1_000) return undefined;
  const newest = await jsm.streams.getMessage(streamNames.samples, { seq: state.last_seq });
  const decoded = newest ? decodeSample(newest.string()) : undefined;
  const values = decoded?.ok ? Object.keys(decoded.sample.values ?? {}).length : 0;
  if (values === 0) return undefined;
  return { messageBytes: state.bytes / state.messages, valuesPerMessage: values };
}
