import { pageQuerySchema } from '@holdfast/shared/contracts/http/page.ts';
import {
  restoreBodySchema,
  restoredSchema,
  type TaskVersionView,
  taskVersionsPageSchema,
  type VersionItem,
  versionDiffSchema,
} from '@holdfast/shared/contracts/http/task-versions-http.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { sql } from 'kysely';
import * as z from 'zod';
import { requireRoleAt, type SiteAccess } from '../../access/granted-sites.ts';
import type { Database } from '../../database/open-database.ts';
import { decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { type Route, route } from '../../http/route.ts';
import type { TaskConfigs } from '../../ports.ts';
import { Problem } from '../../problems/problem.ts';
import { answerChange } from '../change-sets/answer-change-route.ts';
import { changeSetHeader } from '../collection-routes.ts';
import { readTaskContent } from '../config-versions.ts';
import type { KindsOfStore } from '../stored-kinds.ts';
import { configurationText } from '../texts.ts';
import { siteCodesOf } from '../version-sites.ts';
import { restoreVersion } from './restore-version.ts';
import { versionDiff } from './version-diff.ts';
import { versionNotFound } from './version-not-found.ts';

const whole = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);
const id = whole.describe('Task id');
const version = whole.describe('Number of a version');
const unreadAtMost = 100;
const other = z.union([z.literal('current'), whole]).describe('Number of a version, or `current`');

/** /api/config/tasks/{id}/versions: the contents with which sessions of a task were started. */
export function versionRoutes(
  database: Database,
  {
    siteAccess,
    store,
    taskConfigs,
    requireIfMatch,
  }: {
    readonly siteAccess: Pick<SiteAccess, 'requireUntilEnd'>;
    readonly store: KindsOfStore;
    readonly taskConfigs: () => Pick<TaskConfigs, 'load'>;
    /** Whether changes without If-Match are refused. */
    readonly requireIfMatch: boolean;
  },
): Route[] {
  const url = '/api/config/tasks/:id/versions';
  const sites = ({ params: { id } }: { params: { id: number } }) => ({ tasks: [id] });
  const load = async (taskId: number, number: number): Promise<TaskConfig> => {
    const loaded = await taskConfigs().load(String(taskId), number);
    if (!loaded.ok) throw versionNotFound(taskId, number);
    return loaded.config;
  };
  return [
    route({
      method: 'GET',
      url,
      role: 'viewer',
      sites,
      tag: 'Configuration',
      summary: 'List the versions of a task that sessions were started on, newest first',
      schema: {
        params: z.object({ id }),
        querystring: pageQuerySchema,
        response: { 200: taskVersionsPageSchema },
      },
      handler: async ({ params, query: { limit, cursor } }) => {
        const before = decodeCursor(cursor) ?? null;
        const { rows } = await sql<Omit<TaskVersionView, 'created_at'> & { created_at: Date }>`
          select version, created_at, task_code, task_name, period_ms, jsonb_array_length(device_codes) as devices,
            (select count(*) from sessions where sessions.task_id = v.task_id and config_version = v.version) as sessions
          from task_config_versions v where task_id = ${params.id} and (${before}::bigint is null or version < ${before})
          order by version desc limit ${limit + 1}`.execute(database);
        // A deleted task keeps its versions.
        if (rows.length === 0 && before === null) await requireTask(database, params.id);
        const results = rows
          .slice(0, limit)
          .map((row) => ({ ...row, created_at: row.created_at.toISOString() }));
        const next = rows.length > limit ? results.at(-1)?.version : undefined;
        return { results, next_cursor: encodeCursor(next) };
      },
    }),
    route({
      method: 'GET',
      url: `${url}/:version/diff/:other`,
      role: 'viewer',
      sites,
      tag: 'Configuration',
      summary: 'Compare a version of a task with another one, or with what is configured now',
      schema: { params: z.object({ id, version, other }), response: { 200: versionDiffSchema } },
      handler: async ({ params, grantedSites }) => {
        const from = await load(params.id, params.version);
        const isCurrent = params.other === 'current';
        const to = isCurrent
          ? await readTaskContent(database, params.id)
          : await load(params.id, Number(params.other));
        requireRoleAt(grantedSites, [...siteCodesOf(from), ...siteCodesOf(to)]);
        const results = await withPointIds(database, versionDiff(withoutVersion(from), withoutVersion(to)));
        return { from: params.version, to: isCurrent ? null : Number(params.other), results };
      },
    }),
    route({
      method: 'POST',
      url: `${url}/:version/restore`,
      role: 'engineer',
      sites,
      names: async ({ params: { id, version } }) => {
        const { devices } = await load(id, version);
        return { tasks: [id], devices: devices.map((device) => Number(device.id)) };
      },
      action: 'task.restore',
      tag: 'Configuration',
      summary: 'Restore a task, its devices and points as they were in a version',
      about:
        'As a change set. Deleted things come back with their ids; devices that other tasks read change for them too. `unread_points` names later points, which `keep_points` keeps in the task.',
      hasVersion: 'tried',
      gives: changeSetHeader,
      schema: {
        params: z.object({ id, version }),
        body: restoreBodySchema,
        response: { 200: restoredSchema },
      },
      handler: async (request, reply) => {
        const { params, grantedSites: granted } = request;
        const { reason = '', dry_run: isTry = false, keep_points: keepsPoints = false } = request.body ?? {};
        const config = await load(params.id, params.version);
        const about = {
          kind: 'restore',
          source: `version ${params.version}`,
          reason,
          isTry,
          requireIfMatch,
        } as const;
        let unread: readonly string[] = [];
        const answer = await answerChange(request, reply, database, about, async (transaction) => {
          const options = { config, granted, siteAccess, store, keepsPoints };
          unread = await restoreVersion(transaction, options);
        });
        return { ...answer, unread_points: unread.slice(0, unreadAtMost) };
      },
    }),
  ];
}

/** @throws Problem */
async function requireTask(database: Database, taskId: number): Promise<void> {
  const task = await database.selectFrom('tasks').select('id').where('id', '=', taskId).executeTakeFirst();
  if (!task) throw new Problem('task_not_found', configurationText('task_not_found', { taskId }));
}

function withoutVersion(content: Omit<TaskConfig, 'config_version'>): Omit<TaskConfig, 'config_version'> {
  const { config_version: _, ...rest } = content as TaskConfig;
  return rest;
}

/** Adds the ids of points that still exist, which versions do not contain. @throws DatabaseUnavailable */
async function withPointIds(database: Database, items: readonly VersionItem[]): Promise<VersionItem[]> {
  const points = items.filter(({ kind }) => kind === 'point');
  if (points.length === 0) return [...items];
  const { rows } = await sql<{ readonly id: number; readonly device: string; readonly code: string }>`
    select points.id, devices.code as device, points.code
    from unnest(${points.map(({ device }) => device)}::text[], ${points.map(({ code }) => code)}::text[]) as asked (device, code)
    join devices on devices.code = asked.device
    join points on points.device_id = devices.id and points.code = asked.code`.execute(database);
  const idByPlace = new Map(rows.map(({ id, device, code }) => [JSON.stringify([device, code]), id]));
  return items.map((item) =>
    item.kind === 'point'
      ? { ...item, id: idByPlace.get(JSON.stringify([item.device, item.code])) ?? null }
      : item,
  );
}
