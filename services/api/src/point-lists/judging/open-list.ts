import { specs } from '@holdfast/drivers/specs.ts';
import { columnIndex } from '../../spreadsheets/cell-place.ts';
import {
  cellText,
  type ListFile,
  ListFileRefused,
  type MergedCells,
  type SheetRow,
} from '../../spreadsheets/read/list-file.ts';
import { ColumnNames, type ListColumn } from '../columns/list-columns.ts';
import type { ListField } from '../columns/list-fields.ts';
import {
  predecessorColumns,
  predecessorMeasurements,
  predecessorPlaces,
  readPredecessorRow,
} from '../columns/predecessor.ts';
import { pointListsText } from '../texts.ts';
import type { ImportSettings, ListLayout } from './import-settings.ts';
import { periodUnitQuestion } from './period-questions.ts';
import type { Question } from './question.ts';
import { type RowReading, readRow } from './row-reading.ts';

/** A file whose columns are known. */
export interface OpenedList {
  readonly layout: ListLayout;
  readonly sheetName: string;
  readonly sheetNames: readonly string[];
  readonly head: SheetRow;
  readonly columns: readonly ListColumn[];
  readonly rows: readonly SheetRow[];
  readonly fields: ReadonlyMap<string, ListField>;
  readonly read: (row: SheetRow) => RowReading;
  /** The notation that the header of the addresses names. */
  readonly notation: string | undefined;
  /** The column of the predecessor's coefficients. */
  readonly coefficientAt: number | undefined;
  /** Cells merged down a column, whose rows all have the value. */
  readonly merges: readonly MergedCells[];
  /** The question about the unit of periods, if the file names none. */
  readonly periodQuestion: Question | undefined;
}

let names: ColumnNames | undefined;
/** The fields that columns may be, by name. Made once. */
export const columnNames = (): ColumnNames => {
  names ??= new ColumnNames(specs);
  return names;
};

/** @throws ListFileRefused if the file has no such sheet */
export function openList(file: ListFile, settings: ImportSettings): OpenedList {
  const { sheet, columns: chosenColumns, headers, answers, layout } = settings;
  const presetFields = new Set(settings.device === undefined ? [] : ['device']);
  const listColumns = columnNames().columnsOf(file.sheets, {
    sheet,
    chosen: chosenColumns,
    headers,
    presetFields,
  });
  const sheetNames = file.sheets.map(({ name }) => name);
  if (!listColumns) throw noSheet(sheet ?? '', sheetNames);
  const { fields } = columnNames();
  const texts = textsOf(settings.cells);
  const rows = listColumns.rows.map((row) => withTexts(row, texts.get(row.line)));
  const places = layout === 'columns' ? undefined : predecessorPlaces(listColumns.head);
  const { merges = [], hasDecimalCommas = false } = listColumns.sheet;
  const about = {
    sheetName: listColumns.sheet.name,
    sheetNames,
    head: listColumns.head,
    rows,
    fields,
    merges,
  };
  if (places) {
    const measurements = predecessorMeasurements(rows, places);
    const options = {
      places,
      fields,
      measurements,
      hasDecimalCommas,
      appliesCoefficient: answers.coefficient === 'apply',
    };
    const columns = listColumns.head.cells.map((cell, index): ListColumn => {
      const header = cellText(cell).trim();
      const name = predecessorColumns[header.toLowerCase() as keyof typeof predecessorColumns];
      return { index, header, field: name === undefined ? undefined : fields.get(name) };
    });
    return {
      ...about,
      layout: 'predecessor',
      columns,
      read: readOnce((row) => readPredecessorRow(row, options)),
      notation: undefined,
      coefficientAt: places.get('coefficient'),
      periodQuestion: undefined,
    };
  }
  const periods = listColumns.columns.find(
    ({ field, unit }) => field?.kind === 'period' && unit === undefined,
  );
  const unitQuestion = periods && periodUnitQuestion(periods, rows, answers.period_unit);
  const columns = listColumns.columns.map((column) =>
    column === periods ? { ...column, unit: unitQuestion?.unit } : column,
  );
  return {
    ...about,
    layout: 'columns',
    columns,
    read: readOnce((row) => readRow(row, columns, hasDecimalCommas)),
    notation: columns.find(({ notation }) => notation !== undefined)?.notation,
    coefficientAt: undefined,
    periodQuestion: unitQuestion?.question,
  };
}

/** The texts that replace those of the file, by row and column. */
function textsOf(cells: ImportSettings['cells']): ReadonlyMap<number, ReadonlyMap<number, string>> {
  const textsByRow = new Map<number, Map<number, string>>();
  for (const [name, text] of Object.entries(cells)) {
    const [, letters = 'A', digits = '0'] = /^([A-Z]+)(\d+)$/.exec(name) ?? [];
    const line = Number(digits);
    const ofRow = textsByRow.get(line) ?? new Map<number, string>();
    textsByRow.set(line, ofRow.set(columnIndex(letters), text));
  }
  return textsByRow;
}

function withTexts(row: SheetRow, texts: ReadonlyMap<number, string> | undefined): SheetRow {
  if (!texts) return row;
  const width = Math.max(row.cells.length, ...[...texts.keys()].map((index) => index + 1));
  const cells = Array.from({ length: width }, (_, index) => texts.get(index) ?? row.cells[index] ?? '');
  return { line: row.line, cells };
}

/** Reads each row only once, though several places look at it. */
function readOnce(read: (row: SheetRow) => RowReading): (row: SheetRow) => RowReading {
  const readings = new WeakMap<SheetRow, RowReading>();
  return (row) => {
    const reading = readings.get(row) ?? read(row);
    readings.set(row, reading);
    return reading;
  };
}

function noSheet(name: string, all: readonly string[]): ListFileRefused {
  return new ListFileRefused(pointListsText('the_workbook_has_no_visible_sheet', { wanted: name, all }));
}
