import type { InBoth } from '@holdfast/driver/form-words.ts';
import type { listEncodings } from '@holdfast/shared/contracts/http/point-list-http.ts';

/** Limits of an imported file. A workbook is bounded both as it comes and as it is unpacked. */
export const fileLimits = {
  bytes: 10 * 1_048_576,
  rows: 50_000,
  columns: 200,
  /** Length of one cell, far more than any field needs. */
  textLength: 32_767,
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
  readonly told: InBoth;

  constructor(told: InBoth, options?: { readonly cause?: unknown }) {
    super(told.en, options);
    this.told = told;
  }
}

export function shownCell(cell: Cell): string {
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
