import { cellName } from '../../spreadsheets/cell-place.ts';
import { cellText, isEmptyCell, type SheetRow } from '../../spreadsheets/read/list-file.ts';
import type { ListColumn } from '../columns/list-columns.ts';
import { likelyUnit, type PeriodUnit, periodMs, periodParts, periodUnits } from '../columns/periods.ts';
import { pointListsText } from '../texts.ts';
import type { RowVerdict } from './judge-rows.ts';
import { exampleRowCount, type Question } from './question.ts';

/** A shorter period is likelier a mistake, such as seconds read as milliseconds, than what is wanted. */
const shortMs = 100;
/** The name of the question about such periods. */
export const shortPeriod = 'shortest_period';

/** The unit of numbers in a column of periods whose header names none, and the question about it. */
export function periodUnitQuestion(
  { index, header }: ListColumn,
  rows: readonly SheetRow[],
  answer: string | undefined,
): { readonly unit: PeriodUnit; readonly question: Question } | undefined {
  const bareCells = rows.flatMap((row) => {
    const cell = row.cells[index] ?? '';
    const text = cellText(cell).trim();
    const { amount, unit } = periodParts(text);
    const number = Number(amount.replace(',', '.'));
    return isEmptyCell(cell) || unit !== undefined || !(number > 0) ? [] : [{ row, text, number }];
  });
  if (bareCells.length === 0) return undefined;
  const isRate = /rate|freq|频|率/i.test(header);
  const choices = periodUnits.filter(({ value }) => value !== 'hz' || isRate);
  const answeredUnit = choices.find(({ value }) => value === answer)?.value;
  const unit = answeredUnit ?? likelyUnit(bareCells.map(({ number }) => number));
  const question = {
    name: 'period_unit',
    text: pointListsText('what_is_the_unit'),
    ...{ choices, chosen: unit, isGuess: answeredUnit === undefined },
    rows: bareCells.slice(0, exampleRowCount).map(({ row, text, number }) => ({
      ...{ cell: cellName(index, row.line), value: text },
      meanings: Object.fromEntries(
        choices.map(({ value }) => [value, `${Math.round(periodMs(number, value))} ms`]),
      ),
    })),
  };
  return { unit, question };
}

/** Asks whether periods below 100 ms are meant. Rows that leave a period as it is are not asked about. */
export function shortPeriodQuestion(
  list: readonly SheetRow[],
  rows: readonly RowVerdict[],
  answer: string | undefined,
): Question | undefined {
  const shortRows = rows.flatMap(({ reading, point, state, changes }) => {
    const period = point?.common.period_ms ?? undefined;
    const isWritten = state === 'new' || (changes !== undefined && 'period_ms' in changes);
    return reading && isWritten && period !== undefined && period < shortMs ? [{ reading, period }] : [];
  });
  if (shortRows.length === 0) return undefined;
  const shortest = shortRows.reduce((least, { period }) => Math.min(least, period), shortMs);
  const value = `${shortest}ms`;
  const lines = new Map(list.map((row) => [row.line, row]));
  return {
    name: shortPeriod,
    text: pointListsText('points_with_a_period_below_ms', { shortMs, count: shortRows.length }),
    choices: [{ value, label: pointListsText('yes_up_to_every_ms', { shortest }) }],
    chosen: value,
    isGuess: answer === undefined || !(Number(/^(\d+)ms$/.exec(answer)?.[1] ?? Number.NaN) <= shortest),
    isConfirmation: true,
    rows: shortRows.slice(0, exampleRowCount).map(({ reading, period }) => ({
      cell: cellName(reading.at.period_ms ?? 0, reading.line),
      value:
        reading.at.period_ms === undefined
          ? ''
          : cellText(lines.get(reading.line)?.cells[reading.at.period_ms] ?? '').trim(),
      meanings: { [value]: `${period} ms` },
    })),
  };
}
