import { driverText } from '@holdfast/driver/texts.ts';
import { listLayouts } from '@holdfast/shared/contracts/http/point-list-http.ts';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { Problem, validationFailed } from '../problems/problem.ts';
import { openQuestions } from './apply-import.ts';
import type { SavedColumns } from './columns/list-columns.ts';
import type { ImportSettings, ListLayout } from './judging/import-settings.ts';
import { shortPeriod } from './judging/period-questions.ts';
import type { StoredImport } from './stored-import.ts';
import { pointListsText } from './texts.ts';

/** How lists of one kind are read: the meaning of each header, and the answers to what they leave open. */
export interface SavedMapping {
  readonly id: number;
  readonly name: string;
  readonly layout: ListLayout;
  readonly columns: SavedColumns;
  readonly answers: Readonly<Record<string, string>>;
  readonly savedAt: Date;
}

const namedAtMost = 20;

export async function savedMappings(database: Database): Promise<SavedMapping[]> {
  const rows = await database.selectFrom('point_list_mappings').selectAll().orderBy('name').execute();
  return rows.map(({ id, name, layout, columns, answers, saved_at }) => ({
    ...{ id, name, layout: layout as ListLayout, savedAt: saved_at },
    columns: columns as SavedColumns,
    answers: answers as SavedMapping['answers'],
  }));
}

/** How a list is read by a mapping of this name, built in or saved. @throws Problem for an unknown name */
export async function mappingNamed(
  database: Database,
  name: string | undefined,
): Promise<Pick<ImportSettings, 'layout' | 'headers' | 'answers'>> {
  if (name === undefined) return { answers: {} };
  const layout = listLayouts.find((each) => each === name);
  if (layout) return { layout, answers: {} };
  const all = await savedMappings(database);
  const mapping = all.find((each) => each.name === name);
  if (mapping) return { layout: mapping.layout, headers: mapping.columns, answers: mapping.answers };
  const names = [...listLayouts, ...all.map((each) => each.name)].slice(0, namedAtMost);
  throw validationFailed([
    {
      path: 'mapping',
      message: driverText('not_enumerated', { value: `"${name}"`, names: names.join(', ') }),
    },
  ]);
}

/**
 * Saves how an import is read under a name, and replaces any mapping that had it before.
 * @throws Problem for the name of a built-in mapping, or while something is only guessed
 */
export async function saveMapping(
  database: Database,
  name: string,
  { view, settings }: StoredImport,
): Promise<SavedMapping> {
  if (listLayouts.some((each) => each === name))
    throw validationFailed([
      { path: 'name', message: pointListsText('mapping_is_built_in', { value: `"${name}"` }) },
    ]);
  const open = view.questions.filter(({ isGuess }) => isGuess);
  if (open.length > 0) throw openQuestions(open);
  const answers: Record<string, string> = {
    ...settings.answers,
    ...Object.fromEntries(view.questions.map((question) => [question.name, question.chosen])),
  };
  // This holds for one list alone.
  delete answers[shortPeriod];
  const mapping = {
    name,
    layout: view.mapping,
    // The first of two columns with the same header was taken.
    columns: Object.fromEntries(
      view.columns
        .filter(({ header }) => header !== '')
        .map(({ header, field }) => [header, field ?? ''] as const)
        .toReversed(),
    ),
    answers,
  };
  const columns = {
    layout: mapping.layout,
    columns: JSON.stringify(mapping.columns),
    answers: JSON.stringify(mapping.answers),
  };
  const { id, saved_at } = await database
    .insertInto('point_list_mappings')
    .values({ name, ...columns })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ ...columns, saved_at: sql<Date>`now()` }))
    .returning(['id', 'saved_at'])
    .executeTakeFirstOrThrow();
  return { ...mapping, id, savedAt: saved_at };
}

/** @throws Problem if there is no such mapping */
export async function deleteMapping(database: Database, id: string): Promise<void> {
  const { numDeletedRows } = /^[1-9][0-9]{0,14}$/.test(id)
    ? await database.deleteFrom('point_list_mappings').where('id', '=', Number(id)).executeTakeFirst()
    : { numDeletedRows: 0n };
  if (numDeletedRows > 0n) return;
  throw new Problem('mapping_not_found', pointListsText('mapping_not_found', { id }));
}
