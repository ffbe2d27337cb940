import type { listEncodings } from '@holdfast/shared/contracts/http/point-list-http.ts';
import { inLanguage, type Text } from '@holdfast/texts/text.ts';
import { cellName } from '../cell-place.ts';
import { spreadsheetsText } from '../texts.ts';

/** Limits of an imported file. A workbook is bounded both as it comes and as it is unpacked. */
export const fileLimits = {
  bytes: 10 * 1_048_576,
  rows: 50_000,
  columns: 200,
  /** Places in all rows, empty ones before a value included: 50,000 rows of 60 columns. */
  cells: 3_000_000,
  /** Characters of one cell, as many as spreadsheets take, of one row and of all sheets. */
  cellCharacters: 32_767,
  rowCharacters: 65_536,
  characters: 10 * 1_048_576,
  unpackedBytes: 100 * 1_048_576,
} as const;

export type Encoding = (typeof listEncodings)[number];

/** Why a cell of a workbook has no usable value. */
export type CellFault = 'formula_not_computed' | 'formula_failed' | 'date';

export type Cell =
  | string
  /** A number in a workbook, with its digits as the file has them. */
  | { readonly number: string }
  | { readonly fault: CellFault; readonly shown: string };

export interface SheetRow {
  /** The row's number as in spreadsheets, from 1. */
  readonly line: number;
  readonly cells: readonly Cell[];
}

export interface Sheet {
  readonly name: string;
  /** The rows that are not empty. */
  readonly rows: readonly SheetRow[];
  /** Columns whose cells were merged over several rows, each of which has the value. */
  readonly merges?: readonly MergedCells[];
  /** Whether numbers have decimal commas, as in CSV with semicolons. */
  readonly hasDecimalCommas?: boolean;
}

/** Cells of one column that are merged. */
export interface MergedCells {
  /** From 0. */
  readonly column: number;
  readonly firstLine: number;
  readonly lastLine: number;
}

export interface ListFile {
  readonly format: 'csv' | 'xlsx';
  /** Undefined for a workbook. */
  readonly encoding: Encoding | undefined;
  readonly sheets: readonly Sheet[];
}

/** Says that a file cannot be read, or not safely. The message is for its sender. */
export class ListFileRefused extends Error {
  override readonly name = 'ListFileRefused';
  readonly detail: Text;

  constructor(detail: Text, options?: { readonly cause?: unknown }) {
    super(inLanguage(detail, 'en'), options);
    this.detail = detail;
  }
}

/** The size of a file's rows, counted while it is read and before they are made. */
export class ListSize {
  #rows = 0;
  #cells = 0;
  #characters = 0;
  #line = 0;
  #rowCharacters = 0;

  /** @param index the cell's column, from 0. @throws ListFileRefused */
  addCell(line: number, index: number, { characters }: { readonly characters: number }): void {
    if (index >= fileLimits.columns) throw tooManyColumns(line);
    if (line !== this.#line) this.#rowCharacters = 0;
    this.#line = line;
    this.#rowCharacters += characters;
    this.#characters += characters;
    if (characters > fileLimits.cellCharacters) throw tooMuchText(cellName(index, line), 'cell');
    if (this.#rowCharacters > fileLimits.rowCharacters) throw tooMuchText(cellName(index, line), 'row');
    if (this.#characters > fileLimits.characters) throw tooMuchText(cellName(index, line), 'list');
  }

  /** @throws ListFileRefused */
  addRow(line: number, width: number): void {
    this.#rows += 1;
    // The headers come on top.
    if (this.#rows > fileLimits.rows + 1) throw tooManyRows();
    this.addPlaces(line, width);
  }

  /** @throws ListFileRefused */
  addPlaces(line: number, count: number): void {
    this.#cells += count;
    if (this.#cells > fileLimits.cells) throw tooManyCells(line);
  }
}

function tooMuchText(cell: string, where: 'cell' | 'row' | 'list'): ListFileRefused {
  const { cellCharacters, rowCharacters, characters } = fileLimits;
  const texts = {
    cell: spreadsheetsText('cell_too_long', { cell, cellCharacters }),
    row: spreadsheetsText('row_too_long', { cell, rowCharacters }),
    list: spreadsheetsText('list_too_long', { cell, characters }),
  };
  return new ListFileRefused(texts[where]);
}

function tooManyCells(line: number): ListFileRefused {
  const most = fileLimits.cells;
  return new ListFileRefused(spreadsheetsText('at_row_the_list_has_more', { line, most }));
}

function tooManyRows(): ListFileRefused {
  const most = fileLimits.rows;
  return new ListFileRefused(spreadsheetsText('it_has_more_than_rows_split', { most }));
}

function tooManyColumns(line: number): ListFileRefused {
  const most = fileLimits.columns;
  return new ListFileRefused(spreadsheetsText('row_has_a_value_beyond_column', { line, most }));
}

export function cellText(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  return 'number' in cell ? plainNumber(cell.number) : cell.shown;
}

/** A number as plain text: `1E2` becomes 100, and 0.1 stays 0.1 whatever digits its nearest double has. */
function plainNumber(digits: string): string {
  const number = Number(digits);
  return Number.isFinite(number) && !(Number.isInteger(number) && !Number.isSafeInteger(number))
    ? String(number)
    : digits;
}

export function isEmptyCell(cell: Cell): boolean {
  return typeof cell === 'string' && cell.trim() === '';
}
