import { sameValueCodes } from '@holdfast/driver/same-value-codes.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { cellName } from '../../spreadsheets/cell-place.ts';
import { cellText } from '../../spreadsheets/read/list-file.ts';
import type { CurrentConfiguration } from './current-configuration.ts';
import type { ImportSettings } from './import-settings.ts';
import { judgeRows, type RowVerdict } from './judge-rows.ts';
import { listNotes } from './list-notes.ts';
import { notationQuestion } from './notation-question.ts';
import type { OpenedList } from './open-list.ts';
import { shortPeriod, shortPeriodQuestion } from './period-questions.ts';
import { predecessorQuestions } from './predecessor-questions.ts';
import type { Question } from './question.ts';
import type { RowDevice } from './row-device.ts';
import type { FieldFault, RowFault } from './row-fault.ts';

export interface Judgement {
  readonly rows: readonly RowVerdict[];
  readonly devices: readonly RowDevice[];
  readonly questions: readonly Question[];
  /** Says what was read otherwise than it is written. */
  readonly notes: readonly Text[];
}

/** Codes of the devices in a list. */
export function devicesOfList({ rows, read }: OpenedList, device: string | undefined): string[] {
  const codes = rows.map((row) => read(row).values.device ?? device);
  return [...new Set(codes)].filter((code) => typeof code === 'string');
}

/** Judges what a list would do to the configuration. */
export async function judgeList(
  list: OpenedList,
  settings: ImportSettings,
  configuration: CurrentConfiguration,
): Promise<Judgement> {
  const { rows, read, fields, layout } = list;
  const readings = rows.map((row) => ({ row, reading: read(row) }));
  const questions: Question[] = [];
  let { notation } = list;
  const addressed = readings.filter(
    ({ reading }) => addressesOf(reading.values, { settings, configuration }) !== undefined,
  );
  const [first] = addressed;
  const addresses = first && addressesOf(first.reading.values, { settings, configuration });
  if (addresses && notation === undefined) {
    // The predecessor counted from 0, as far as is known.
    const answer = settings.answers.notation ?? (layout === 'predecessor' ? 'from_0' : undefined);
    const fromQuestion = notationQuestion(addresses, addressed, answer);
    notation = fromQuestion.notation;
    const isGuess = settings.answers.notation === undefined;
    if (fromQuestion.question) questions.push({ ...fromQuestion.question, isGuess });
  }
  if (layout === 'predecessor') {
    const { coefficientAt } = list;
    questions.push(...predecessorQuestions(readings, { coefficientAt, answers: settings.answers }));
  }
  if (list.periodQuestion) questions.push(list.periodQuestion);
  const { mode, device, answers } = settings;
  const judgement = await judgeRows(
    { rows, read, fields, notation: notation ?? '', mode, device },
    configuration,
  );
  const all = withSiblingFaults(judgement.rows, mode === 'replace');
  const short = shortPeriodQuestion(rows, all, answers[shortPeriod]);
  if (short) questions.push(short);
  return { rows: all, devices: judgement.devices, questions, notes: listNotes(list, all) };
}

function addressesOf(
  values: Readonly<Record<string, unknown>>,
  {
    settings,
    configuration,
  }: { readonly settings: ImportSettings; readonly configuration: CurrentConfiguration },
) {
  const device = configuration.devices.get(String(values.device ?? settings.device));
  const spec = device?.spec ?? configuration.specOf(values.protocol);
  return spec?.sheets?.addresses;
}

/** Gives the faults of a row the cells where the list's author finds them. */
export function placedFaults(list: OpenedList): (row: RowVerdict) => RowFault[] {
  const rows = new Map(list.rows.map((row) => [row.line, row]));
  return ({ reading, faults }) =>
    faults.map((fault) =>
      placedFault(list, {
        ...{ fault, line: reading?.line ?? 0, at: reading?.at ?? {} },
        row: reading && rows.get(reading.line),
      }),
    );
}

function placedFault(
  { sheetName, head }: OpenedList,
  about: {
    readonly fault: FieldFault;
    readonly line: number;
    readonly at: Readonly<Record<string, number>>;
    readonly row: OpenedList['rows'][number] | undefined;
  },
): RowFault {
  const { field, code, message } = about.fault;
  const index = about.at[field];
  const column = index === undefined ? '' : cellText(head.cells[index] ?? '').trim();
  return {
    sheet: sheetName,
    cell: index === undefined ? String(about.line) : cellName(index, about.line),
    column: column || field,
    value: index === undefined ? '' : cellText(about.row?.cells[index] ?? ''),
    ...{ code, message },
  };
}

/** Adds faults to rows whose values would have the same names as values of an array of their device. */
function withSiblingFaults(rows: readonly RowVerdict[], isReplacing: boolean): RowVerdict[] {
  const messageByRow = new Map<RowVerdict, Text>();
  for (const ofDevice of Map.groupBy(rows, ({ deviceCode }) => deviceCode).values()) {
    const points = ofDevice.flatMap((row) => {
      const isLeft = row.state !== 'fault' && !(row.state === 'missing' && isReplacing);
      const common = row.point?.common ?? row.current?.common;
      return isLeft && common ? [{ code: row.code, count: common.count ?? undefined, row }] : [];
    });
    for (const { codes, valueCode } of sameValueCodes(points)) {
      const row = points.findLast(({ code, row }) => codes.includes(code) && row.reading)?.row;
      if (row) messageByRow.set(row, fieldText('value_name_of_array', { array: codes[0], name: valueCode }));
    }
  }
  if (messageByRow.size === 0) return [...rows];
  return rows.map((row) => {
    const message = messageByRow.get(row);
    if (message === undefined) return row;
    const faults = [...row.faults, { field: 'code', code: 'duplicate', message } as const];
    return { ...row, state: 'fault', point: undefined, changes: undefined, faults };
  });
}
