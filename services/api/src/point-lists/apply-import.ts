import { taskCreateSchema } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { DeviceCreate } from '@holdfast/shared/contracts/http/device-http.ts';
import type { ImportResult } from '@holdfast/shared/contracts/http/point-list-http.ts';
import { validate } from '@holdfast/shared/judgement/verdict-on-body.ts';
import { sql } from 'kysely';
import type { GrantedSites, SiteAccess } from '../access/granted-sites.ts';
import {
  bodyRefused,
  explained,
  mostNames,
  stillReferenced,
} from '../configuration/configuration-problems.ts';
import { devices } from '../configuration/devices.ts';
import { togetherWithSiblings } from '../configuration/sibling-faults.ts';
import type { KindsOfStore } from '../configuration/stored-kinds.ts';
import { tasks } from '../configuration/tasks.ts';
import { openChangeSet } from '../database/in-change.ts';
import type { Database } from '../database/open-database.ts';
import { Problem } from '../problems/problem.ts';
import type { Question } from './judging/question.ts';
import type { StoredImport } from './stored-import.ts';
import { pointListsText } from './texts.ts';
import { importedStates, unreadQuestion } from './unread-points.ts';

export interface ApplySources {
  readonly store: KindsOfStore;
  readonly siteAccess: Pick<SiteAccess, 'requireUntilEnd'>;
}

/** Columns of the points table that a list may set. */
const columns = [
  ...['code', 'name', 'address', 'data_type', 'scale', 'offset', 'unit', 'enabled', 'count', 'precision'],
  ...['valid_min', 'valid_max', 'linear', 'enumeration', 'period_ms', 'report', 'writable'],
];
const quoted = (prefix: string) => sql.raw(columns.map((column) => `${prefix}"${column}"`).join(', '));

/**
 * Applies a judged list, all of it or if wanted all but its faulty rows, within the transaction in which the import is locked.
 * @throws Problem if it has faults or open questions, or if something that it would change was changed since
 */
export async function applyImport(
  transaction: Database,
  { store, siteAccess }: ApplySources,
  {
    listImport: stored,
    sites,
    confirmedDeletes,
    skipsFaults,
  }: {
    readonly listImport: StoredImport;
    readonly sites: GrantedSites;
    readonly confirmedDeletes: number | undefined;
    readonly skipsFaults: boolean;
  },
): Promise<ImportResult> {
  if (stored.result) return stored.result;
  const { id, view } = stored;
  const skipped = view.counts.fault ?? 0;
  if (skipped > 0 && !skipsFaults) throw hasFaults(skipped);
  // A faulty row may name, in a way that is not understood, a point that the list only seems to lack.
  const deletes = stored.settings.mode === 'replace' && skipped === 0 ? view.deletes : 0;
  requireReady(stored, { deletes, confirmedDeletes });
  const taskIds = await tasksByCode(
    transaction,
    view.tasks.map(({ code }) => code),
  );
  await siteAccess.requireUntilEnd(transaction, sites, {
    devices: view.devices.map((device) => device.id),
    tasks: [...taskIds.values()],
    sites: (view.newDevices as DeviceCreate[]).map(({ site_id }) => site_id),
  });
  await requireUnchanged(transaction, stored);
  const newDevices = await devicesToMake(transaction, stored);
  for (const device of newDevices) await devices(transaction, store).create(device);
  const ids = await deviceIds(transaction, id);
  const writtenPoints = await explained(() =>
    togetherWithSiblings(
      transaction,
      ids.map((device_id) => ({ device_id, code: '', pathPrefix: '' })),
      () => writePoints(transaction, stored, deletes),
    ),
  );
  const madeTasks = await putIntoTasks(transaction, view.tasks, taskIds);
  const widenedTasks = await chooseUnreadPoints(transaction, stored);
  const result: ImportResult = {
    ...writtenPoints,
    skipped,
    devices: newDevices.map(({ code }) => code),
    tasks: [...new Set([...madeTasks, ...widenedTasks])],
    change_set: (await openChangeSet(transaction)) ?? null,
  };
  await transaction
    .updateTable('point_imports')
    // The file is no longer needed, unless for the rows that were left out.
    .set({ result: JSON.stringify(result), ...(skipped === 0 && { content: Buffer.alloc(0) }) })
    .where('id', '=', id)
    .execute();
  return result;
}

