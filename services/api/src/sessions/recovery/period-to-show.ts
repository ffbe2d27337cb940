import { findPlan, type PollingPlans, shortestPeriodMs } from '../../configuration/polling-plans.ts';
import type { SessionPasts, SessionThen } from '../queries/session-pasts.ts';
import { freshWithin } from './compare-session.ts';

export interface PeriodSources {
  readonly pasts: Pick<SessionPasts, 'of'>;
  readonly plans: Pick<PollingPlans, 'of'>;
}

/**
 * How often each session is to show itself now, in ms by session: the period of its fastest device. A change to a
 * shorter period is announced some seconds before it is in force, and its first tick comes later still; until then the
 * former period counts. Undefined where the configuration cannot be read. @throws DatabaseUnavailable
 */
export async function periodsToShow(
  { pasts, plans }: PeriodSources,
  sessions: readonly (SessionThen & { readonly task_id: number; readonly config_version: number })[],
  nowMs: number,
): Promise<Map<string, number | undefined>> {
  const pastById = await pasts.of(sessions);
  const periods = new Map<string, number | undefined>();
  for (const session of sessions) {
    const periodOf = async (config_version: number) => {
      const plan = await findPlan(plans, { task_id: session.task_id, config_version });
      return plan && shortestPeriodMs(plan);
    };
    const present = await periodOf(session.config_version);
    const [former, latest] = pastById.get(session.session_id)?.legs.slice(-2) ?? [];
    const isSettled = !former || !latest || nowMs > latest.fromMs + freshWithin(present);
    const before = isSettled ? undefined : await periodOf(former.configVersion);
    periods.set(session.session_id, before === undefined ? present : Math.max(before, present ?? 0));
  }
  return periods;
}
