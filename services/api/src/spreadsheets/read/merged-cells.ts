import { columnIndex } from '../cell-place.ts';
import {
  type Cell,
  cellText,
  fileLimits,
  isEmptyCell,
  type ListSize,
  type MergedCells,
  type SheetRow,
} from './list-file.ts';

/**
 * Fills each row of cells that are merged down a column with their value, which a workbook has in the first row alone.
 * Cells that are merged across columns keep it in the first column: those are titles.
 * @param ranges such as `A2:A11`
 * @returns those that had a value
 * @throws ListFileRefused when the sheets are larger with what is filled than a list may be
 */
export function mergedDown(
  rows: readonly SheetRow[],
  ranges: readonly string[],
  size: ListSize,
): MergedCells[] {
  const all = ranges
    .flatMap(mergedCells)
    .toSorted((one, other) => one.column - other.column || one.firstLine - other.firstLine);
  const merges: MergedCells[] = [];
  let before: MergedCells | undefined;
  for (const merge of all) {
    const { column, firstLine, lastLine } = merge;
    // No spreadsheet writes ranges that overlap. A crafted file could make them cost rows times ranges.
    if (before?.column === column && firstLine <= before.lastLine) continue;
    before = merge;
    const at = rowAt(rows, firstLine);
    const value = rows[at]?.line === firstLine ? (rows[at].cells[column] ?? '') : '';
    if (isEmptyCell(value)) continue;
    const { length } = cellText(value);
    let isFilled = false;
    for (let next = at + 1; (rows[next]?.line ?? Number.POSITIVE_INFINITY) <= lastLine; next += 1) {
      // The rows are being read: nothing else has them yet.
      const { line, cells } = rows[next] as { readonly line: number; readonly cells: Cell[] };
      if (!isEmptyCell(cells[column] ?? '')) continue;
      size.addCell(line, column, { characters: length });
      size.addPlaces(line, Math.max(0, column + 1 - cells.length));
      while (cells.length < column) cells.push('');
      cells[column] = value;
      isFilled = true;
    }
    if (isFilled) merges.push(merge);
  }
  return merges;
}

function mergedCells(range: string): MergedCells[] {
  const [, letters, first, last] =
    /^\$?([A-Z]{1,3})\$?(\d{1,7}):\$?[A-Z]{1,3}\$?(\d{1,7})$/.exec(range) ?? [];
  if (letters === undefined) return [];
  const merge = { column: columnIndex(letters), firstLine: Number(first), lastLine: Number(last) };
  return merge.column < fileLimits.columns && merge.firstLine < merge.lastLine ? [merge] : [];
}

/** The index of the first row that is not above a line. */
function rowAt(rows: readonly SheetRow[], line: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.line ?? 0) < line) low = middle + 1;
    else high = middle;
  }
  return low;
}
