import { decodeSample } from '@holdfast/shared/contracts/sample/sample.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { InvalidMeasurement } from '../benchmark.ts';

/** One message of SAMPLES. Times in ms since 1970. */
export interface StoredSample {
  readonly session: string;
  readonly epoch: number;
  readonly collector: string;
  readonly tick: number;
  readonly scheduledAtMs: number;
  readonly readAtMs: number;
  /** When the broker stored it, on its own clock, which is this machine's. */
  readonly storedAtMs: number;
  readonly hasValues: boolean;
}

/** Every sample that the broker stores from now on, by session, oldest first. */
export class SampleFollower {
  readonly #bySession = new Map<string, StoredSample[]>();
  #problem: string | undefined;

  static async start(nc: NatsConnection): Promise<SampleFollower> {
    const follower = new SampleFollower();
    const consumer = await jetstream(nc).consumers.get(streamNames.samples, {
      deliver_policy: DeliverPolicy.New,
    });
    const messages = await consumer.consume({ max_messages: 1_000 });
    void (async () => {
      for await (const message of messages)
        follower.#add(message.string(), message.info.timestampNanos / 1e6);
    })();
    return follower;
  }

  /** @throws InvalidMeasurement when the stream has something that is no sample of a single tick */
  check(): void {
    if (this.#problem !== undefined) throw new InvalidMeasurement(`SAMPLES: ${this.#problem}`);
  }

  sessions(): ReadonlyMap<string, readonly StoredSample[]> {
    return this.#bySession;
  }

  last(session: string): StoredSample | undefined {
    return this.#bySession.get(session)?.at(-1);
  }

  /** Sessions whose newest sample came from the collector. */
  readBy(collector: string): string[] {
    return [...this.#bySession.keys()].filter((session) => this.last(session)?.collector === collector);
  }

  /** The first sample with values of the session that the broker stored at or after a time and that fits. */
  firstSince(
    session: string,
    sinceMs: number,
    fits: (sample: StoredSample) => boolean,
  ): StoredSample | undefined {
    const samples = this.#bySession.get(session) ?? [];
    // Backwards: the match is never far from the end.
    let match: StoredSample | undefined;
    for (let index = samples.length - 1; index >= 0; index -= 1) {
      const sample = samples[index];
      if (!sample || sample.storedAtMs < sinceMs) break;
      if (sample.hasValues && fits(sample)) match = sample;
    }
    return match;
  }

  #add(text: string, storedAtMs: number): void {
    const decoded = decodeSample(text);
    if (!decoded.ok) {
      this.#problem ??= decoded.problem;
      return;
    }
    const { session, epoch, collector, tick, time, read_at, values, through_tick } = decoded.sample;
    if (through_tick !== undefined) {
      this.#problem ??= `${session} lost the ticks ${tick} to ${through_tick}`;
      return;
    }
    const storedSample: StoredSample = {
      session,
      epoch,
      collector,
      tick,
      scheduledAtMs: time,
      readAtMs: read_at,
      storedAtMs,
      hasValues: values !== undefined,
    };
    const samples = this.#bySession.get(session);
    if (samples) samples.push(storedSample);
    else this.#bySession.set(session, [storedSample]);
  }
}
