import type { ReactNode } from 'react';
import './table.css';

export interface Column<Row> {
  readonly key: string;
  readonly name: string;
  /** Aligns the column to the right, with digits below each other. */
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

/**
 * A small table, of some hundred rows at most. Where room is narrow, each row is a block, with the column's name next to
 * each value; the first column is the row's name.
 */
export function Table<Row>({
  label,
  columns,
  rows,
  keyOf,
  chosenKey,
}: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  chosenKey?: string | undefined;
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
              <tr key={id} className={id === chosenKey ? 'is-chosen' : undefined}>
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
