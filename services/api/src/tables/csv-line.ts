/** Spreadsheets recognise UTF-8 only by this mark. */
export const byteOrderMark = '\uFEFF';

export function csvLine(cells: readonly CsvCell[]): string {
  return `${csvCells(cells)}\r\n`;
}

/** The cells of a part of a line. */
export function csvCells(cells: readonly CsvCell[]): string {
  return cells.map(cell).join(',');
}

type CsvCell = string | number | boolean;

/**
 * A cell, with an apostrophe before a text that a spreadsheet would take for a formula. A text that itself begins with
 * an apostrophe gets another one, so that a reader can always remove one.
 */
function cell(value: CsvCell): string {
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r']/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
