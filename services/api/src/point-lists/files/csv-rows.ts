import { both } from '@holdfast/driver/form-words.ts';
import { fileLimits, ListFileRefused, type SheetRow } from './list-file.ts';

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
  let cells: string[] = [];
  let line = 1;
  let at = 0;
  const endRow = () => {
    if (cells.some((cell) => cell.trim() !== '')) rows.push({ line, cells });
    if (rows.length > fileLimits.rows + 1) throw tooManyRows();
    cells = [];
    line += 1;
  };
  while (at < text.length) {
    const { value, next } = text[at] === '"' ? quoted(text, at, separator, line) : bare(text, at, separator);
    cells.push(unescaped(value));
    if (cells.length > fileLimits.columns && value !== '') throw tooManyColumns(line);
    at = next;
    if (text[at] === separator) {
      at += 1;
      // The last cell may be empty.
      if (at === text.length) cells.push('');
      continue;
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    endRow();
  }
  if (cells.length > 0) endRow();
  return rows;
}

interface Taken {
  readonly value: string;
  /** Where the cell ended: at a separator, an end of line or the end of the text. */
  readonly next: number;
}

function bare(text: string, at: number, separator: Separator): Taken {
  let next = at;
  while (next < text.length) {
    const character = text[next];
    if (character === separator || character === '\n' || character === '\r') break;
    next += 1;
  }
  return { value: text.slice(at, next), next };
}

function quoted(text: string, at: number, separator: Separator, line: number): Taken {
  let value = '';
  let from = at + 1;
  for (;;) {
    const end = text.indexOf('"', from);
    if (end < 0) {
      throw new ListFileRefused(
        both(`A quotation mark in row ${line} is never closed.`, `第 ${line} 行的引号没有闭合。`),
      );
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

/** Removes the apostrophe that exports put before a text that a spreadsheet would take for a formula. */
function unescaped(value: string): string {
  return /^'[=+\-@\t\r']/.test(value) ? value.slice(1) : value;
}

/** The most frequent separator in the first line that has any. */
function separatorOf(text: string): Separator {
  const line = /^[^\r\n]*[,;\t][^\r\n]*/m.exec(text)?.[0].replace(/"[^"]*"/g, '') ?? '';
  const count = (separator: Separator) => line.split(separator).length;
  return separators.reduce((best, each) => (count(each) > count(best) ? each : best));
}

export function tooManyRows(): ListFileRefused {
  const most = fileLimits.rows;
  return new ListFileRefused(
    both(`It has more than ${most} rows: split it, by device.`, `超过 ${most} 行：请按设备拆分。`),
  );
}

export function tooManyColumns(line: number): ListFileRefused {
  const most = fileLimits.columns;
  return new ListFileRefused(
    both(
      `Row ${line} has a value beyond column ${most}: a list of points has fewer columns.`,
      `第 ${line} 行在第 ${most} 列之后还有内容：点位表没有这么多列。`,
    ),
  );
}
