import { lastTickOf, type Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { SentOfDevice, SentRecord } from '@holdfast/shared/contracts/sent-record.ts';
import { type Clock, type ClockMark, elapsedMs, mark } from '@holdfast/shared/runtime/clock.ts';
import { fewAtOnce } from '@holdfast/shared/runtime/few-at-once.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';
import { pause, type Timers, withDeadline } from '@holdfast/shared/runtime/timers.ts';

/** The part of a sample that shows how far its sender has come. */
export type SentSample = Pick<
  Sample,
  | 'session'
  | 'epoch'
  | 'collector'
  | 'task'
  | 'device'
  | 'tick'
  | 'through_tick'
  | 'part'
  | 'miss'
  | 'period_ms'
  | 'since_tick'
>;

export interface SentBookOptions {
  /** Replaces the sender's record. @throws when the broker does not take it */
  readonly publish: (taskId: string, sender: string, record: SentRecord) => Promise<void>;
  /** A token that no other process has. */
  readonly instance: string;
  readonly isBrokerUp: () => boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
  /** 10 s unless set. */
  readonly everyMs?: number;
}

const defaultEveryMs = 10_000;
/** Pause between two scheduled records: thousands of sessions cost broker and process no more than hundreds. */
const paceMs = 5;
/** Records of ended readings that are published together; samples and leases share their broker. */
const publishedAtOnce = 8;
/** How often an unchanged record is repeated: a sender silent for minutes is taken for dead. */
const saidAgainAfterMs = 30_000;
/** Time without a change after which a record counts as ended. If its sender continues, a new record begins. */
const endedAfterMs = 15 * 60_000;
/** Most devices in one record, which must fit into a message with names of any length. */
const devicesOfRecord = 1_000;
/** Most devices in ended records that are not taken yet; beyond it the oldest records go. */
const devicesLeft = 50_000;
const closingMs = 5_000;
/** Longest wait for the records of former readers when a session is taken over; over a slow link they come later. */
const foundMs = 2_000;

/** The record of one process: how far it has sent samples of a session under one epoch. */
interface Sender {
  readonly token: string;
  readonly about: Pick<SentSample, 'session' | 'epoch' | 'collector' | 'task'>;
  /** The epoch of this process, where another process sent the samples. */
  readonly foundUnder: number | undefined;
  readonly devices: Map<string, { -readonly [K in keyof SentOfDevice]: SentOfDevice[K] }>;
  /** Changed since it was last published. */
  isDirty: boolean;
  hasEnded: boolean;
  /** Its last publication is already queued, and does not wait for the clock. */
  isQueued: boolean;
  changedAt: ClockMark;
  publishedAt: ClockMark;
}

/**
 * Records for SENT up to which tick the broker has confirmed samples. Once SAMPLES has dropped everything that a
 * process had sent before it ended, nothing else distinguishes it from what was never read.
 *
 * Published every few seconds, and at once when the reading of a session ends. A process that takes a session over
 * publishes what it finds of the one before, so that after a kill -9 nothing is missing that was still in SAMPLES then.
 */
export class SentBook {
  readonly #options: SentBookOptions;
  /** By session and epoch, then by collector. */
  readonly #reading = new Map<string, Map<string, Sender>>();
  /** Records that have ended and were not taken yet, oldest first. */
  readonly #leaving = new Set<Sender>();
  #devicesLeft = 0;
  readonly #inTurn = fewAtOnce(publishedAtOnce);
  readonly #stop = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #tokens = 0;
  readonly #outage: OutageLog;
  /** The sender whose scheduled record was refused last. */
  #refused: Sender | undefined;

  constructor(options: SentBookOptions) {
    this.#options = options;
    this.#outage = new OutageLog({
      log: options.log,
      level: 'warn',
      began:
        'NATS does not take up to where samples were sent (stream SENT): should SAMPLES drop them unwritten, they may be taken for not read',
    });
  }

  start(): void {
    this.#loop = this.#publishNowAndThen();
  }

  /** Notes that the broker has this sample, from any sender. */
  note(sample: SentSample): void {
    const { session, epoch, collector, device, since_tick: since, period_ms: periodMs } = sample;
    const tick = lastTickOf(sample);
    if (since === undefined || since > tick) return;
    const key = keyOf(session, epoch);
    let senders = this.#reading.get(key);
    let sender = senders?.get(collector);
    const entry = sender?.devices.get(device);
    if (entry?.since_tick === since && entry.period_ms === periodMs) {
      if (tick <= entry.tick) return;
      entry.tick = tick;
    } else {
      if (!senders) {
        senders = new Map();
        this.#reading.set(key, senders);
      }
      if (!sender || entry) {
        // It was another process, or one that has restarted. Nothing is known of the time between.
        if (sender) this.#leave(sender);
        sender = this.#newSender(sample);
        senders.set(collector, sender);
      }
      sender.devices.set(device, { device, period_ms: periodMs, since_tick: since, tick });
    }
    if (!sender || sender.isDirty) return;
    sender.isDirty = true;
    sender.changedAt = mark(this.#options.clock);
  }

  /**
   * Records what was found of those who read these devices before. Await it before anything is sent in their place:
   * while their newest samples are the newest of all, the next process finds them too. While the broker takes no
   * records, no caller has to wait.
   */
  async recordFormer(samples: readonly SentSample[], foundUnder: number): Promise<void> {
    const senders = new Map<string, Sender>();
    for (const sample of samples) {
      const tick = lastTickOf(sample);
      if (sample.since_tick === undefined || sample.since_tick > tick) continue;
      const key = `${keyOf(sample.session, sample.epoch)}/${sample.collector}`;
      const sender = senders.get(key) ?? this.#newSender(sample, foundUnder);
      senders.set(key, sender);
      const { device, period_ms, since_tick } = sample;
      sender.devices.set(device, { device, period_ms, since_tick, tick });
    }
    const publishing = [...senders.values()].map(async (sender) => {
      this.#leave(sender);
      if (!this.#outage.isOut) await this.#publishAside(sender);
    });
    await withDeadline(Promise.all(publishing), foundMs, this.#options.timers);
  }

  /**
   * Notes that this process has ended reading the session under this epoch; its samples are with the broker, as far as
   * possible by now.
   */
  ended(session: string, epoch: number): void {
    const key = keyOf(session, epoch);
    const senders = this.#reading.get(key);
    this.#reading.delete(key);
    for (const sender of senders?.values() ?? []) {
      this.#leave(sender);
      sender.isQueued = true;
      void this.#inTurn(async () => {
        // A refused record is tried again on schedule, not by each of thousands of sessions.
        if (this.#outage.isOut || this.#stop.signal.aborted) sender.isQueued = false;
        else await this.#publishAside(sender);
      });
    }
  }

  /** Publishes the records that are left, as far as the broker takes them within seconds. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    for (const sender of this.#allReading()) this.#leave(sender);
    this.#reading.clear();
    const [first] = this.#leaving;
    if (first) await this.#publish(first);
    const closed = new AbortController();
    const publishing = [...this.#leaving].map((sender) =>
      this.#inTurn(async () => {
        if (!this.#outage.isOut && !closed.signal.aborted) await this.#publish(sender);
      }),
    );
    await withDeadline(Promise.all(publishing), closingMs, this.#options.timers);
    closed.abort();
  }

  #newSender({ session, epoch, collector, task }: SentSample, foundUnder?: number): Sender {
    this.#tokens += 1;
    return {
      token: `${this.#options.instance}-${this.#tokens}`,
      about: { session, epoch, collector, task },
      foundUnder,
      devices: new Map(),
      isDirty: true,
      hasEnded: false,
      isQueued: false,
      changedAt: mark(this.#options.clock),
      publishedAt: mark(this.#options.clock),
    };
  }

  *#allReading(): Generator<Sender> {
    for (const senders of this.#reading.values()) yield* senders.values();
  }

  /** Ends a record: it is published once more, at once or on schedule. */
  #leave(sender: Sender): void {
    sender.hasEnded = true;
    sender.isDirty = true;
    this.#leaving.add(sender);
    this.#devicesLeft += sender.devices.size;
    for (const oldest of this.#leaving) {
      if (this.#devicesLeft <= devicesLeft || oldest === sender) break;
      this.#settle(oldest);
    }
  }

  #settle(sender: Sender): void {
    if (this.#leaving.delete(sender)) this.#devicesLeft -= sender.devices.size;
  }

  async #publishAside(sender: Sender): Promise<void> {
    sender.isQueued = true;
    await this.#publish(sender);
    sender.isQueued = false;
  }

  /** @returns whether the broker has taken the record */
  async #publish(sender: Sender): Promise<boolean> {
    const { publish, isBrokerUp } = this.#options;
    if (!isBrokerUp()) return false;
    const { session, epoch, collector, task } = sender.about;
    const { hasEnded } = sender;
    // Changes that come meanwhile make the record dirty again.
    sender.isDirty = false;
    const devices = [...sender.devices.values()];
    try {
      for (let from = 0; from < devices.length; from += devicesOfRecord) {
        const some = devices.slice(from, from + devicesOfRecord);
        const foundField = sender.foundUnder === undefined ? {} : { found_under: sender.foundUnder };
        const about = { v: 1, session, epoch, collector, ...foundField, ended: hasEnded } as const;
        const token = from === 0 ? sender.token : `${sender.token}-${from / devicesOfRecord}`;
        await publish(task, token, { ...about, devices: some });
      }
      this.#outage.worked();
      sender.publishedAt = mark(this.#options.clock);
      if (hasEnded) this.#settle(sender);
      return true;
    } catch (error) {
      sender.isDirty = true;
      this.#outage.failed(error);
      return false;
    }
  }

  async #publishNowAndThen(): Promise<void> {
    const { timers, clock, everyMs = defaultEveryMs } = this.#options;
    for (let tookMs = 0; !this.#stop.signal.aborted; ) {
      await pause(timers, Math.max(1_000, everyMs - tookMs), this.#stop.signal);
      const began = mark(clock);
      await this.#publishDue();
      tookMs = elapsedMs(clock, began);
    }
  }

  /**
   * Publishes what is due, one record at a time, so that polling never waits for it. After a refused record it stops,
   * and the next time it begins behind that one. Otherwise a record that is never taken would keep all others from
   * their turn.
   */
  async #publishDue(): Promise<void> {
    const { timers, clock } = this.#options;
    const all = [...this.#leaving, ...this.#allReading()];
    const first = this.#refused ? all.indexOf(this.#refused) + 1 : 0;
    this.#refused = undefined;
    for (const sender of [...all.slice(first), ...all.slice(0, first)]) {
      if (this.#stop.signal.aborted) return;
      if (sender.isQueued) continue;
      if (!sender.hasEnded && elapsedMs(clock, sender.changedAt) > endedAfterMs) {
        this.#forget(sender);
        this.#leave(sender);
      }
      const isAgain = !sender.hasEnded && elapsedMs(clock, sender.publishedAt) >= saidAgainAfterMs;
      if (!sender.isDirty && !isAgain) continue;
      if (!(await this.#publish(sender))) {
        this.#refused = sender;
        return;
      }
      await pause(timers, paceMs, this.#stop.signal);
    }
  }

  #forget({ about: { session, epoch, collector } }: Sender): void {
    const key = keyOf(session, epoch);
    const senders = this.#reading.get(key);
    senders?.delete(collector);
    if (senders?.size === 0) this.#reading.delete(key);
  }
}

function keyOf(session: string, epoch: number): string {
  return `${session}/${epoch}`;
}
