import { both } from '@holdfast/driver/form-words.ts';
import { cellName } from '../../spreadsheets/cell-place.ts';
import type { SheetRow } from '../../spreadsheets/read/list-file.ts';
import { shownCell } from '../../spreadsheets/read/list-file.ts';
import { type Question, shownRows } from './question.ts';
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
    some.slice(0, shownRows).map((each) => {
      const index = each.reading.at[field] ?? 0;
      const value = shownCell(each.row.cells[index] ?? '');
      return { cell: cellName(index, each.row.line), value, meanings: meanings(each) };
    });
  const questions: Question[] = [];
  if (withTable.length > 0) {
    questions.push({
      name: 'types',
      text: both(
        'The sheet has no types. Is a value of 1, 2 or 4 registers a word, a float or a double, and any other number an array of words?',
        '表中没有数据类型。1、2、4 个寄存器是否分别为字、单精度浮点、双精度浮点，其他个数为字的数组？',
      ),
      choices: [{ value: 'by_num', label: both('yes: by num', '是：按 num') }],
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
    const value = coefficientAt === undefined ? '' : shownCell(each.row.cells[coefficientAt] ?? '').trim();
    return value === '' || Number(value) === 1 ? [] : [{ ...each, value }];
  });
  if (coefficients.length > 0) {
    questions.push({
      name: 'coefficient',
      text: both(
        'The predecessor did not apply coefficient to Modbus points, only to those of PLCs. Is it to be applied now?',
        '原采集程序未对 Modbus 点位应用 coefficient，只对 PLC 点位应用。现在是否应用？',
      ),
      choices: [
        { value: 'ignore', label: both('no: values as they were', '否：数值与以前相同') },
        { value: 'apply', label: both('yes: value = raw × coefficient', '是：数值 = 原始值 × coefficient') },
      ],
      ...of('coefficient', 'ignore'),
      rows: coefficients.slice(0, shownRows).map(({ row, value }) => ({
        cell: cellName(coefficientAt ?? 0, row.line),
        value,
        meanings: { ignore: '100 → 100', apply: `100 → ${Number((100 * Number(value)).toPrecision(12))}` },
      })),
    });
  }
  return questions;
}
