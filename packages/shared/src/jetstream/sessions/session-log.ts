import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { streamNames } from '../../contracts/subjects.ts';
import { LogDamaged, type StoredEvent } from '../../event-store/event-store.ts';
import type { LogJudge } from '../../event-store/log-judge.ts';
import type { Stop } from '../../runtime/lifecycle.ts';
import type { Logger } from '../../runtime/logger.ts';
import { pause, systemTimers } from '../../runtime/timers.ts';
import { askAgain } from '../connection/ask-again.ts';
import { BrokerAnswers } from '../connection/broker-answers.ts';
import { onceClusterFormed } from '../connection/cluster-forming.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { isFinalAnswer } from '../connection/without-leader.ts';
import { storedEvent } from './jetstream-event-store.ts';
import { type DeliverLog, type LogDelivery, type LogMessage, pullLog } from './log-deliveries.ts';
import { NewestReplay } from './newest-replay.ts';
import { readEventAt } from './read-session-log.ts';

export interface SessionLogFollower {
  /** Has events delivered as they come. Until delivery stands, they are read one by one. */
  begin(): void;
  /** Stops delivery. */
  leave(): void;
  /** Sequence of the last event handed to `onEvent`. */
  appliedSequence(): number;
  /** Resolves when every event up to `sequence` was handed over. */
  reached(sequence: number, signal?: AbortSignal): Promise<void>;
  /**
   * Compares with the stream itself. Events that were not delivered are read, and a delivery that silently stopped is
   * begun again.
   * @returns the stream's last sequence
   * @throws LogDamaged while anything speaks against the log, even if only for now; the judge knows which
   */
  verify(): Promise<number>;
  stop: Stop;
}

export interface FollowOptions {
  readonly nc: NatsConnection;
  readonly after: number | 'newest_per_subject';
  readonly onEvent: (event: StoredEvent) => void;
  /** Judges whether the log is damaged, from the evidence for and against it. */
  readonly judge: LogJudge;
  readonly log: Logger;
  /** `pullLog` unless said. */
  readonly deliver?: DeliverLog;
}

/** How long an event that the log has may be on its way, on a quick link; then it is read. */
const onItsWayMs = 100;
/**
 * Longest time for which a delivery may be behind without progress, on a quick link. Where nodes are far apart, the
 * consumer's node has an event later than the leader that was asked.
 */
const silentMs = 500;
const restartPauseMs = 250;
/**
 * Interval of looks for events while none are delivered. A cluster that elects its leader makes no consumer: 6 s without
 * one, and a stopped session that was polled for 11.7 s, were measured with 2.12.15. Single events can be read from the
 * stream's leader.
 */
const readEveryMs = 500;
const readWithinMs = 5_000;
/** Pause before another look at what did not fit together. */
const lookAgainMs = 1_000;

/**
 * Hands every event of SESSIONS after `after` to `onEvent`, in order, without a gap, for ever. Deliveries are restarted
 * after broker restarts; an event is handed over once.
 *
 * With `newest_per_subject` the broker first picks, of what the log has already, the newest event of each subject. Such
 * an event alone says where its task stands, which is enough for a reader that wants no more, and picking takes a time
 * that grows with the number of tasks instead of the age of the log (measured: a million events of 12,500 tasks in 0.5 s
 * instead of 15 s). Everything later comes one by one.
 */
export async function followSessionLog(options: FollowOptions): Promise<SessionLogFollower> {
  const follower = await logFollower(options);
  await onceClusterFormed(options.nc, () => follower.deliver());
  return followed(follower);
}

/**
 * The same, but nothing is delivered before `begin`: for a process that shares its consumer's name with another one, and
 * may use it only while the other does not act. Until then `verify` hands over what has come.
 */
export async function standByForSessionLog(options: FollowOptions): Promise<SessionLogFollower> {
  const follower = await logFollower(options);
  follower.leave();
  return followed(follower);
}

async function logFollower(options: FollowOptions): Promise<LogFollower> {
  return new LogFollower(options, await jetstreamManager(options.nc, { checkAPI: false }));
}

function followed(follower: LogFollower): SessionLogFollower {
  follower.followConnection();
  return {
    begin: () => follower.begin(),
    leave: () => follower.leave(),
    appliedSequence: () => follower.appliedSequence(),
    reached: (sequence, signal) => follower.reached(sequence, signal),
    verify: () => follower.verify(),
    stop: () => follower.stop(),
  };
}

class LogFollower {
  readonly #options: FollowOptions;
  readonly #deliver: DeliverLog;
  readonly #jsm: JetStreamManager;
  #replay: NewestReplay | undefined;
  #applied: number;
  #lastId: unknown;
  /** The last sequence that the delivery has brought; behind `#applied` where events were read. */
  #delivered = 0;
  #delivery: LogDelivery | undefined;
  /** Counts deliveries, so that what an earlier one still hands over is not taken. */
  #generation = 0;
  #isWanted = true;
  #stopped = false;
  #starting: Promise<void> | undefined;
  #restarting: Promise<void> | undefined;
  #reading: Promise<void> | undefined;
  readonly #waiting = new Set<{ sequence: number; resolve: () => void }>();
  readonly #statuses: AsyncIterable<{ type: string }> & { stop?(): void };

