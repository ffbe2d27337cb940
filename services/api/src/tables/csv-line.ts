/** Spreadsheets take a file for UTF-8 only with it. */
export const byteOrderMark = '\uFEFF';

export function csvLine(cells: readonly CsvCell[]): string {
  return `${csvCells(cells)}\r\n`;
}

/** Cells of a part of a line. */
export function csvCells(cells: readonly CsvCell[]): string {
  return cells.map(cell).join(',');
}

type CsvCell = string | number | boolean;

/** A text that a spreadsheet would take for a formula is one no more. One with an apostrophe at its front has another, so that one can be taken away. */
function cell(value: CsvCell): string {
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r']/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
