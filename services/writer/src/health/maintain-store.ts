import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';
import { regularly } from '@holdfast/shared/runtime/regularly.ts';

const everyMs = 60 * 60_000;
const afterFailureMs = 5 * 60_000;
const dayMs = 86_400_000;

/** Every hour, makes room for the days to come and drops those older than `retentionDays` (0: keeps all). */
export function maintainStore(options: {
  readonly store: Pick<SampleStore, 'maintain'>;
  readonly retentionDays: number;
  readonly log: Logger;
}): Stop {
  const { store, retentionDays, log } = options;
  const outage = new OutageLog({
    log,
    level: 'warn',
    began: 'could not look after the days of the database; trying again later',
    remindAfter: 1,
  });
  const stop = regularly({ everyMs, afterFailureMs, outage }, async () => {
    const nowMs = Date.now();
    const keepFromMs = retentionDays > 0 ? nowMs - retentionDays * dayMs : undefined;
    const dropped = await store.maintain({ nowMs, keepFromMs });
    if (dropped.length > 0)
      log.info({ dropped, retention_days: retentionDays }, 'dropped days past retention');
  });
  return async () => {
    // A database that hangs must not hold up the shutdown.
    void stop();
  };
}
