import type { Database } from '../database/open-database.ts';
import { said } from '../problems/said.ts';
import type { TableCell, TableRow } from '../tables/workbook.ts';
import { type Cell, shownCell } from './files/list-file.ts';
import { readInWorker } from './files/read-in-worker.ts';
import { toldFault } from './import-view.ts';
import { openList } from './judging/open-list.ts';
import type { RowFault } from './judging/row-fault.ts';
import { contentOf, type StoredImport } from './stored-import.ts';

/**
 * The faulty rows of a list as they came, with their faults in a last column, so that they can be corrected and sent
 * again.
 */
export async function faultyRows(
  database: Database,
  { id, settings }: StoredImport,
): Promise<{ readonly head: readonly string[]; readonly rows: readonly TableRow[] }> {
  const found = await database
    .selectFrom('point_import_rows')
    .select(['line', 'faults'])
    .where('import_id', '=', id)
    .where('state', '=', 'fault')
    .orderBy('no')
    .execute();
  const file = await readInWorker(await contentOf(database, id), { encoding: settings.encoding });
  const list = openList(file, settings);
  const width = Math.max(...list.rows.map(({ cells }) => cells.length), list.head.cells.length);
  const byLine = new Map(list.rows.map((row) => [row.line, row]));
  const filled = (cells: readonly Cell[]): TableCell[] =>
    Array.from({ length: width }, (_, index) => asCell(cells[index] ?? ''));
  const rows = found.map(({ line, faults }): TableRow => {
    const told = (faults as RowFault[]).map(toldFault).map(({ column, message }) => `${column}: ${message}`);
    return [...filled(byLine.get(line ?? 0)?.cells ?? []), told.join('; ')];
  });
  return {
    head: [...filled(list.head.cells).map((cell) => String(cell ?? '')), said('Faults', '错误')],
    rows,
  };
}

function asCell(cell: Cell): TableCell {
  if (typeof cell === 'object' && 'number' in cell && Number.isFinite(Number(cell.number)))
    return Number(cell.number);
  const text = shownCell(cell);
  return text === '' ? null : text;
}
