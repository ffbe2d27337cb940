import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import { type SqlBool, sql } from 'kysely';
import type { GrantedSites } from '../access/granted-sites.ts';
import { atSites } from '../configuration/at-sites.ts';
import type { Database } from '../database/open-database.ts';
import { type Question, shownRows } from './judging/question.ts';
import type { StoredRow } from './stored-import.ts';

/** States of the rows whose points are there after the import. */
export const importedStates: readonly string[] = ['same', 'changed', 'new'];
export const unreadQuestion = 'task_points';
const namedAtMost = 5;

export interface ChoosingTask {
  readonly code: string;
  /** Ids of the points that it reads. */
  readonly chosen: ReadonlySet<number>;
  /** Codes of its devices. */
  readonly devices: ReadonlySet<string>;
}

/**
 * Finds points of a list that tasks do not read, since these read only points that were chosen, as after a task was
 * restored to a version. If the list names such a task for a point, this asks whether to add it.
 */
export async function unreadPoints(
  questions: {
    choosingTasks(codes: readonly string[], devices: readonly string[]): Promise<readonly ChoosingTask[]>;
  },
  rows: readonly StoredRow[],
  answer: string | undefined,
): Promise<{ readonly question: Question | undefined; readonly notes: readonly InBoth[] }> {
  const importedRows = rows.filter(({ state }) => importedStates.includes(state));
  const tasks = await questions.choosingTasks(
    [...new Set(importedRows.flatMap(({ task }) => task ?? []))],
    [...new Set(importedRows.flatMap(({ state, device }) => (state === 'new' ? [device] : [])))],
  );
  const byCode = new Map(tasks.map((task) => [task.code, task]));
  const unreadRows = importedRows.flatMap((row) => {
    const task = byCode.get(row.task ?? '');
    return task && (row.point_id === null || !task.chosen.has(row.point_id)) ? [{ row, task }] : [];
  });
  const notes = tasks.flatMap(({ code, devices }) => {
    const newRows = importedRows.filter(
      ({ state, device, task }) => state === 'new' && devices.has(device) && task !== code,
    );
    const [first] = newRows;
    return first
      ? [
          both(
            `The task ${code} reads only the points chosen for it, so not ${newRows.length} new ones of this list, such as ${first.device}/${first.code}. Name it in a column "task" to add them.`,
            `任务 ${code} 只读取为其选定的点位，因此不读取此表中的 ${newRows.length} 个新点位，如 ${first.device}/${first.code}。若要加入，请在“任务”列中写明该任务。`,
          ),
        ]
      : [];
  });
  if (unreadRows.length === 0) return { question: undefined, notes };
  const taskNames = [...new Set(unreadRows.map(({ task }) => task.code))].slice(0, namedAtMost).join(', ');
  const question: Question = {
    name: unreadQuestion,
    text: both(
      `The list names tasks that read only the points chosen for them (${taskNames}), and not ${unreadRows.length} points of this list. Are these to be added?`,
      `表中写明的任务（${taskNames}）只读取为其选定的点位，不读取此表中的 ${unreadRows.length} 个点位。是否加入？`,
    ),
    choices: [
      { value: 'add', label: both('yes: the tasks read them too', '是：任务也读取这些点位') },
      { value: 'leave', label: both('no: these tasks do not read them', '否：任务不读取这些点位') },
    ],
    chosen: answer === 'leave' ? 'leave' : 'add',
    isGuess: answer !== 'add' && answer !== 'leave',
    rows: unreadRows.slice(0, shownRows).map(({ row, task }) => ({
      ...{ cell: String(row.line ?? ''), value: `${row.device}/${row.code}` },
      meanings: { add: `+ ${task.code}`, leave: '—' },
    })),
  };
  return { question, notes };
}

/** Tasks that read chosen points: those with these codes, and those that read some of the devices. @throws DatabaseUnavailable */
export async function choosingTasks(
  database: Database,
  sites: GrantedSites,
  { codes, devices }: { readonly codes: readonly string[]; readonly devices: readonly string[] },
): Promise<ChoosingTask[]> {
  const rows = await database
    .selectFrom('tasks')
    .select([
      'code',
      sql<number[]>`array(select point_id from task_points where task_id = tasks.id)`.as('chosen'),
      sql<string[]>`array(select devices.code from devices join task_devices on device_id = devices.id
        where task_id = tasks.id and devices.code = any(${devices}::text[]))`.as('devices'),
    ])
    .where(atSites.tasks(sites) ?? sql<SqlBool>`true`)
    .where(sql<SqlBool>`exists (select from task_points where task_id = tasks.id)`)
    .where(sql<SqlBool>`(tasks.code = any(${codes}::text[]) or exists (
      select from task_devices join devices on devices.id = device_id
      where task_id = tasks.id and devices.code = any(${devices}::text[])))`)
    .orderBy('id')
    .execute();
  return rows.map(({ code, chosen, devices: read }) => ({
    code,
    chosen: new Set(chosen.map(Number)),
    devices: new Set(read),
  }));
}
