import {
  type Cell,
  cellText,
  fileLimits,
  isEmptyCell,
  type ListSize,
  type MergedCells,
  type SheetRow,
} from './list-file.ts';
import { mergedDown } from './merged-cells.ts';
import { readXml, workbookText } from './read-xml.ts';

export interface SheetParts {
  readonly strings: readonly string[];
  /** Numbers of the cell styles that show dates. */
  readonly dates: ReadonlySet<number>;
  /** The size of all sheets of the workbook. */
  readonly size: ListSize;
}

interface OpenCell {
  column: number;
  type: string;
  style: number;
  isFormula: boolean;
  value: string | undefined;
  text: string;
}

const lastRow = 1_048_576;

/** The rows of a sheet that have a value, with cells that are merged down a column filled. @throws ListFileRefused */
export async function sheetRows(
  xml: AsyncIterable<Uint8Array>,
  parts: SheetParts,
): Promise<{ readonly rows: SheetRow[]; readonly merges: readonly MergedCells[] }> {
  const rows: SheetRow[] = [];
  const ranges: string[] = [];
  let line = 0;
  let column = 0;
  let cells: Cell[] = [];
  let cell: OpenCell | undefined;
  let isText = false;
  let isReading = false;
  let isValue = false;
  await readXml(xml, {
    open(name, attribute) {
      if (name === 'row') {
        line = rowOf(attribute('r')) ?? line + 1;
        column = 0;
        cells = [];
      } else if (name === 'c') {
        column = columnOf(attribute('r')) ?? column + 1;
        const [type = 'n', style = Number.NaN] = [attribute('t'), Number(attribute('s') ?? Number.NaN)];
        cell = { column, type, style, isFormula: false, value: undefined, text: '' };
      } else if (name === 'mergeCell') ranges.push(attribute('ref') ?? '');
      else if (!cell) return;
      else if (name === 'f') cell.isFormula = true;
      else if (name === 'v') {
        isValue = true;
        cell.value = '';
      } else if (name === 't') isText = true;
      else if (name === 'rPh') isReading = true;
    },
    text(text) {
      if (!cell) return;
      if (isValue) cell.value = (cell.value ?? '') + text;
      else if (isText && !isReading) cell.text += text;
      const characters = Math.max(cell.text.length, cell.value?.length ?? 0);
      if (characters > fileLimits.cellCharacters) parts.size.addCell(line, cell.column - 1, { characters });
    },
    close(name) {
      if (name === 'v') isValue = false;
      else if (name === 't') isText = false;
      else if (name === 'rPh') isReading = false;
      else if (name === 'c' && cell) {
        const value = cellOf(cell, parts);
        if (!isEmptyCell(value)) {
          parts.size.addCell(line, cell.column - 1, { characters: cellText(value).length });
          while (cells.length < cell.column - 1) cells.push('');
          cells[cell.column - 1] = value;
        }
        cell = undefined;
      } else if (name === 'row' && cells.length > 0) {
        parts.size.addRow(line, cells.length);
        rows.push({ line, cells });
        cells = [];
      }
    },
  });
  return { rows, merges: mergedDown(rows, ranges, parts.size) };
}

function cellOf({ type, style, isFormula, value, text }: OpenCell, { strings, dates }: SheetParts): Cell {
  // A text may be empty; a missing number was not computed.
  const isEmpty = value === undefined || (value === '' && type !== 'str');
  if (isFormula && isEmpty) return { fault: 'formula_not_computed', shown: '' };
  switch (type) {
    case 's':
      return strings[Number(value)] ?? '';
    case 'inlineStr':
      return workbookText(text);
    case 'str':
      return workbookText(value ?? '');
    case 'b':
      return value === '1' ? 'true' : value === '0' ? 'false' : '';
    case 'e':
      return { fault: 'formula_failed', shown: workbookText(value ?? '') };
    case 'd':
      return value === undefined ? '' : { fault: 'date', shown: workbookText(value) };
    default:
      if (value === undefined || value.trim() === '') return '';
      return dates.has(style)
        ? { fault: 'date', shown: workbookText(value) }
        : { number: workbookText(value.trim()) };
  }
}

function rowOf(reference: string | undefined): number | undefined {
  const row = Number(reference);
  return Number.isInteger(row) && row >= 1 && row <= lastRow ? row : undefined;
}

/** The column of a cell reference: `AB12` is in column 28. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^\$?([A-Z]{1,7})\$?\d+$/i.exec(reference ?? '')?.[1]?.toUpperCase();
  if (letters === undefined) return undefined;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
}
