import type { Sample } from '@holdfast/shared/contracts/sample.ts';
import type { SentOfDevice, SentRecord } from '@holdfast/shared/contracts/sent-record.ts';
import { type Clock, type ClockMark, elapsedMs, mark } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { pause, type Timers } from '@holdfast/shared/runtime/timers.ts';

/** What of a sample says up to where its sender has come. */
export type SentSample = Pick<
  Sample,
  'session' | 'epoch' | 'collector' | 'task' | 'device' | 'tick' | 'through_tick' | 'period_ms' | 'since_tick'
>;

export interface SentBookOptions {
  /** In place of what was published for the same sender before. @throws when the broker does not take it */
  readonly publish: (taskId: string, sender: string, record: SentRecord) => Promise<void>;
  /** A token that no other process has. */
  readonly instance: string;
  readonly isBrokerUp: () => boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
  /** 10 s */
  readonly everyMs?: number;
}

const defaultEveryMs = 10_000;
/** What has not changed is said again so often: who says nothing for minutes is taken for dead. */
const saidAgainAfterMs = 30_000;
/** What has not changed for so long is taken for ended. Should it go on, it begins anew. */
const endedAfterMs = 15 * 60_000;
/** So that a record fits into a message, with names of any length that one has. */
const devicesOfRecord = 1_000;

/** What one process has sent of a session under one epoch. */
interface Sender {
  key: string;
  readonly token: string;
  readonly about: Pick<SentSample, 'session' | 'epoch' | 'collector' | 'task'>;
  readonly devices: Map<string, { -readonly [K in keyof SentOfDevice]: SentOfDevice[K] }>;
  /** Not published since. */
  isDirty: boolean;
  hasEnded: boolean;
  changedAt: ClockMark;
  publishedAt: ClockMark;
}

/**
 * Up to which tick the broker has confirmed samples, for SENT: when SAMPLES has dropped all that a process had sent before it
 * ended, nothing else tells that from what was never read.
 *
 * Published every few seconds, and at once when the reading of a session ends. Whoever takes a session over publishes what
 * he finds of the one before, so that after a kill -9 nothing is missing that was still in SAMPLES then.
 */
export class SentBook {
  readonly #options: SentBookOptions;
  readonly #senders = new Map<string, Sender>();
  readonly #stop = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  /** Being published for the last time. */
  readonly #ending = new Set<Promise<void>>();
  #tokens = 0;
  #hasFailed = false;

  constructor(options: SentBookOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#publishNowAndThen();
  }

  /** Notes what `send` has brought to the broker. */
  noting<S extends SentSample, T>(send: (sample: S) => Promise<T>): (sample: S) => Promise<T> {
    return (sample) => {
      const sending = send(sample);
      sending.then(
        () => this.note(sample),
        () => undefined,
      );
      return sending;
    };
  }

  /** Notes what turns out to be there already. */
  notingStored<S extends SentSample>(
    wasStored: (sample: S, afterSequence: number) => Promise<boolean>,
  ): (sample: S, afterSequence: number) => Promise<boolean> {
    return async (sample, afterSequence) => {
      const was = await wasStored(sample, afterSequence);
      if (was) this.note(sample);
      return was;
    };
  }

