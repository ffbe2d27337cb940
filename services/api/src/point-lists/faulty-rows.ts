import type { Database } from '../database/open-database.ts';
import { localize } from '../problems/localize.ts';
import type { TableRow } from '../spreadsheets/write/workbook.ts';
import { faultView } from './import-view.ts';
import { faultsHeader, type RowFault } from './judging/row-fault.ts';
import type { StoredImport } from './stored-import.ts';

const rowsAtOnce = 1_000;

/**
 * The faulty rows of a list as they came, with their faults in a last column, so that they can be corrected and sent
 * again.
 */
export function faultyRows(
  database: Database,
  { id, view: { columns, width } }: StoredImport,
): { readonly head: readonly string[]; readonly rows: AsyncIterable<readonly TableRow[]> } {
  const filled = (cells: TableRow) => Array.from({ length: width }, (_, index) => cells[index] ?? null);
  const rowsFrom = (no: number) =>
    database
      .selectFrom('point_import_rows')
      .select(['no', 'cells', 'faults'])
      .where('import_id', '=', id)
      .where('state', '=', 'fault')
      .where('no', '>=', no)
      .orderBy('no')
      .limit(rowsAtOnce)
      .execute();
  const rows = async function* () {
    for (let some = await rowsFrom(0); some.length > 0; some = await rowsFrom((some.at(-1)?.no ?? 0) + 1)) {
      yield some.map(
        ({ cells, faults }): TableRow => [
          ...filled(cells ?? []),
          (faults as RowFault[])
            .map(faultView)
            .map(({ column, message }) => `${column}: ${message}`)
            .join('; '),
        ],
      );
    }
  };
  const headers = filled(columns.map(({ header }) => header)).map((header) => String(header ?? ''));
  return { head: [...headers, localize(faultsHeader)], rows: rows() };
}
