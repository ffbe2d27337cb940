import { HistoryQueryRefused, SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import { AppendOutcomeUnknown, StoreUnavailable } from '@holdfast/shared/event-store/event-store.ts';
import { LogUnreadable } from '@holdfast/shared/sessions/handle-command.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import { BrokerUnavailable } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import { problemsText } from '../problems/texts.ts';

const retryAfterSeconds = 2;

/** The problem that an error of the broker or of a database stands for. */
export function storeProblem(error: unknown): Problem | undefined {
  if (error instanceof AppendOutcomeUnknown) {
    return new Problem(
      'outcome_unknown',
      problemsText('outcome_unknown'),
      {},
      { retryAfterSeconds, cause: error },
    );
  }
  if (error instanceof BrokerUnavailable || error instanceof StoreUnavailable) {
    return new Problem(
      'broker_unavailable',
      problemsText('broker_unavailable'),
      {},
      { retryAfterSeconds, cause: error },
    );
  }
  if (error instanceof DatabaseUnavailable) {
    return new Problem(
      'database_unavailable',
      problemsText('database_unavailable'),
      {},
      { retryAfterSeconds, cause: error },
    );
  }
  if (error instanceof SampleStoreUnavailable) {
    return new Problem(
      'sample_store_unavailable',
      problemsText('sample_store_unavailable'),
      {},
      { retryAfterSeconds, cause: error },
    );
  }
  if (error instanceof LogUnreadable) {
    return new Problem(
      'log_unreadable',
      problemsText('log_unreadable', { event: unreadableEvent(error) }),
      {},
      { cause: error },
    );
  }
  if (error instanceof HistoryQueryRefused) {
    return new Problem('history_query_refused', error.detail, {}, { cause: error });
  }
  return undefined;
}

function unreadableEvent({ subject, problem }: LogUnreadable): Text {
  return problemsText('an_event_of', { subject, problem });
}
