import { sql } from 'kysely';
import type { GrantedSites } from '../access/granted-sites.ts';
import { findPlan, isDeviceAt, type PollingPlan, type PollingPlans } from '../configuration/polling-plans.ts';
import type { Database } from '../database/open-database.ts';

/** The part of a session that a caller may see: all of it, or the devices at the caller's sites. */
export interface SessionShare {
  readonly isWhole: boolean;
  readonly has: (deviceCode: string) => boolean;
}

const whole: SessionShare = { isWhole: true, has: () => true };

/**
 * The share of a session as it is now.
 * @param plan of the version on which it runs, or undefined if that is lost
 */
export function presentShare(
  { site_codes }: { readonly site_codes?: readonly string[] | null | undefined },
  plan: PollingPlan | undefined,
  granted: GrantedSites,
): SessionShare {
  if (granted === 'everywhere') return whole;
  const isWhole = site_codes?.every((code) => granted.includes(code)) ?? false;
  if (!plan) return { isWhole, has: () => isWhole };
  // What was last heard may still be of a former version, with devices at other sites.
  const own = new Set(plan.devices.filter((device) => isDeviceAt(device, granted)).map(({ code }) => code));
  return { isWhole, has: (code) => own.has(code) };
}

/**
 * The share of everything that a session has read: devices that were at the caller's sites in every version that had
 * them. @throws DatabaseUnavailable
 */
export async function pastShare(
  { database, plans }: { readonly database: Database; readonly plans: Pick<PollingPlans, 'of'> },
  session: { readonly session_id: string; readonly task_id: number; readonly config_version: number },
  granted: GrantedSites,
): Promise<SessionShare> {
  if (granted === 'everywhere') return whole;
  const versions = new Set([session.config_version, ...(await formerVersions(database, session.session_id))]);
  const own = new Set<string>();
  const others = new Set<string>();
  let isKnown = true;
  for (const config_version of versions) {
    const plan = await findPlan(plans, { task_id: session.task_id, config_version });
    if (!plan) isKnown = false;
    for (const device of plan?.devices ?? []) (isDeviceAt(device, granted) ? own : others).add(device.code);
  }
  // A device that is in no version yet known is not shown: what is heard of it may come before its version.
  return { isWhole: isKnown && others.size === 0, has: (code) => own.has(code) && !others.has(code) };
}

/** The versions that a session has had, as far as they are projected. @throws DatabaseUnavailable */
export async function formerVersions(database: Database, sessionId: string): Promise<number[]> {
  const { rows } = await sql<{ version: unknown }>`
    select distinct data -> 'config_version' as version from session_events
    where session_id = ${sessionId} and type in ('session.started', 'session.resumed', 'session.reconfigured')
      and problem is null and data ? 'config_version'`.execute(database);
  return rows.map(({ version }) => Number(version));
}
