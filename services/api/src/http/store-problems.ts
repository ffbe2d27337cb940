import { both } from '@holdfast/driver/form-words.ts';
import { HistoryQueryRefused, SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import { AppendOutcomeUnknown, StoreUnavailable } from '@holdfast/shared/event-store/event-store.ts';
import { LogUnreadable } from '@holdfast/shared/sessions/handle-command.ts';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import { BrokerUnavailable } from '../ports.ts';
import { Problem } from '../problems/problem.ts';

const retryAfterSeconds = 2;

/** The problem that an error of the broker or of a database stands for. */
export function storeProblem(error: unknown): Problem | undefined {
  if (error instanceof AppendOutcomeUnknown) {
    return new Problem(
      'outcome_unknown',
      both(
        'The broker did not answer in time. Look at the session, or send the command again: a repeated stop, ' +
          'pause or resume changes nothing, and a repeated start is answered with 409 when the first one was stored.',
        '消息服务未及时应答。请查看会话，或重新发送命令：重复的停止、暂停、继续不会有任何改变；若第一次启动已保存，重复的启动会得到 409。',
      ),
      {},
      { retryAfterSeconds, cause: error },
    );
  }
  if (error instanceof BrokerUnavailable || error instanceof StoreUnavailable) {
    return new Problem(
      'broker_unavailable',
      both(
        'Nothing was changed. Sessions that run go on by themselves; try the command again.',
        '没有任何更改。运行中的会话自行继续；请重试此命令。',
      ),
      {},
      { retryAfterSeconds, cause: error },
    );
  }
  if (error instanceof DatabaseUnavailable) {
    return new Problem(
      'database_unavailable',
      both(
        'Sessions that run go on, and they can be stopped, paused and resumed. Try again.',
        '运行中的会话继续，仍可停止、暂停和继续。请重试。',
      ),
      {},
      { retryAfterSeconds, cause: error },
    );
  }
  if (error instanceof SampleStoreUnavailable) {
    return new Problem(
      'sample_store_unavailable',
      both('No sample is lost by this. Try again.', '不会因此丢失任何采样。请重试。'),
      {},
      { retryAfterSeconds, cause: error },
    );
  }
  if (error instanceof LogUnreadable) {
    return new Problem(
      'log_unreadable',
      both(
        `${error.message}. Use the release that wrote it, or a newer one.`,
        `${error.subject} 中有一条事件无法读取。请使用写入它的版本或更新的版本。`,
      ),
      {},
      { cause: error },
    );
  }
  if (error instanceof HistoryQueryRefused) {
    return new Problem('history_query_refused', error.detail, {}, { cause: error });
  }
  return undefined;
}
