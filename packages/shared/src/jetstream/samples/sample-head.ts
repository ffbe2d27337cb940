import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { isBrokerCopy } from '../../contracts/broker-copy.ts';
import { decodeSample, type Sample } from '../../contracts/sample/sample.ts';
import { sourceOfSample } from '../../contracts/sample/source-of-sample.ts';
import { streamNames } from '../../contracts/subjects.ts';
import { fetchInTime } from '../consume/fetch-in-time.ts';
import { orderedConsumer } from '../consume/ordered-consumer.ts';

/** The ticks that a message of SAMPLES answers for; `about` is one sample for all that one process read of a device. */
export interface HeadEntry {
  readonly sequence: number;
  /** Undefined where the message is no sample, or its sender is not whom it names. */
  readonly about: Sample | undefined;
  readonly fromTick: number;
  readonly toTick: number;
}

/** Messages known ahead: more than a plant publishes between two looks. */
const knownAhead = 50_000;
const fetchedAtOnce = 2_000;
const text = new TextDecoder();

/**
 * The oldest messages of SAMPLES that are in no database, read before the stream drops them: afterwards it can no
 * longer be found out whose they were.
 */
export class SampleHead {
  readonly #nc: NatsConnection;
  #entries: HeadEntry[] = [];
  readonly #about = new Map<string, Sample>();

  constructor(nc: NatsConnection) {
    this.#nc = nc;
  }

  /**
   * Reads the messages from `first` on that are not known yet, as far as the stream has them.
   * @throws when the broker cannot be asked
   */
  async read(first: number, last: number): Promise<void> {
    this.#entries = this.#entries.filter(({ sequence }) => sequence >= first);
    const missing = knownAhead - this.#entries.length;
    const from = Math.max(first, (this.#entries.at(-1)?.sequence ?? 0) + 1);
    const to = Math.min(last, from + missing - 1);
    // A few at a time are not worth a consumer.
    if (to < from || (missing < knownAhead / 10 && to < last)) return;
    const consumer = await orderedConsumer(jetstream(this.#nc), streamNames.samples, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
    });
    try {
      for (let at = from - 1; at < to; ) {
        const before = at;
        const max_messages = Math.min(fetchedAtOnce, to - at);
        for await (const { seq, subject, headers, data, info } of fetchInTime(consumer, {
          max_messages,
          expires: 1_000,
        })) {
          at = seq;
          const body = isBrokerCopy(headers) ? '' : text.decode(data);
          if (seq <= to) this.#entries.push(this.#entryOf(seq, subject, body));
          if (info.pending === 0) at = Math.max(at, to);
          if (at >= to) break;
        }
        if (at === before) return;
      }
    } finally {
      await consumer.delete().catch(() => undefined);
    }
  }

  /** The known messages after one sequence, up to another. */
  between(after: number, upTo: number): HeadEntry[] {
    return this.#entries.filter(({ sequence }) => sequence > after && sequence <= upTo);
  }

  forget(): void {
    this.#entries = [];
    this.#about.clear();
  }

  #entryOf(sequence: number, subject: string, body: string): HeadEntry {
    const decoded = decodeSample(body);
    // Our own reports are believed: reported by us, a collector's claim in another's name would count.
    if (!decoded.ok || sourceOfSample(subject, decoded.sample) === undefined) {
      return { sequence, about: undefined, fromTick: 0, toTick: 0 };
    }
    const { sample } = decoded;
    const key = `${sample.session}/${sample.epoch}/${sample.device_id}/${sample.period_ms}/${sample.since_tick}`;
    const about = this.#about.get(key) ?? sample;
    this.#about.set(key, about);
    return { sequence, about, fromTick: sample.tick, toTick: sample.through_tick ?? sample.tick };
  }
}
