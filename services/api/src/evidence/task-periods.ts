import type { OwnershipRow } from '@holdfast/shared/contracts/http/ownership-http.ts';
import type { ConfigLeg } from '@holdfast/shared/domain/session/config-legs.ts';
import { type PollingPlans, planIfKnown } from '../configuration/polling-plans.ts';

/** The successive periods of a session's task, without those of lost versions. @throws DatabaseUnavailable */
export async function taskPeriods(
  plans: Pick<PollingPlans, 'of'>,
  { task_id, period_ms }: { readonly task_id: number; readonly period_ms: number | null },
  legs: readonly ConfigLeg[],
): Promise<OwnershipRow['periods']> {
  // The beginning of the session's log cannot be read, so only the present period is known.
  if (legs.length === 0) return period_ms === null ? [] : [{ from: null, period_ms }];
  const periods: OwnershipRow['periods'] = [];
  for (const { fromMs, configVersion } of legs) {
    const plan = await planIfKnown(plans, { task_id, config_version: configVersion });
    if (!plan || plan.periodMs === periods.at(-1)?.period_ms) continue;
    const from = Number.isFinite(fromMs) ? new Date(fromMs).toISOString() : null;
    periods.push({ from, period_ms: plan.periodMs });
  }
  return periods;
}
