import { both } from '@holdfast/driver/form-words.ts';
import { taskCreateSchema } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { DeviceCreate } from '@holdfast/shared/contracts/http/device-http.ts';
import { judgedBy } from '@holdfast/shared/contracts/http/judged.ts';
import type { ImportResult } from '@holdfast/shared/contracts/http/point-list-http.ts';
import { sql } from 'kysely';
import type { GrantedSites, SiteAccess } from '../access/granted-sites.ts';
import {
  bodyRefused,
  explained,
  maxNamed,
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
 * Applies a judged list, all of it or nothing, within the transaction in which the import is locked.
 * @throws Problem if it has faults or open questions, or if something that it would change was changed since
 */
export async function applyImport(
  transaction: Database,
  { store, siteAccess }: ApplySources,
  {
    stored,
    sites,
    confirmedDeletes,
  }: {
    readonly stored: StoredImport;
    readonly sites: GrantedSites;
    readonly confirmedDeletes: number | undefined;
  },
): Promise<ImportResult> {
  if (stored.result) return stored.result;
  const { id, view } = stored;
  requireReady(stored, confirmedDeletes);
  const known = await tasksByCode(
    transaction,
    view.tasks.map(({ code }) => code),
  );
  await siteAccess.requireUntilEnd(transaction, sites, {
    devices: view.devices.map((device) => device.id),
    tasks: [...known.values()],
    sites: (view.newDevices as DeviceCreate[]).map(({ site_id }) => site_id),
  });
  await requireUnchanged(transaction, stored);
  for (const device of view.newDevices as DeviceCreate[]) await devices(transaction, store).create(device);
  const ids = await deviceIds(transaction, id);
  const written = await explained(() =>
    togetherWithSiblings(
      transaction,
      ids.map((device_id) => ({ device_id, code: '', pathPrefix: '' })),
      () => writePoints(transaction, stored),
    ),
  );
  const madeTasks = await putIntoTasks(transaction, view.tasks, known);
  const result: ImportResult = {
    ...written,
    devices: (view.newDevices as DeviceCreate[]).map(({ code }) => code),
    tasks: madeTasks,
    change_set: (await openChangeSet(transaction)) ?? null,
  };
  await transaction
    .updateTable('point_imports')
    // The file is no longer needed.
    .set({ result: JSON.stringify(result), content: Buffer.alloc(0) })
    .where('id', '=', id)
    .execute();
  return result;
}

function requireReady({ view }: StoredImport, confirmedDeletes: number | undefined): void {
  const faults = view.counts.fault ?? 0;
  if (faults > 0) {
    throw new Problem(
      'import_has_faults',
      both(
        `${faults} rows have faults: put them right in the file and send it again, or change its cells here.`,
        `有 ${faults} 行存在错误：请在文件中改正后重新发送，或在此更改单元格。`,
      ),
      { faults },
    );
  }
  const open = view.questions.filter(({ isGuess }) => isGuess);
  if (open.length > 0) throw openQuestions(open);
  if (view.deletes > 0 && confirmedDeletes !== view.deletes) {
    throw new Problem(
      'import_deletes_points',
      both(
        `${view.deletes} points that the list lacks would be deleted. If that is meant, send confirm_deletes: ${view.deletes}.`,
        `将删除点位表中没有的 ${view.deletes} 个点位。若确实如此，请发送 confirm_deletes: ${view.deletes}。`,
      ),
      { deletes: view.deletes },
    );
  }
}

export function openQuestions(open: readonly Question[]): Problem {
  return new Problem(
    'import_has_questions',
    both(
      `Look at what was guessed, and answer it or accept it: ${open.map(({ text }) => text.en).join(' ')}`,
      `请查看推测的内容，并作答或接受：${open.map(({ text }) => text.zh).join('')}`,
    ),
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
  const what = first ? `${first.device}/${first.code}` : codes.join(', ');
  throw new Problem(
    'precondition_failed',
    both(
      `${what} was changed since the list was looked at. Look at it again (PATCH with {}), and decide anew.`,
      `预览之后 ${what} 已被更改。请重新查看（以 {} 调用 PATCH）后再作决定。`,
    ),
  );
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
  { id, view, settings }: StoredImport,
): Promise<Pick<ImportResult, 'created' | 'changed' | 'deleted'>> {
  const row = sql`point_import_rows as row cross join lateral jsonb_populate_record(null::points, row.point) as point`;
  const deletes = settings.mode === 'replace' && view.deletes > 0;
  if (deletes) {
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
    deleted: deletes ? view.deletes : 0,
  };
}

async function requireUnchosen(transaction: Database, importId: number): Promise<void> {
  const { rows } = await sql<{ code: string }>`
    select distinct tasks.code from tasks join task_points on task_points.task_id = tasks.id
    where task_points.point_id in (
      select point_id from point_import_rows where import_id = ${importId} and state = 'missing')
    order by tasks.code limit ${maxNamed}`.execute(transaction);
  if (rows.length > 0)
    throw stillReferenced(both('A point that the list lacks', '点位表中没有的点位'), {
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
  wanted: StoredImport['view']['tasks'],
  known: ReadonlyMap<string, number>,
): Promise<string[]> {
  const changed: string[] = [];
  for (const { code, periodMs, devices: codes } of wanted) {
    const members = await transaction.selectFrom('devices').select('id').where('code', 'in', codes).execute();
    const ids = members.map(({ id }) => id);
    const taskId = known.get(code);
    if (taskId === undefined) {
      const judged = judgedBy(taskCreateSchema, { code, period_ms: periodMs, device_ids: ids });
      if (!judged.ok) throw bodyRefused(judged.issues);
      await tasks(transaction).create(judged.value);
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
