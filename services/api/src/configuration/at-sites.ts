import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { GrantedSites } from '../access/granted-sites.ts';

type Condition = RawBuilder<SqlBool>;

/** Conditions with which lists leave out what is at other sites or at none. Undefined leaves nothing out. */
export const atSites = {
  sites: (granted: GrantedSites) => within(granted, (codes) => sql`sites.code = any(${codes}::text[])`),
  devices: (granted: GrantedSites) =>
    within(
      granted,
      (codes) => sql`devices.site_id in (select id from sites where code = any(${codes}::text[]))`,
    ),
  points: (granted: GrantedSites) =>
    within(
      granted,
      (codes) => sql`points.device_id in (
        select devices.id from devices join sites on sites.id = devices.site_id where sites.code = any(${codes}::text[]))`,
    ),
  /** Every device of the task has to be at these sites. */
  tasks: (granted: GrantedSites) =>
    within(
      granted,
      (codes) => sql`(
        select bool_and(coalesce(sites.code = any(${codes}::text[]), false)) from task_devices
        join devices on devices.id = task_devices.device_id left join sites on sites.id = devices.site_id
        where task_devices.task_id = tasks.id)`,
    ),
  /**
   * One device of the session has to be at these sites. What is shown of the others is left out by `plansAt`.
   * @param codes the column with the sites of the version on which a session runs
   */
  sessions: (granted: GrantedSites, codes: Expression<string[] | null>) =>
    within(granted, (granted) => sql`coalesce(${codes} && ${granted}::text[], false)`),
  /** The same where the past of `sessions` is shown: one device of any version that they have had. */
  pastSessions: (granted: GrantedSites, codes: Expression<string[] | null>) =>
    within(
      granted,
      (granted) => sql`(coalesce(${codes} && ${granted}::text[], false) or exists (
        select from session_events join task_config_versions as past
          on past.task_id = sessions.task_id and to_jsonb(past.version) = session_events.data -> 'config_version'
        where session_events.session_id = sessions.session_id and session_events.problem is null
          and session_events.type in ('session.started', 'session.resumed', 'session.reconfigured')
          and past.site_codes && ${granted}::text[]
          -- Only tasks that were ever there are looked into.
          and sessions.task_id in (select task_id from task_config_versions where site_codes && ${granted}::text[])))`,
    ),
};

function within(
  granted: GrantedSites,
  condition: (codes: readonly string[]) => RawBuilder<unknown>,
): Condition | undefined {
  return granted === 'everywhere' ? undefined : (condition(granted) as Condition);
}
