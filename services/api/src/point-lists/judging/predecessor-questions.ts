import { cellName } from '../../spreadsheets/cell-place.ts';
import type { SheetRow } from '../../spreadsheets/read/list-file.ts';
import { cellText } from '../../spreadsheets/read/list-file.ts';
import { pointListsText } from '../texts.ts';
import { exampleRowCount, type Question } from './question.ts';
import type { RowReading } from './row-reading.ts';

interface PredecessorRow {
  readonly row: SheetRow;
  readonly reading: RowReading;
}

/**
 * Asks about what the importer only assumes: no sheet of the predecessor is at hand together with the values that it
 * read.
 */
export function predecessorQuestions(
  rows: readonly PredecessorRow[],
  {
    coefficientAt,
    answers,
  }: { readonly coefficientAt: number | undefined; readonly answers: Readonly<Record<string, string>> },
): Question[] {
  const withTable = rows.filter(({ reading }) => reading.values.table !== undefined);
  const of = (name: string, fallback: string) => ({
    chosen: answers[name] ?? fallback,
    isGuess: answers[name] === undefined,
  });
  const examplesOf = (
    some: readonly PredecessorRow[],
    meanings: (each: PredecessorRow) => Record<string, string>,
    field: string,
  ) =>
    some.slice(0, exampleRowCount).map((each) => {
      const index = each.reading.at[field] ?? 0;
      const value = cellText(each.row.cells[index] ?? '');
      return { cell: cellName(index, each.row.line), value, meanings: meanings(each) };
    });
  const questions: Question[] = [];
  if (withTable.length > 0) {
    questions.push({
      name: 'types',
      text: pointListsText('the_sheet_has_no_types'),
      choices: [{ value: 'by_num', label: pointListsText('yes_by_num') }],
      ...of('types', 'by_num'),
      rows: examplesOf(
        withTable,
        ({ reading: { values } }) => ({
          by_num: [values.data_type, values.count].filter((each) => each !== undefined).join(' × '),
        }),
        'count',
      ),
    });
  }
  const coefficients = withTable.flatMap((each) => {
    const value = coefficientAt === undefined ? '' : cellText(each.row.cells[coefficientAt] ?? '').trim();
    return value === '' || Number(value) === 1 ? [] : [{ ...each, value }];
  });
  if (coefficients.length > 0) {
    questions.push({
      name: 'coefficient',
      text: pointListsText('the_predecessor_did_not_apply'),
      choices: [
        { value: 'ignore', label: pointListsText('no_values_as_they_were') },
        { value: 'apply', label: pointListsText('yes_value_raw_coefficient') },
      ],
      ...of('coefficient', 'ignore'),
      rows: coefficients.slice(0, exampleRowCount).map(({ row, value }) => ({
        cell: cellName(coefficientAt ?? 0, row.line),
        value,
        meanings: { ignore: '100 → 100', apply: `100 → ${Number((100 * Number(value)).toPrecision(12))}` },
      })),
    });
  }
  return questions;
}
