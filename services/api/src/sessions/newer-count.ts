import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';
import { regularly } from '@holdfast/shared/runtime/regularly.ts';
import type { FindNewerConfigured } from '../configuration/newer-configured.ts';
import type { Database } from '../database/open-database.ts';

/** Counts sessions whose task is configured otherwise by now, every few seconds, for a metric. */
export function countNewerConfigured({
  database,
  newerConfigured,
  isPossible,
  everyMs,
  log,
}: {
  readonly database: Database;
  readonly newerConfigured: FindNewerConfigured;
  readonly isPossible: () => boolean;
  readonly everyMs: number;
  readonly log: Logger;
}): { readonly count: () => number | undefined; readonly stop: Stop } {
  let newerSessions: number | undefined;
  const outage = new OutageLog({
    log,
    level: 'warn',
    began: 'sessions cannot be compared with what is configured; trying again',
  });
  const stop = regularly({ everyMs, isPossible, outage }, async () => {
    try {
      const active = await database
        .selectFrom('sessions')
        .select(['session_id', 'task_id', 'status', 'config_version'])
        .where('status', 'in', ['running', 'paused'])
        .execute();
      newerSessions = [...(await newerConfigured(active)).values()].filter(
        (isNewer) => isNewer === true,
      ).length;
    } catch (error) {
      newerSessions = undefined;
      throw error;
    }
  });
  return { count: () => (isPossible() ? newerSessions : undefined), stop };
}
