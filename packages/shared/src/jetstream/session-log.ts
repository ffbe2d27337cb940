import {
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { streamNames } from '../contracts/subjects.ts';
import { LogDamaged, type StoredEvent } from '../event-store/event-store.ts';
import type { Stop } from '../runtime/lifecycle.ts';
import type { Logger } from '../runtime/logger.ts';
import { storedEvent } from './jetstream-event-store.ts';

export interface SessionLogFollower {
  /** Sequence of the last event handed to `onEvent`. */
  appliedSequence(): number;
  /** Resolves when every event up to `sequence` was handed over. */
  reached(sequence: number, signal?: AbortSignal): Promise<void>;
  /**
   * Compares with the stream itself: a delivery that silently stopped is begun anew.
   * @returns the stream's last sequence
   * @throws LogDamaged
   */
  verify(): Promise<number>;
  stop: Stop;
}

/**
 * Hands every event of SESSIONS after `after` to `onEvent`, in order, without a gap, for ever. Deliveries are
 * begun anew after broker restarts; an event is handed over once.
 */
export async function followSessionLog(options: {
  nc: NatsConnection;
  after: number;
  onEvent: (event: StoredEvent) => void;
  onDamage: (error: LogDamaged) => void;
  log: Logger;
}): Promise<SessionLogFollower> {
  const { nc, onEvent, log } = options;
  const js = jetstream(nc);
  const jsm: JetStreamManager = await jetstreamManager(nc, { checkAPI: false });
  let applied = options.after;
  let delivery: ConsumerMessages | undefined;
  /** Counts deliveries, so that what an earlier one still hands over is not taken. */
  let generation = 0;
  let stopped = false;
  let starting: Promise<void> | undefined;
  const waiting = new Set<{ sequence: number; resolve: () => void }>();

  const deliver = async (): Promise<void> => {
    generation += 1;
    const own = generation;
    const consumer = await js.consumers.get(streamNames.sessions, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: applied + 1,
    });
    if (stopped) return;
    delivery = await consumer.consume({
      max_messages: 5_000,
      callback: (message) => {
        if (own !== generation || message.seq <= applied) return;
        if (message.seq !== applied + 1) {
          options.onDamage(
            new LogDamaged(`SESSIONS goes from sequence ${applied} to ${message.seq}: events are missing`),
          );
        }
        applied = message.seq;
        onEvent(storedEvent(message.subject, message.seq, message.data));
        if (waiting.size === 0) return;
        for (const waiter of waiting) if (waiter.sequence <= applied) waiter.resolve();
      },
    });
  };

  const restart = async (): Promise<void> => {
    delivery?.stop();
    await deliver();
  };

  await deliver();

  let appliedAtLastVerify = -1;
  return {
    appliedSequence: () => applied,
    reached: (sequence, signal) =>
      new Promise((resolve) => {
        if (sequence <= applied || stopped || signal?.aborted) return resolve();
        const waiter = {
          sequence,
          resolve: () => {
            waiting.delete(waiter);
            resolve();
          },
        };
        waiting.add(waiter);
        signal?.addEventListener('abort', waiter.resolve, { once: true });
      }),
    verify: async () => {
      const { last_seq } = (await jsm.streams.info(streamNames.sessions)).state;
      if (last_seq < applied) {
        throw new LogDamaged(
          `SESSIONS ends at sequence ${last_seq}, but sequence ${applied} was already read: the store was wiped or rolled back`,
        );
      }
      // Behind, and not a step further since the last look: the delivery is dead.
      if (last_seq > applied && applied === appliedAtLastVerify && !stopped) {
        log.warn(
          { applied, last_sequence: last_seq },
          'the session log stopped arriving; asking for it anew',
        );
        starting ??= restart().finally(() => {
          starting = undefined;
        });
        await starting;
      }
      appliedAtLastVerify = applied;
      return last_seq;
    },
    stop: async () => {
      stopped = true;
      for (const waiter of waiting) waiter.resolve();
      generation += 1;
      await delivery?.close();
    },
  };
}

/** Sequence of the last event in SESSIONS, 0 when there is none. */
export async function lastSessionSequence(nc: NatsConnection): Promise<number> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  return (await jsm.streams.info(streamNames.sessions)).state.last_seq;
}
