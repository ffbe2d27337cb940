import { withoutApostrophe } from '@holdfast/shared/contracts/csv-cell.ts';
import { spreadsheetsText } from '../texts.ts';
import { ListFileRefused, ListSize, type SheetRow } from './list-file.ts';

const separators = [',', ';', '\t'] as const;
type Separator = (typeof separators)[number];

/**
 * Rows of a CSV file (RFC 4180), whose cells may also be separated by semicolons or tabs, as spreadsheets in some
 * countries do. No library reads it, because faults must name the line that a spreadsheet shows, and limits must hold
 * during reading.
 * @throws ListFileRefused
 */
export function csvRows(text: string): SheetRow[] {
  const separator = separatorOf(text);
  const rows: SheetRow[] = [];
  const size = new ListSize();
  let cells: string[] = [];
  let column = 0;
  let line = 1;
  let at = 0;
  const endRow = () => {
    if (cells.some((cell) => cell.trim() !== '')) {
      size.addRow(line, cells.length);
      rows.push({ line, cells });
    }
    cells = [];
    column = 0;
    line += 1;
  };
  while (at < text.length) {
    const { value, next } = text[at] === '"' ? quoted(text, at, separator, line) : bare(text, at, separator);
    if (value !== '') {
      size.addCell(line, column, { characters: value.length });
      while (cells.length < column) cells.push('');
      cells.push(withoutApostrophe(value));
    }
    column += 1;
    at = next;
    if (text[at] === separator) {
      at += 1;
      continue;
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    endRow();
  }
  if (cells.length > 0) endRow();
  return rows;
}

interface CellText {
  readonly value: string;
  /** Where the cell ended: at a separator, an end of line or the end of the text. */
  readonly next: number;
}

function bare(text: string, at: number, separator: Separator): CellText {
  let next = at;
  while (next < text.length) {
    const character = text[next];
    if (character === separator || character === '\n' || character === '\r') break;
    next += 1;
  }
  return { value: text.slice(at, next), next };
}

function quoted(text: string, at: number, separator: Separator, line: number): CellText {
  let value = '';
  let from = at + 1;
  for (;;) {
    const end = text.indexOf('"', from);
    if (end < 0) {
      throw new ListFileRefused(spreadsheetsText('unclosed_quotation_mark', { line }));
    }
    value += text.slice(from, end);
    if (text[end + 1] !== '"') {
      // Text after the closing quote belongs to the cell, as in spreadsheets.
      const rest = bare(text, end + 1, separator);
      return { value: value + rest.value, next: rest.next };
    }
    value += '"';
    from = end + 2;
  }
}

/** The most frequent separator in the first line that has any. */
export function separatorOf(text: string): Separator {
  const line = /^[^\r\n]*[,;\t][^\r\n]*/m.exec(text)?.[0].replace(/"[^"]*"/g, '') ?? '';
  const count = (separator: Separator) => line.split(separator).length;
  return separators.reduce((best, each) => (count(each) > count(best) ? each : best));
}
