import { HistoryQueryRefused, SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import { AppendOutcomeUnknown, StoreUnavailable } from '@holdfast/shared/event-store/event-store.ts';
import { LogUnreadable } from '@holdfast/shared/sessions/handle-command.ts';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import { BrokerUnavailable } from '../ports.ts';
import { Problem } from './problem.ts';

const retryAfterSeconds = 2;

/** The problem that an error of the broker or of a database stands for. */
export function storeProblem(error: unknown): Problem | undefined {
  if (error instanceof AppendOutcomeUnknown) {
    return new Problem(
      'outcome_unknown',
      'The broker did not answer in time. Look at the session, or send the command again: a repeated stop, ' +
        'pause or resume changes nothing, and a repeated start is answered with 409 when the first one was stored.',
      {},
      { retryAfterSeconds, cause: error },
    );
  }
  if (error instanceof BrokerUnavailable || error instanceof StoreUnavailable) {
    return new Problem(
      'broker_unavailable',
      'Nothing was changed. Sessions that run go on by themselves; try the command again.',
      {},
      { retryAfterSeconds, cause: error },
    );
  }
  if (error instanceof DatabaseUnavailable) {
    return new Problem(
      'database_unavailable',
      'Sessions that run go on, and they can be stopped, paused and resumed. Try again.',
      {},
      { retryAfterSeconds, cause: error },
    );
  }
  if (error instanceof SampleStoreUnavailable) {
    return new Problem(
      'sample_store_unavailable',
      'No sample is lost by this. Try again.',
      {},
      { retryAfterSeconds, cause: error },
    );
  }
  if (error instanceof LogUnreadable) {
    return new Problem(
      'log_unreadable',
      `${error.message}. Use the release that wrote it, or a newer one.`,
      {},
      { cause: error },
    );
  }
  if (error instanceof HistoryQueryRefused) {
    return new Problem('history_query_refused', error.message, {}, { cause: error });
  }
  return undefined;
}
