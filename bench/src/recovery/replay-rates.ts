import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { LogJudge } from '@holdfast/shared/event-store/log-judge.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { followSessionLog } from '@holdfast/shared/jetstream/sessions/session-log.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { TaskBook } from '../../../services/supervisor/src/task-book.ts';
import { InvalidMeasurement } from '../benchmark.ts';
import { median } from '../median.ts';

export interface ReplayRates {
  /** Medians, events per second. */
  readonly replay: number;
  readonly bare: number;
  /** The same state, from every event instead of the newest ones; measured once. */
  readonly everyEvent: number;
  /** Every round, events per second, in the order in which they were measured. */
  readonly replayRounds: readonly number[];
  readonly bareRounds: readonly number[];
}

export interface ReplayTarget {
  readonly natsUrl: string;
  /** How many events SESSIONS has. */
  readonly events: number;
  /** How many sessions of them run. */
  readonly running: number;
  readonly rounds: number;
  readonly log: Logger;
}

/**
 * Reads the whole log as the supervisor does when it starts, and as a consumer that only counts, by turns and in one
 * process, so that both find the same machine. The first turn of each warms the compiler up and does not count.
 * @throws InvalidMeasurement when either did not see all of it
 */
export async function measureReplayRates(target: ReplayTarget): Promise<ReplayRates> {
  const replayRounds: number[] = [];
  const bareRounds: number[] = [];
  for (let round = 0; round <= target.rounds; round += 1) {
    const bare = target.events / (await countAll(target));
    const rate = target.events / (await replay(target, 'newest_per_subject'));
    if (round === 0) continue;
    bareRounds.push(Math.round(bare));
    replayRounds.push(Math.round(rate));
  }
  const everyEvent = Math.round(target.events / (await replay(target, 0)));
  return { replay: median(replayRounds), bare: median(bareRounds), everyEvent, replayRounds, bareRounds };
}

/** @returns seconds from asking for the first event to having folded the last one */
async function replay(
  { natsUrl, events, running, log }: ReplayTarget,
  after: 0 | 'newest_per_subject',
): Promise<number> {
  const connection = await connectNats({ url: natsUrl, name: 'bench-replay', log });
  try {
    const book = new TaskBook(log, systemClock);
    const judge = new LogJudge({ clock: systemClock, onVerdict: () => undefined });
    const startedAt = performance.now();
    const follower = await followSessionLog({
      nc: connection.nc,
      after,
      onEvent: (event) => book.apply(event),
      judge,
      log,
    });
    await follower.reached(events);
    const seconds = (performance.now() - startedAt) / 1_000;
    await follower.stop();
    const runningCount = [...book.tasks().values()].filter(
      ({ session }) => session.status === 'running',
    ).length;
    if (runningCount !== running || judge.state() !== 'sound') {
      throw new InvalidMeasurement(`the replay found ${runningCount} running sessions instead of ${running}`);
    }
    return seconds;
  } finally {
    await connection.close();
  }
}

/** The same client, the same kind of consumer, the same batches; nothing is done with what comes. */
async function countAll({ natsUrl, events, log }: ReplayTarget): Promise<number> {
  const connection = await connectNats({ url: natsUrl, name: 'bench-bare', log });
  try {
    const startedAt = performance.now();
    const consumer = await jetstream(connection.nc).consumers.get(streamNames.sessions, {
      deliver_policy: DeliverPolicy.All,
    });
    let eventCount = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const delivery = await consumer.consume({
      max_messages: 5_000,
      callback: () => {
        eventCount += 1;
        if (eventCount === events) resolve();
      },
    });
    await promise;
    const seconds = (performance.now() - startedAt) / 1_000;
    await delivery.close();
    return seconds;
  } finally {
    await connection.close();
  }
}