function hasFaults(faults: number): Problem {
  return new Problem('import_has_faults', pointListsText('import_has_faults', { faults }), {
    faults,
  });
}

function requireReady(
  { view }: StoredImport,
  { deletes, confirmedDeletes }: { readonly deletes: number; readonly confirmedDeletes: number | undefined },
): void {
  const open = view.questions.filter(({ isGuess }) => isGuess);
  if (open.length > 0) throw openQuestions(open);
  if (deletes > 0 && confirmedDeletes !== deletes) {
    throw new Problem('import_deletes_points', pointListsText('import_deletes_points', { deletes }), {
      deletes,
    });
  }
}

export function openQuestions(open: readonly Question[]): Problem {
  return new Problem(
    'import_has_questions',
    pointListsText('import_has_questions', { questions: open.map(({ text }) => text) }),
    { questions: open.map(({ name }) => name) },
  );
}

/** Requires everything that the list would change to be as it was when judged. Other points and devices may have changed. */
async function requireUnchanged(transaction: Database, { id, view, settings }: StoredImport): Promise<void> {
  const codes = view.devices.map(({ code }) => code);
  const { rows: now } = await sql<{ id: number; code: string; protocol: string }>`
    select id, code, protocol from devices where code = any(${codes}::text[]) order by id for share`.execute(
    transaction,
  );
  const isSame = view.devices.every((device) =>
    now.some(
      ({ id, code, protocol }) => id === device.id && code === device.code && protocol === device.protocol,
    ),
  );
  const touched = settings.mode === 'replace' ? ['changed', 'missing'] : ['changed'];
  await sql`
    select from points where id in (
      select point_id from point_import_rows where import_id = ${id} and state = any(${touched}::text[])
    ) order by id for update`.execute(transaction);
  const { rows: moved } = await sql<{ device: string; code: string }>`
    select row.device, row.code from point_import_rows as row left join points on points.id = row.point_id
    where row.import_id = ${id} and row.state = any(${touched}::text[])
      and (points.id is null or points.xmin::text <> row.version)
    union all
    select row.device, row.code from point_import_rows as row
      join devices on devices.code = row.device join points on points.device_id = devices.id and points.code = row.code
    where row.import_id = ${id} and row.state = 'new'
    limit 1`.execute(transaction);
  const [first] = moved;
  if (isSame && !first) return;
  throw wasChanged(first ? `${first.device}/${first.code}` : codes.join(', '));
}

function wasChanged(what: string): Problem {
  return new Problem('precondition_failed', pointListsText('precondition_failed', { what }));
}

/** New devices that have points: all rows of one may be faulty and left out. */
async function devicesToMake(
  transaction: Database,
  { id, view }: StoredImport,
): Promise<readonly DeviceCreate[]> {
  const { rows } = await sql<{ device: string }>`
    select distinct device from point_import_rows where import_id = ${id} and state = 'new'`.execute(
    transaction,
  );
  const codes = new Set(rows.map(({ device }) => device));
  return (view.newDevices as DeviceCreate[]).filter(({ code }) => codes.has(code));
}

/**
 * Adds points to those that their tasks read, if that was answered. @returns codes of the tasks
 * @throws Problem if a task reads chosen points only since the list was judged
 */
