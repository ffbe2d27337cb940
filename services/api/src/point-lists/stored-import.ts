import type { ImportResult } from '@holdfast/shared/contracts/http/point-list-http.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { type Selectable, sql } from 'kysely';
import { inTransaction } from '../database/in-transaction.ts';
import type { Database } from '../database/open-database.ts';
import type { PointImportRowsTable } from '../database/tables.ts';
import { Problem } from '../problems/problem.ts';
import type { ImportSettings } from './judging/import-settings.ts';
import type { Question } from './judging/question.ts';
import type { RowFault } from './judging/row-fault.ts';
import { pointListsText } from './texts.ts';

export const retentionHours = 24;
/** Lists kept for one caller, so that those of others stay; each may be 10 MiB. */
export const mostImportsOfCaller = 10;

/** The stored judgement of a list, without its rows. */
export interface StoredImportView {
  readonly mapping: 'columns' | 'predecessor';
  readonly format: 'csv' | 'xlsx';
  readonly encoding: string | null;
  readonly sheet: string;
  readonly sheets: readonly string[];
  readonly columns: readonly {
    readonly column: string;
    readonly header: string;
    readonly field: string | null;
  }[];
  /** Number of cells of the longest row. */
  readonly width: number;
  readonly questions: readonly Question[];
  readonly notes: readonly Text[];
  readonly counts: Readonly<Record<string, number>>;
  readonly deletes: number;
  /** Bodies of new devices. */
  readonly newDevices: readonly object[];
  /** Existing devices, with the protocol by which they were judged. */
  readonly devices: readonly { readonly id: number; readonly code: string; readonly protocol: string }[];
  /** Tasks with the devices that they shall read, and the commonest period of these devices' points. */
  readonly tasks: readonly {
    readonly code: string;
    readonly periodMs: number;
    readonly devices: readonly string[];
    readonly isNew: boolean;
  }[];
  /** The first rows, with their points as they would be read. */
  readonly sample: readonly {
    readonly line: number;
    readonly device: string;
    readonly code: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }[];
  readonly faults: readonly RowFault[];
}

export interface StoredImport {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly settings: ImportSettings;
  readonly view: StoredImportView;
  readonly result: ImportResult | null;
  readonly createdAt: Date;
}

/** A row as it is stored, without the import's id. */
export type StoredRow = Omit<Selectable<PointImportRowsTable>, 'import_id'>;

export interface NewImport {
  readonly owner: string;
  readonly name: string;
  readonly content: Buffer;
  readonly settings: ImportSettings;
  readonly view: StoredImportView;
  /** Batches of rows as JSON. */
  readonly rows: AsyncIterable<string>;
}

/** Stores a judged list; deletes lists whose time is over, and the caller's oldest ones beyond the limit. */
export async function keepImport(database: Database, newImport: NewImport): Promise<number> {
  return inTransaction(database, async (transaction) => {
    const { owner, name, content, settings, view } = newImport;
    await sql`delete from point_imports where created_at < now() - make_interval(hours => ${retentionHours})
      or id in (select id from point_imports where owner = ${owner}
        order by id desc offset ${mostImportsOfCaller - 1})`.execute(transaction);
    const { id } = await transaction
      .insertInto('point_imports')
      .values({ owner, name, content, settings: JSON.stringify(settings), view: JSON.stringify(view) })
      .returning('id')
      .executeTakeFirstOrThrow();
    await writeRows(transaction, id, newImport.rows);
    return id;
  });
}

/** Replaces the judgement of a list. */
export async function replaceJudgement(
  database: Database,
  id: number,
  { settings, view, rows }: Pick<NewImport, 'settings' | 'view' | 'rows'>,
): Promise<void> {
  await inTransaction(database, async (transaction) => {
    const changed = { settings: JSON.stringify(settings), view: JSON.stringify(view) };
    await transaction.updateTable('point_imports').set(changed).where('id', '=', id).execute();
    await transaction.deleteFrom('point_import_rows').where('import_id', '=', id).execute();
    await writeRows(transaction, id, rows);
  });
}

async function writeRows(transaction: Database, id: number, rows: AsyncIterable<string>): Promise<void> {
  for await (const some of rows) {
    await sql`
      insert into point_import_rows
        (import_id, no, line, state, device, code, task, point_id, version, changes, faults, point, cells)
      select ${id}, no, line, state, device, code, task, point_id, version, changes, faults, point, cells
      from jsonb_to_recordset(${some}::jsonb) as row (no integer, line integer, state text, device text, code text,
        task text, point_id bigint, version text, changes jsonb, faults jsonb, point jsonb, cells jsonb)`.execute(
      transaction,
    );
  }
}

/** @throws Problem for an import that does not exist or belongs to another caller */
export async function findImport(
  database: Database,
  id: string,
  { owner, isLocked = false }: { readonly owner: string; readonly isLocked?: boolean },
): Promise<StoredImport> {
  const row = await importsOf(database, id, owner)
    .select(['id', 'owner', 'name', 'settings', 'view', 'result', 'created_at'])
    .$if(isLocked, (query) => query.forUpdate())
    .executeTakeFirst();
  if (!row) throw notFound(id);
  const { settings, view, result, created_at, ...rest } = row;
  return {
    ...rest,
    settings: settings as ImportSettings,
    view: view as StoredImportView,
    result: result as ImportResult | null,
    createdAt: created_at,
  };
}

/** Finds an import without its view, which may be large. @throws Problem as `findImport` */
export async function importIdOf(database: Database, id: string, owner: string): Promise<number> {
  const row = await importsOf(database, id, owner).select('id').executeTakeFirst();
  if (!row) throw notFound(id);
  return row.id;
}

function importsOf(database: Database, id: string, owner: string) {
  return database
    .selectFrom('point_imports')
    .where('id', '=', /^[1-9][0-9]{0,14}$/.test(id) ? Number(id) : 0)
    .where('owner', '=', owner)
    .where('created_at', '>', sql<Date>`now() - make_interval(hours => ${retentionHours})`);
}

export async function contentOf(database: Database, id: number): Promise<Buffer> {
  const { content } = await database
    .selectFrom('point_imports')
    .select('content')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return content;
}

export async function forgetImport(database: Database, id: number): Promise<void> {
  await database.deleteFrom('point_imports').where('id', '=', id).execute();
}

function notFound(id: string): Problem {
  return new Problem(
    'import_not_found',
    pointListsText('import_not_found', { id, keptAtMost: mostImportsOfCaller, keptHours: retentionHours }),
  );
}
