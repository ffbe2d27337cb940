import type { ReactNode } from 'react';
import './table.css';

export interface Column<Row> {
  readonly key: string;
  readonly name: string;
  /** Stands on the right, with its digits below each other. */
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

/**
 * A small table, of some hundred rows at most. Where it is narrow each row is a block, and each value has its column's
 * name beside it; the first column is the row's name.
 */
export function Table<Row>({
  label,
  columns,
  rows,
  keyOf,
  chosen,
}: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  chosen?: string | undefined;
}) {
  return (
    <div className="table-room">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ key, name, isNumber }) => (
              <th key={key} scope="col" className={isNumber ? 'is-number' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const id = keyOf(row);
            return (
              <tr key={id} className={id === chosen ? 'is-chosen' : undefined}>
                {columns.map(({ key, name, isNumber, cell }, index) =>
                  index === 0 ? (
                    <th key={key} scope="row">
                      {cell(row)}
                    </th>
                  ) : (
                    <td key={key} data-name={name} className={isNumber ? 'is-number' : undefined}>
                      {cell(row)}
                    </td>
                  ),
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