async function chooseUnreadPoints(transaction: Database, { id, view }: StoredImport): Promise<string[]> {
  const answer = view.questions.find(({ name }) => name === unreadQuestion)?.chosen;
  if (answer === 'leave') return [];
  const { rows } = await sql<{ task: string }>`
    insert into task_points (task_id, point_id)
    select tasks.id, points.id from point_import_rows as row
      join tasks on tasks.code = row.task
      join devices on devices.code = row.device
      join points on points.device_id = devices.id and points.code = row.code
    where row.import_id = ${id} and row.state = any(${[...importedStates]}::text[])
      and exists (select from task_points as chosen where chosen.task_id = tasks.id)
    on conflict do nothing
    returning (select code from tasks where id = task_id) as task`.execute(transaction);
  const [first] = rows;
  // Rolled back with the transaction.
  if (first && answer === undefined) throw wasChanged(first.task);
  return [...new Set(rows.map(({ task }) => task))];
}

async function deviceIds(transaction: Database, importId: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from devices where code in (select device from point_import_rows where import_id = ${importId})`.execute(
    transaction,
  );
  return rows.map(({ id }) => id);
}

/** Writes all points with three statements, however many there are. */
async function writePoints(
  transaction: Database,
  { id, view }: StoredImport,
  deletes: number,
): Promise<Pick<ImportResult, 'created' | 'changed' | 'deleted'>> {
  const row = sql`point_import_rows as row cross join lateral jsonb_populate_record(null::points, row.point) as point`;
  if (deletes > 0) {
    await requireUnchosen(transaction, id);
    await sql`delete from points where id in (
      select point_id from point_import_rows where import_id = ${id} and state = 'missing')`.execute(
      transaction,
    );
  }
  if ((view.counts.changed ?? 0) > 0) {
    await sql`
      update points set (${quoted('')}) = (${quoted('point.')}) from ${row}
      where row.import_id = ${id} and row.state = 'changed' and points.id = row.point_id`.execute(
      transaction,
    );
  }
  if ((view.counts.new ?? 0) > 0) {
    await sql`
      insert into points (device_id, ${quoted('')})
      select devices.id, ${quoted('point.')} from ${row} join devices on devices.code = row.device
      where row.import_id = ${id} and row.state = 'new' order by row.no`.execute(transaction);
  }
  return {
    created: view.counts.new ?? 0,
    changed: view.counts.changed ?? 0,
    deleted: deletes,
  };
}

async function requireUnchosen(transaction: Database, importId: number): Promise<void> {
  const { rows } = await sql<{ code: string }>`
    select distinct tasks.code from tasks join task_points on task_points.task_id = tasks.id
    where task_points.point_id in (
      select point_id from point_import_rows where import_id = ${importId} and state = 'missing')
    order by tasks.code limit ${mostNames}`.execute(transaction);
  if (rows.length > 0)
    throw stillReferenced(pointListsText('a_point_that_the_list_lacks'), {
      tasks: rows.map(({ code }) => code),
    });
}

async function tasksByCode(transaction: Database, codes: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ id: number; code: string }>`
    select id, code from tasks where code = any(${codes}::text[]) order by id for update`.execute(
    transaction,
  );
  return new Map(rows.map(({ id, code }) => [code, id]));
}

/** Puts devices into tasks. @returns codes of the tasks that were made or have more devices now */
async function putIntoTasks(
  transaction: Database,
  tasksOfList: StoredImport['view']['tasks'],
  taskIds: ReadonlyMap<string, number>,
): Promise<string[]> {
  const changed: string[] = [];
  for (const { code, periodMs, devices: codes } of tasksOfList) {
    const members = await transaction.selectFrom('devices').select('id').where('code', 'in', codes).execute();
    const ids = members.map(({ id }) => id);
    const taskId = taskIds.get(code);
    if (taskId === undefined) {
      const verdict = validate(taskCreateSchema, { code, period_ms: periodMs, device_ids: ids });
      if (!verdict.ok) throw bodyRefused(verdict.issues);
      await tasks(transaction).create(verdict.value);
      changed.push(code);
      continue;
    }
    const { rows: added } = await sql`
      insert into task_devices (task_id, device_id) select ${taskId}, unnest(${ids}::bigint[])
      on conflict do nothing returning device_id`.execute(transaction);
    if (added.length > 0) changed.push(code);
  }
  return changed;
}
