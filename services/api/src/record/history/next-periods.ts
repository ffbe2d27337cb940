import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { findPlan, type PollingPlan, type PollingPlans } from '../../configuration/polling-plans.ts';
import type { Database } from '../../database/open-database.ts';

export interface NextPeriodSources {
  readonly database: Database;
  readonly plans: Pick<PollingPlans, 'of' | 'prepare'>;
}

/** The fields of a device's last reading that show how it was read. */
export type LastRead = Pick<Sample, 'session' | 'device' | 'period_ms' | 'config_version'>;

/** The version that a session now uses. */
export interface VersionNow {
  readonly configVersion: number;
  readonly plan: PollingPlan;
}

/**
 * The period of coming ticks by device, for devices whose running session got another version since they were last
 * read. Nothing else shows it until the first of these ticks, which may be a long time. @throws DatabaseUnavailable
 */
export async function nextPeriods(
  { database, plans }: NextPeriodSources,
  readings: readonly LastRead[],
): Promise<ReadonlyMap<string, number>> {
  if (readings.length === 0) return new Map();
  const changed = await database
    .selectFrom('sessions')
    .select(['session_id', 'task_id', 'config_version'])
    .where('session_id', 'in', [...new Set(readings.map(({ session }) => session))])
    .where('status', 'in', ['running', 'paused'])
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('session_events')
          .select('sequence')
          .whereRef('session_events.session_id', '=', 'sessions.session_id')
          .where('type', '=', 'session.reconfigured'),
      ),
    )
    .execute();
  await plans.prepare(changed);
  const now = new Map<string, VersionNow>();
  for (const session of changed) {
    const plan = await findPlan(plans, session);
    if (plan) now.set(session.session_id, { configVersion: session.config_version, plan });
  }
  return periodsToCome(readings, now);
}

/** The same, from the present versions of changed sessions. */
export function periodsToCome(
  readings: readonly LastRead[],
  now: ReadonlyMap<string, VersionNow>,
): Map<string, number> {
  const next = new Map<string, number>();
  for (const [session, ofSession] of Map.groupBy(readings, (reading) => reading.session)) {
    const version = now.get(session);
    if (!version) continue;
    const periods = new Map(version.plan.devices.map(({ code, periodMs }) => [code, periodMs]));
    for (const { device, period_ms, config_version } of ofSession) {
      const periodMs = periods.get(device);
      const isOld = config_version !== version.configVersion;
      if (isOld && periodMs !== undefined && periodMs !== period_ms) next.set(device, periodMs);
    }
  }
  return next;
}