  /** The broker has this sample, whoever has read it. */
  note(sample: SentSample): void {
    const { session, epoch, collector, device, since_tick: since } = sample;
    const tick = sample.through_tick ?? sample.tick;
    if (since === undefined || since > tick) return;
    const key = `${session}/${epoch}/${collector}`;
    let sender = this.#senders.get(key);
    const known = sender?.devices.get(device);
    if (known?.since_tick === since) {
      if (tick <= known.tick) return;
      known.tick = tick;
    } else {
      if (!sender || known) {
        // Another process, or one that has begun anew, of which nothing is known of what lies between.
        if (sender) this.#setAside(sender);
        sender = this.#newSender(key, sample);
        this.#senders.set(key, sender);
      }
      sender.devices.set(device, { device, period_ms: sample.period_ms, since_tick: since, tick });
    }
    if (!sender || sender.isDirty) return;
    sender.isDirty = true;
    sender.changedAt = mark(this.#options.clock);
  }

  /**
   * What was found of those who read these devices before. Await it before anything is sent in their place: as long as their
   * newest samples are the newest of all, whoever comes next finds them too. While the broker takes nothing of it
   * nobody has to wait.
   */
  async found(samples: readonly SentSample[]): Promise<void> {
    const found = new Map<string, Sender>();
    for (const sample of samples) {
      const tick = sample.through_tick ?? sample.tick;
      if (sample.since_tick === undefined || sample.since_tick > tick) continue;
      const key = `${sample.session}/${sample.epoch}/${sample.collector}`;
      const sender = found.get(key) ?? this.#newSender(key, sample);
      found.set(key, sender);
      const { device, period_ms, since_tick } = sample;
      sender.devices.set(device, { device, period_ms, since_tick, tick });
    }
    const published = Promise.all([...found.values()].map((sender) => this.#publishEnded(sender)));
    if (!this.#hasFailed) await published;
  }

  /** This process reads the session no more under this epoch, and what it read is with the broker, as far as that goes now. */
  ended(session: string, epoch: number): void {
    const theirs = [...this.#senders.values()].filter(({ about }) => {
      return about.session === session && about.epoch === epoch;
    });
    for (const sender of theirs) {
      this.#senders.delete(sender.key);
      void this.#publishEnded(sender);
    }
  }

  /** Publishes what is left, as far as the broker takes it. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    const left = [...this.#senders.values()];
    this.#senders.clear();
    for (const sender of left) void this.#publishEnded(sender);
    await Promise.all(this.#ending);
  }

  #newSender(key: string, { session, epoch, collector, task }: SentSample): Sender {
    this.#tokens += 1;
    return {
      key,
      token: `${this.#options.instance}-${this.#tokens}`,
      about: { session, epoch, collector, task },
      devices: new Map(),
      isDirty: true,
      hasEnded: false,
      changedAt: mark(this.#options.clock),
      publishedAt: mark(this.#options.clock),
    };
  }

  /** It is published by and by, for the last time, under a key that nobody looks for. */
  #setAside(sender: Sender): void {
    sender.hasEnded = true;
    sender.isDirty = true;
    sender.key = `${sender.about.session}/${sender.token}`;
    this.#senders.set(sender.key, sender);
  }

  #publishEnded(sender: Sender): Promise<void> {
    sender.hasEnded = true;
    sender.isDirty = true;
    const publishing = this.#publish(sender).then(() => {
      this.#ending.delete(publishing);
      // Tried again later.
      if (sender.isDirty) this.#setAside(sender);
    });
    this.#ending.add(publishing);
    return publishing;
  }

  async #publish(sender: Sender): Promise<void> {
    const { publish, isBrokerUp, log } = this.#options;
    if (!isBrokerUp()) return;
    const { session, epoch, collector, task } = sender.about;
    // What comes meanwhile makes it dirty again.
    sender.isDirty = false;
    const devices = [...sender.devices.values()];
    try {
      for (let from = 0; from < devices.length; from += devicesOfRecord) {
        const some = devices.slice(from, from + devicesOfRecord);
        const about = { v: 1, session, epoch, collector, ended: sender.hasEnded } as const;
        const token = from === 0 ? sender.token : `${sender.token}-${from / devicesOfRecord}`;
        await publish(task, token, { ...about, devices: some });
      }
      this.#hasFailed = false;
      sender.publishedAt = mark(this.#options.clock);
    } catch (error) {
      sender.isDirty = true;
      const isNew = !this.#hasFailed;
      this.#hasFailed = true;
      log[isNew ? 'warn' : 'debug'](
        { err: error },
        'NATS does not take up to where samples were sent (stream SENT): should SAMPLES drop them unwritten, they may be taken for not read',
      );
    }
  }

  async #publishNowAndThen(): Promise<void> {
    const { timers, clock, everyMs = defaultEveryMs } = this.#options;
    while (!this.#stop.signal.aborted) {
      await pause(timers, everyMs, this.#stop.signal);
      // One by one, so that polling never waits for it.
      for (const sender of [...this.#senders.values()]) {
        if (this.#stop.signal.aborted) return;
        const isIdle = elapsedMs(clock, sender.changedAt) > endedAfterMs;
        if (sender.hasEnded || isIdle) {
          this.#senders.delete(sender.key);
          await this.#publishEnded(sender);
        } else if (sender.isDirty || elapsedMs(clock, sender.publishedAt) >= saidAgainAfterMs) {
          await this.#publish(sender);
        }
      }
    }
  }
}
