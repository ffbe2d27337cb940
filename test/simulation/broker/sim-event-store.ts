import type { CloudEvent } from '@holdfast/shared/contracts/cloud-event.ts';
import {
  AppendOutcomeUnknown,
  type EventStore,
  type StoredEvent,
  StoreUnavailable,
  VersionConflict,
} from '@holdfast/shared/event-store/event-store.ts';
import { pause } from '@holdfast/shared/runtime/timers.ts';
import { type Link, NoAnswer } from './link.ts';
import type { SimBroker } from './sim-broker.ts';

const appendTimeoutMs = 5_000;
const requestTimeoutMs = 2_000;

/** SESSIONS over a link: retries under the same id and asks who won, as the JetStream adapter does. */
export class SimEventStore implements EventStore {
  readonly #broker: SimBroker;
  readonly #link: Link;

  constructor(broker: SimBroker, link: Link) {
    this.#broker = broker;
    this.#link = link;
  }

  async append(subject: string, event: CloudEvent, expectedLast: number): Promise<number> {
    const { clock, timers, world } = this.#link.process;
    const deadlineMs = clock.monotonicMs() + appendTimeoutMs;
    let unanswered = false;
    for (;;) {
      let follower: StoredEvent | undefined;
      try {
        const timeoutMs = Math.max(1, Math.min(requestTimeoutMs, deadlineMs - clock.monotonicMs()));
        const append = () => this.#broker.append(subject, event, expectedLast);
        const answer = await this.#link.request(`append ${event.type} to ${subject}`, append, timeoutMs);
        if (answer.kind === 'stored') return answer.sequence;
        follower = answer.follower;
        if (!follower && !unanswered) throw new VersionConflict(subject, expectedLast);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        unanswered = true;
        follower = await this.#follower(subject, expectedLast);
      }
      if (follower) {
        if ((follower.message as CloudEvent).id !== event.id)
          throw new VersionConflict(subject, expectedLast);
        world.note('append: answer lost, event found stored');
        return follower.sequence;
      }
      if (clock.monotonicMs() + 50 >= deadlineMs) break;
      await pause(timers, 50);
    }
    world.note('append: outcome unknown');
    throw new AppendOutcomeUnknown(subject, event.id);
  }

  async readLast(subject: string): Promise<StoredEvent | undefined> {
    try {
      const read = () => this.#broker.readLast(subject);
      return await this.#link.request(`read last of ${subject}`, read, requestTimeoutMs);
    } catch (cause) {
      throw new StoreUnavailable(`cannot read the last event of ${subject}`, { cause });
    }
  }

  // biome-ignore lint/correctness/useYield: nothing in the simulation reads a whole subject
  async *read(): AsyncIterable<StoredEvent> {
    throw new StoreUnavailable('not simulated');
  }

  async #follower(subject: string, expectedLast: number): Promise<StoredEvent | undefined> {
    try {
      const follower = () => this.#broker.follower(subject, expectedLast);
      return await this.#link.request(`who won on ${subject}`, follower, requestTimeoutMs);
    } catch {
      return undefined;
    }
  }
}
