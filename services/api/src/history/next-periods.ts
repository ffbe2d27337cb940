import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { type PollingPlan, type PollingPlans, planIfKnown } from '../configuration/polling-plans.ts';
import type { Database } from '../database/open-database.ts';

export interface NextPeriodSources {
  readonly database: Database;
  readonly plans: Pick<PollingPlans, 'of' | 'prepare'>;
}

/** The last reading of a device, as far as it tells how it was read. */
export type LastRead = Pick<Sample, 'session' | 'device' | 'period_ms' | 'config_version'>;

/** The version that a session goes on by. */
export interface VersionNow {
  readonly configVersion: number;
  readonly plan: PollingPlan;
}

/**
 * By device the period of the ticks to come, where its running session was given another one since it was read last: until the first of
 * these ticks, which may be long, nothing else tells. @throws DatabaseUnavailable
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
    const plan = await planIfKnown(plans, session);
    if (plan) now.set(session.session_id, { configVersion: session.config_version, plan });
  }
  return periodsToCome(readings, now);
}

/** The same by the versions of sessions that were changed. */
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
