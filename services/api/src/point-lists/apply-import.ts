import { taskCreateSchema } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { DeviceCreate } from '@holdfast/shared/contracts/http/device-http.ts';
import type { ImportResult } from '@holdfast/shared/contracts/http/point-list-http.ts';
import { validate } from '@holdfast/shared/judgement/verdict-on-body.ts';
import { sql } from 'kysely';
import type { GrantedSites, SiteAccess } from '../access/granted-sites.ts';
import {
  type RowOf,
  type RowWrite,
  rowIn,
  writeOf,
  writesOf,
} from '../configuration/change-sets/row-write.ts';
import { writeSoundly } from '../configuration/change-sets/sound-rows.ts';
import { lockedRows } from '../configuration/change-sets/write-rows.ts';
import type { KindsOfStore } from '../configuration/stored-kinds.ts';
import { openChangeSet } from '../database/in-change.ts';
import type { Database } from '../database/open-database.ts';
import { Problem } from '../problems/problem.ts';
import type { Question } from './judging/question.ts';
import { accepted, type ImportedRow, pointWrites } from './point-writes.ts';
import type { StoredImport } from './stored-import.ts';
import { pointListsText } from './texts.ts';
import { importedStates, unreadQuestion } from './unread-points.ts';

export interface ApplySources {
  readonly store: KindsOfStore;
  readonly siteAccess: Pick<SiteAccess, 'requireUntilEnd'>;
}

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
  const tasks = await lockedTasks(transaction, view.tasks);
  await siteAccess.requireUntilEnd(transaction, sites, {
    devices: view.devices.map((device) => device.id),
    tasks: [...tasks.values()].map((task) => task.id),
    sites: (view.newDevices as DeviceCreate[]).map(({ site_id }) => site_id),
  });
  await requireUnchanged(transaction, stored);
  const rows = await importedRows(transaction, id, deletes > 0);
  const touched = rows.filter(({ state }) => state === 'changed' || state === 'missing');
  const before = await lockedRows(
    transaction,
    touched.flatMap(({ point_id }) => (point_id === null ? [] : [{ kind: 'point', id: point_id }])),
  );
  const { writes, devices, pointIds } = await pointWrites(stored, rows, before);
  const taskWrites = writesOfTasks(stored, { tasks, devices, rows, pointIds });
  await writeSoundly(transaction, store, before, [...writes, ...taskWrites]);
  const newDevices = writesOf(writes, 'device').map(({ row }) => row.code);
  const result: ImportResult = {
    created: view.counts.new ?? 0,
    changed: view.counts.changed ?? 0,
    deleted: deletes,
    skipped,
    devices: newDevices,
    tasks: taskWrites.map(({ row }) => row.code),
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
  const devices = new Map(now.map((device) => [device.id, device]));
  const isSame = view.devices.every(({ id, code, protocol }) => {
    const device = devices.get(id);
    return device?.code === code && device.protocol === protocol;
  });
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

/** The rows whose points are there after the import, and those of points that it deletes. */
async function importedRows(
  transaction: Database,
  importId: number,
  deletes: boolean,
): Promise<readonly ImportedRow[]> {
  const states = [...importedStates, ...(deletes ? ['missing'] : [])];
  const { rows } = await sql<ImportedRow>`
    select state, device, code, task, point_id, case when state in ('new', 'changed') then point end as point
    from point_import_rows where import_id = ${importId} and state = any(${states}::text[]) order by no`.execute(
    transaction,
  );
  return rows;
}

type LockedTask = RowOf['task'] & { readonly id: number };

async function lockedTasks(
  transaction: Database,
  named: StoredImport['view']['tasks'],
): Promise<ReadonlyMap<string, LockedTask>> {
  const { rows } = await sql<{ id: number }>`
    select id from tasks where code = any(${named.map(({ code }) => code)}::text[])`.execute(transaction);
  const tasks = await lockedRows(
    transaction,
    rows.map(({ id }) => ({ kind: 'task', id })),
  );
  return new Map(
    rows.flatMap(({ id }) => {
      const row = rowIn(tasks, 'task', id);
      return row ? [[row.code, { ...row, id }] as const] : [];
    }),
  );
}

/**
 * Puts devices into the tasks of the list, and points into those that read chosen points, if that was answered.
 * @throws Problem if a task reads chosen points only since the list was judged
 */
function writesOfTasks(
  { view }: StoredImport,
  {
    tasks,
    devices,
    rows,
    pointIds,
  }: {
    readonly tasks: ReadonlyMap<string, LockedTask>;
    readonly devices: ReadonlyMap<string, number>;
    readonly rows: readonly ImportedRow[];
    readonly pointIds: ReadonlyMap<ImportedRow, number>;
  },
): readonly RowWrite<'task'>[] {
  const answer = view.questions.find(({ name }) => name === unreadQuestion)?.chosen;
  const rowsByTask = Map.groupBy(
    rows.filter(({ state }) => state !== 'missing'),
    ({ task }) => task,
  );
  return view.tasks.flatMap(({ code, periodMs, devices: codes }): RowWrite<'task'>[] => {
    const members = codes.flatMap((each) => devices.get(each) ?? []);
    const task = tasks.get(code);
    if (!task) {
      const body = { code, period_ms: periodMs, device_ids: members };
      return writeOf({ kind: 'task' }, undefined, accepted(validate(taskCreateSchema, body)));
    }
    const { id, ...row } = task;
    const points = (rowsByTask.get(code) ?? []).flatMap((each) => pointIds.get(each) ?? []);
    const chosenIds = new Set(row.point_ids);
    const isUnread = chosenIds.size > 0 && points.some((point) => !chosenIds.has(point));
    if (isUnread && answer === undefined) throw wasChanged(code);
    const added = isUnread && answer !== 'leave' ? points : [];
    const device_ids = [...new Set([...row.device_ids, ...members])];
    return writeOf({ kind: 'task', id }, row, {
      ...row,
      device_ids,
      point_ids: [...new Set([...row.point_ids, ...added])],
    });
  });
}