  constructor(options: FollowOptions, jsm: JetStreamManager) {
    this.#options = options;
    this.#deliver = options.deliver ?? pullLog(options.nc);
    this.#jsm = jsm;
    this.#applied = this.#isReplaying() ? 0 : Number(options.after);
    this.#statuses = options.nc.status();
  }

  appliedSequence(): number {
    return this.#applied;
  }

  reached(sequence: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (sequence <= this.#applied || this.#stopped || signal?.aborted) return resolve();
      const waiter = {
        sequence,
        resolve: () => {
          this.#waiting.delete(waiter);
          // Node keeps a signal that was combined from others alive for as long as it has listeners.
          signal?.removeEventListener('abort', waiter.resolve);
          resolve();
        },
      };
      this.#waiting.add(waiter);
      signal?.addEventListener('abort', waiter.resolve, { once: true });
    });
  }

  async verify(): Promise<number> {
    const { judge, log } = this.#options;
    // The state before the question, not at the time of the answer: an event may be handed over in between.
    const position = { sequence: this.#applied, id: this.#lastId };
    const { last_seq, messages } = (await leaderInfo(this.#jsm, streamNames.sessions)).state;
    await this.#compareEnd(position, last_seq);
    if (this.#isReplaying() && messages !== last_seq) {
      this.#doubt('count', `SESSIONS has ${messages} of its ${last_seq} events: the others are missing`);
    } else judge.agrees('count');
    const doubt = judge.doubt();
    if (doubt) throw doubt;
    if (this.#isWanted) await this.reached(last_seq, AbortSignal.timeout(this.#onItsWayMs()));
    await this.#readOn(last_seq);
    if (this.#isWanted && (await this.#isDeliveryDead(last_seq)) && !this.#restarting && !this.#stopped) {
      const about = { delivered: this.#delivered, last_sequence: last_seq };
      log.warn(about, 'the session log stopped arriving; asking for it again');
      void this.#restartUntilDone();
    }
    return last_seq;
  }

  /** Reading what is still on its way takes a round trip for each event. */
  #onItsWayMs(): number {
    return onItsWayMs + BrokerAnswers.of(this.#options.nc).slownessMs('read');
  }

  async #isDeliveryDead(last: number): Promise<boolean> {
    const before = this.#delivered;
    if (before < last) {
      // Behind, and without progress in this time.
      await pause(systemTimers, silentMs + this.#onItsWayMs() - onItsWayMs);
      if (this.#delivered === before) return true;
    }
    return this.#delivery?.isDead() ?? true;
  }

  begin(): void {
    this.#isWanted = true;
    void this.#restartUntilDone();
  }

  leave(): void {
    this.#isWanted = false;
    void this.#leaveDelivery();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const waiter of this.#waiting) waiter.resolve();
    this.#statuses.stop?.();
    await this.#leaveDelivery();
  }

  async #leaveDelivery(): Promise<void> {
    this.#generation += 1;
    const delivery = this.#delivery;
    this.#delivery = undefined;
    await delivery?.stop();
  }

  async deliver(): Promise<void> {
    this.#generation += 1;
    const own = this.#generation;
    // No event may be handed over twice, so a replay that was cut short continues with every event.
    const picksNewest = this.#isReplaying() && this.#applied === 0;
    const begin = await this.#deliver(picksNewest ? 'newest_per_subject' : this.#applied + 1);
    if (picksNewest) {
      const { last_seq, num_subjects = 0 } = (await leaderInfo(this.#jsm, streamNames.sessions)).state;
      this.#replay = NewestReplay.of(last_seq, num_subjects, this.#replay);
    }
    if (own !== this.#generation) return;
    this.#delivered = this.#applied;
    const delivery = await begin((message) => {
      if (own !== this.#generation) return;
      this.#delivered = message.seq;
      if (message.seq > this.#applied) this.#arrived(message);
    });
    if (own === this.#generation) this.#delivery = delivery;
    else await delivery.stop();
  }

  /**
   * A broker that was restarted has forgotten the consumer, and the client finds out only by missing heartbeats:
   * measured, a stop was seen 7 s late. Asking again costs one request.
   */
  followConnection(): void {
    void (async () => {
      for await (const { type } of this.#statuses) {
        if (type === 'reconnect' && this.#isWanted) void this.#restartUntilDone();
      }
    })();
  }

  #isReplaying(): boolean {
    return this.#options.after === 'newest_per_subject';
  }

  #arrived(message: LogMessage): void {
    const { judge } = this.#options;
    const { seq, subject } = message;
    const replay = this.#replay;
    if (!replay?.isUnderWay() && seq !== this.#applied + 1) {
      this.#doubt('gap', `SESSIONS goes from sequence ${this.#applied} to ${seq}: events are missing`);
      this.#beginAnewSoon();
      return;
    }
    judge.agrees('gap');
    this.#handOver(storedEvent(subject, seq, message.data));
  }

  #handOver(event: StoredEvent): void {
    const { sequence, subject } = event;
    const replay = this.#replay;
    this.#applied = sequence;
    this.#lastId = idOf(event);
    if (replay?.saw(subject, sequence) ?? true) this.#options.onEvent(event);
    if (replay && !replay.isUnderWay()) this.#endReplay(replay);
    for (const waiter of this.#waiting) if (waiter.sequence <= this.#applied) waiter.resolve();
  }

  #endReplay(replay: NewestReplay): void {
    const { eventCount, subjects: all } = replay;
    if (eventCount < all) {
      this.#doubt('newest', `SESSIONS has ${all} subjects, but only ${eventCount} newest events came`);
      this.#applied = 0;
      this.#beginAnewSoon();
      return;
    }
    this.#replay = undefined;
    this.#options.judge.agrees('newest');
  }

  /** Takes nothing more of this delivery, and begins a new one after a pause. */
  #beginAnewSoon(): void {
    this.#generation += 1;
    void pause(systemTimers, lookAgainMs).then(() => this.#restartUntilDone());
  }

  async #compareEnd(position: { sequence: number; id: unknown }, last: number): Promise<void> {
    const { judge, nc } = this.#options;
    const { sequence, id } = position;
    const ends = 'the store was wiped or rolled back';
    if (last < sequence) {
      this.#doubt(
        'end',
        `SESSIONS ends at sequence ${last}, but sequence ${sequence} was already read: ${ends}`,
      );
      return;
    }
    // A log that was rolled back grows again.
    if (judge.doubt('end') && id !== undefined) {
      const there = await readEventAt(nc, sequence);
      if (!there || idOf(there) !== id) {
        this.#doubt('end', `SESSIONS has another event at sequence ${sequence} than was read: ${ends}`);
        return;
      }
    }
    judge.agrees('end');
  }

  #doubt(kind: string, what: string): void {
    this.#options.judge.doubts(kind, new LogDamaged(what));
  }

  #restart(): Promise<void> {
    this.#starting ??= (async () => {
      await this.#leaveDelivery();
      await this.deliver();
    })().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  #restartUntilDone(): Promise<void> {
    this.#restarting ??= this.#untilDelivered().finally(() => {
      this.#restarting = undefined;
    });
    return this.#restarting;
  }

  async #untilDelivered(): Promise<void> {
    const { nc, log } = this.#options;
    const done = new AbortController();
    void this.#readUntil(done.signal);
    while (this.#isWanted && !this.#stopped && !nc.isClosed()) {
      try {
        await this.#restart();
        if (this.#delivery) break;
      } catch (error) {
        log.debug({ err: error }, 'the session log cannot be followed yet');
      }
      await pause(systemTimers, restartPauseMs);
    }
    done.abort();
  }

  async #readUntil(done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      await pause(systemTimers, readEveryMs, done);
      if (done.aborted) return;
      await this.#readOn().catch((error: unknown) =>
        this.#options.log.debug({ err: error }, 'the session log cannot be read yet'),
      );
    }
  }

  /** Asks the leader of the log for one event after the other, as long as it has more. */
  #readOn(upTo = Number.POSITIVE_INFINITY): Promise<void> {
    this.#reading ??= this.#readEach(upTo).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Repeats the question: one that came before the log had a leader gets no answer. */
  #askFor(sequence: number): Promise<StoredEvent | undefined> {
    const { nc } = this.#options;
    const slownessMs = BrokerAnswers.of(nc).slownessMs('read');
    return askAgain(() => readEventAt(nc, sequence), {
      ...{ everyMs: readEveryMs + slownessMs, withinMs: readWithinMs + 2 * slownessMs },
      isFinal: isFinalAnswer,
    });
  }

  async #readEach(upTo: number): Promise<void> {
    const mayRead = () => !this.#stopped && !this.#replay && !(this.#isReplaying() && this.#applied === 0);
    while (mayRead() && this.#applied < upTo) {
      const event = await this.#askFor(this.#applied + 1);
      if (!event || !mayRead()) return;
      // It may have been delivered meanwhile.
      if (event.sequence === this.#applied + 1) this.#handOver(event);
    }
  }
}

function idOf({ message }: StoredEvent): unknown {
  return (message as { id?: unknown } | null)?.id;
}

/** Sequence of the last event in SESSIONS, 0 when there is none. */
export async function lastSessionSequence(nc: NatsConnection): Promise<number> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  return (await onceClusterFormed(nc, () => leaderInfo(jsm, streamNames.sessions))).state.last_seq;
}
