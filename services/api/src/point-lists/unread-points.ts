import type { Text } from '@holdfast/texts/text.ts';
import { type SqlBool, sql } from 'kysely';
import type { GrantedSites } from '../access/granted-sites.ts';
import { atSites } from '../configuration/at-sites.ts';
import type { Database } from '../database/open-database.ts';
import { exampleRowCount, type Question } from './judging/question.ts';
import type { StoredRow } from './stored-import.ts';
import { pointListsText } from './texts.ts';

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
): Promise<{ readonly question: Question | undefined; readonly notes: readonly Text[] }> {
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
          pointListsText('the_task_reads_only_the_points', {
            code,
            count: newRows.length,
            device: first.device,
            point: first.code,
          }),
        ]
      : [];
  });
  if (unreadRows.length === 0) return { question: undefined, notes };
  const taskNames = [...new Set(unreadRows.map(({ task }) => task.code))].slice(0, namedAtMost).join(', ');
  const question: Question = {
    name: unreadQuestion,
    text: pointListsText('the_list_names_tasks_that_read', { taskNames, count: unreadRows.length }),
    choices: [
      { value: 'add', label: pointListsText('yes_the_tasks_read_them') },
      { value: 'leave', label: pointListsText('no_these_tasks_do_not_read') },
    ],
    chosen: answer === 'leave' ? 'leave' : 'add',
    isGuess: answer !== 'add' && answer !== 'leave',
    rows: unreadRows.slice(0, exampleRowCount).map(({ row, task }) => ({
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
