import { confirmedTicks } from '@holdfast/sample-store/confirmed-ticks.ts';
import type { TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';
import { parsePublishedSubject } from '@holdfast/shared/contracts/subjects.ts';
import type { Connection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { sampleProgress } from '@holdfast/shared/jetstream/samples/sample-progress.ts';
import { deleteSentMessages, readSentMessages } from '@holdfast/shared/jetstream/streams/sent-stream.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { regularly } from '@holdfast/shared/runtime/regularly.ts';
import { withDeadline } from '@holdfast/shared/runtime/timers.ts';
import type { EpochBook } from '@holdfast/shared/sessions/epoch-book.ts';
import type { HoldingEnds } from '../fencing/holding-ends.ts';
import { isFromSender } from '../sent/is-from-sender.ts';
import { PendingSent } from '../sent/pending-sent.ts';

/** Ticks scheduled later than this after the record of them was stored cannot have come yet. */
const clocksDifferByMs = 10_000;

export interface RecordSentOptions {
  readonly connection: Connection;
  /** Undefined where ticks are not recorded. */
  readonly coverage: Pick<TickCoverage, 'record'> | undefined;
  readonly epochs: Pick<EpochBook, 'find'>;
  readonly heldUntil: Pick<HoldingEnds, 'find'>;
  /** Whether the database takes samples, as far as is known. */
  readonly isDatabaseUp: () => boolean;
  /** 5 s unless set. */
  readonly everyMs?: number;
  readonly log: Logger;
}

/**
 * Records which ticks were sent by collectors that have ended, and removes their messages from SENT. Safe to repeat,
 * also by several writers at a time. It waits for the database and for SENT without holding up any sample.
 *
 * Where ticks are not recorded, the messages are removed anyway: if they were still there when recording begins,
 * ticks that were stored before it would all be called lost.
 */
export function recordSent({
  connection,
  coverage,
  epochs,
  heldUntil,
  isDatabaseUp,
  everyMs = 5_000,
  log,
}: RecordSentOptions): Stop {
  const pending = new PendingSent();
  let readUpTo = 0;

  const look = async (signal: AbortSignal): Promise<void> => {
    const { nc } = connection;
    const news = await readSentMessages(nc, readUpTo);
    // The stream was recreated.
    if (news.upTo < readUpTo) pending.forget();
    pending.take(news.messages);
    readUpTo = news.upTo;
    if (pending.size === 0) return;
    const ready = pending.ready({
      ...(await sampleProgress(nc)),
      isDatabaseUp: isDatabaseUp(),
      nowMs: news.nowMs,
      monotonicMs: performance.now(),
    });
    for (const { message, record } of ready) {
      if (signal.aborted) return;
      const { session, epoch, collector } = record;
      const isTrue = await isFromSender(message.subject, record, epochs);
      if (isTrue === undefined) continue;
      if (isTrue) {
        const taskId = parsePublishedSubject(message.subject)?.taskId ?? '';
        const untilMs = Math.min(message.storedAtMs + clocksDifferByMs, await heldUntil.find(taskId, epoch));
        await coverage?.record(confirmedTicks(record, untilMs));
      } else {
        const about = { subject: message.subject, session, epoch, collector };
        log.warn(
          about,
          'a report of how far samples were sent comes from a client that did not send them; it is not believed',
        );
      }
      await deleteSentMessages(nc, message.sequence);
      pending.settle(message);
    }
  };

  // An absent broker or database is reported elsewhere.
  const outage = {
    failed: (error: unknown) => log.debug({ err: error }, 'which ticks were sent is put on record later'),
    worked: () => undefined,
  };
  const stopLooking = regularly({ everyMs, isPossible: connection.isUp, outage }, look);
  return () => withDeadline(stopLooking(), 2_000);
}
