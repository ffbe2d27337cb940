import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { InvalidMeasurement } from '../benchmark.ts';

export interface BareAppends {
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
}

const prefix = 'bare';

/** Appends to a stream made like another one, and does nothing else. */
export class BareAppender {
  readonly #nc: NatsConnection;
  /** Sequence of the last message of each subject. */
  readonly #last = new Map<string, number>();
  #sent = 0;

  private constructor(nc: NatsConnection) {
    this.#nc = nc;
  }

  static async open(nc: NatsConnection, { like }: { like: string }): Promise<BareAppender> {
    const jsm = await jetstreamManager(nc);
    const { config } = await jsm.streams.info(like);
    await jsm.streams.add({ ...config, name: 'BARE', subjects: [`${prefix}.>`] });
    return new BareAppender(nc);
  }

  /**
   * Appends `messages` messages to the subjects of `tasks` tasks, each with an id and the sequence that its subject must have
   * come to; `concurrency` of them are under way at a time.
   * @throws InvalidMeasurement when one was refused
   */
  async append(options: {
    readonly messages: number;
    readonly tasks: number;
    readonly concurrency: number;
    readonly body: string;
  }): Promise<BareAppends> {
    const { tasks, messages, concurrency } = options;
    const js = jetstream(this.#nc);
    const body = new TextEncoder().encode(options.body);
    const latenciesMs: number[] = [];
    let messagesLeft = messages;
    const worker = async (index: number) => {
      for (let round = 0; messagesLeft > 0; round += 1) {
        messagesLeft -= 1;
        // Each has tasks of its own, so that none is in the other's way.
        const task = index + concurrency * (round % Math.max(1, Math.floor(tasks / concurrency)));
        const subject = `${prefix}.task.${task}.lifecycle`;
        const since = performance.now();
        const { seq, duplicate } = await js.publish(subject, body, {
          msgID: `bare-${this.#sent++}`,
          expect: { lastSubjectSequence: this.#last.get(subject) ?? 0 },
        });
        latenciesMs.push(performance.now() - since);
        if (duplicate) throw new InvalidMeasurement('the broker took a message for one that it has');
        this.#last.set(subject, seq);
      }
    };
    const since = performance.now();
    await Promise.all(Array.from({ length: concurrency }, (_, index) => worker(index)));
    return { perSecond: messages / ((performance.now() - since) / 1_000), latenciesMs };
  }
}
