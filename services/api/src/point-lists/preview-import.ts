import { flatPoint } from '@holdfast/shared/contracts/http/point-http.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { KindOfPoint } from '../configuration/stored-kinds.ts';
import { columnLetters } from '../spreadsheets/cell-place.ts';
import { type Cell, cellText } from '../spreadsheets/read/list-file.ts';
import { readListFile } from '../spreadsheets/read/read-list-file.ts';
import type { TableCell } from '../spreadsheets/write/workbook.ts';
import { currentConfiguration, type StoredDevices, type StoredPoint } from './configuration-of-devices.ts';
import type { ImportSettings } from './judging/import-settings.ts';
import { devicesOfList, type Judgement, judgeList, placedFaults } from './judging/judge-list.ts';
import type { RowVerdict } from './judging/judge-rows.ts';
import { type OpenedList, openList } from './judging/open-list.ts';
import type { StoredImportView, StoredRow } from './stored-import.ts';
import { type ChoosingTask, importedStates, unreadPoints } from './unread-points.ts';

/** The questions of judging a list to the database. Each question and answer is small, or a page of what may be much. */
export interface PreviewQuestions {
  /** The devices with these codes, and all sites. Fails unless the caller may change all of these devices. */
  devices(codes: readonly string[]): Promise<StoredDevices>;
  points(deviceIds: readonly number[], after: number): Promise<readonly StoredPoint[]>;
  /** Why points may not have their kind of values, in order, or undefined if they may. */
  kindFaults(points: readonly KindOfPoint[]): Promise<readonly (Text | undefined)[]>;
  /** Fails unless the caller may change all of these sites; null is for devices without a site. */
  sites(ids: readonly (number | null)[]): Promise<void>;
  /** Those of these tasks that exist. */
  tasks(codes: readonly string[]): Promise<readonly string[]>;
  /** Tasks that read chosen points: those with these codes, and those that read some of these devices. */
  choosingTasks(codes: readonly string[], devices: readonly string[]): Promise<readonly ChoosingTask[]>;
}

/** Faults in the preview itself; another call returns all of them. */
const shownFaults = 50;
const defaultPeriodMs = 1_000;
const kindsAtOnce = 5_000;
const sampledRows = 3;
/** Default values of fields, at which they say nothing about how a point is read. */
const unset = new Map<string, unknown>([
  ['scale', 1],
  ['offset', 0],
  ['enabled', true],
  ['writable', false],
]);

/** Says what a list would do. @throws ListFileRefused, and what the questions throw */
export async function previewImport(
  questions: PreviewQuestions,
  { content, settings }: { readonly content: Buffer; readonly settings: ImportSettings },
): Promise<{ readonly view: StoredImportView; readonly rows: StoredRow[] }> {
  const file = await readListFile(content, { encoding: settings.encoding });
  const list = openList(file, settings);
  const devicesAndSites = await questions.devices(devicesOfList(list, settings.device));
  const ids = devicesAndSites.devices.map(({ id }) => id);
  const configuration = await currentConfiguration(devicesAndSites, (after) => questions.points(ids, after));
  const judgement = await withStoredKinds(questions, await judgeList(list, settings, configuration));
  await questions.sites([...new Set(newSites(judgement))]);
  const faultsOf = placedFaults(list);
  const cellsOf = faultyCells(list);
  const rows = judgement.rows.map((row, no) =>
    storedRow(row, { no, faults: faultsOf(row), cells: cellsOf(row) }),
  );
  const tasks = await withNewness(questions, tasksOf(judgement.rows));
  const unread = await unreadPoints(questions, rows, settings.answers.task_points);
  const withTasks = {
    ...judgement,
    questions: [...judgement.questions, ...(unread.question ? [unread.question] : [])],
    notes: [...judgement.notes, ...unread.notes],
  };
  const { format, encoding } = file;
  return { view: viewOf(list, { judgement: withTasks, rows, tasks, settings, format, encoding }), rows };
}

function newSites({ devices }: Judgement): (number | null)[] {
  return devices.flatMap((device) => (device.isNew && device.body ? [device.body.site_id] : []));
}

/** Adds faults for points that would have another kind of values than those stored for them. */
async function withStoredKinds(
  { kindFaults }: Pick<PreviewQuestions, 'kindFaults'>,
  judgement: Judgement,
): Promise<Judgement> {
  const rowsToCheck = judgement.rows.flatMap((row) => {
    const { device, point, state, changes } = row;
    const isOther =
      state === 'new' ||
      (state === 'changed' &&
        ['data_type', 'enumeration', 'count'].some((field) => changes && field in changes));
    return isOther && device && !device.isNew && point
      ? [{ row, point: { ...point.common, device_id: device.current.id } }]
      : [];
  });
  const faults: (Text | undefined)[] = [];
  for (let from = 0; from < rowsToCheck.length; from += kindsAtOnce) {
    const some = rowsToCheck.slice(from, from + kindsAtOnce);
    const messages = await kindFaults(some.map(({ point }) => point));
    faults.push(...some.map((_, index) => messages[index]));
  }
  const messageByRow = new Map(
    rowsToCheck.flatMap(({ row }, index) =>
      faults[index] === undefined ? [] : [[row, faults[index]] as const],
    ),
  );
  if (messageByRow.size === 0) return judgement;
  const rows = judgement.rows.map((row): RowVerdict => {
    const message = messageByRow.get(row);
    if (message === undefined) return row;
    const fault = { field: 'data_type', code: 'refused', message } as const;
    return { ...row, state: 'fault', point: undefined, changes: undefined, faults: [...row.faults, fault] };
  });
  return { ...judgement, rows };
}

/** The cells of faulty rows as they came, for a list of these rows to be corrected. */
function faultyCells({ rows }: OpenedList): (row: RowVerdict) => TableCell[] | null {
  const byLine = new Map(rows.map((row) => [row.line, row]));
  return ({ state, reading }) =>
    state === 'fault' ? (byLine.get(reading?.line ?? 0)?.cells ?? []).map(asCell) : null;
}

function asCell(cell: Cell): TableCell {
  if (typeof cell === 'object' && 'number' in cell && Number.isFinite(Number(cell.number)))
    return Number(cell.number);
  const text = cellText(cell);
  return text === '' ? null : text;
}

function storedRow(
  { state, reading, deviceCode, code, current, point, changes }: RowVerdict,
  { no, faults, cells }: Pick<StoredRow, 'no' | 'cells'> & { readonly faults: readonly object[] },
): StoredRow {
  const isWritten = state === 'new' || state === 'changed';
  return {
    ...{ no, state, code, faults, cells },
    device: deviceCode,
    line: reading?.line ?? null,
    task: typeof reading?.values.task === 'string' ? reading.values.task : null,
    point_id: current?.id ?? null,
    version: current?.version ?? null,
    changes: changes ?? null,
    point: isWritten && point ? { ...point.common, address: point.address } : null,
  };
}

function viewOf(
  list: OpenedList,
  {
    judgement,
    rows,
    tasks,
    settings,
    format,
    encoding,
  }: {
    readonly judgement: Judgement;
    readonly rows: readonly StoredRow[];
    readonly tasks: StoredImportView['tasks'];
    readonly settings: ImportSettings;
    readonly format: StoredImportView['format'];
    readonly encoding: string | undefined;
  },
): StoredImportView {
  const counts = { same: 0, changed: 0, new: 0, missing: 0, fault: 0, skipped: 0 };
  for (const { state } of judgement.rows) counts[state] += 1;
  const faulty = rows.filter(({ state }) => state === 'fault');
  return {
    ...{ format, encoding: encoding ?? null, counts },
    mapping: list.layout,
    sheet: list.sheetName,
    sheets: list.sheetNames,
    columns: list.columns.map(({ index, header, field }) => ({
      column: columnLetters(index),
      header,
      field: field?.name ?? null,
    })),
    questions: judgement.questions.map((question) => ({
      ...question,
      isGuess: question.isGuess && (question.isConfirmation === true || !settings.accepted),
    })),
    width: list.rows.reduce((most, { cells }) => Math.max(most, cells.length), list.head.cells.length),
    notes: judgement.notes,
    deletes: settings.mode === 'replace' ? counts.missing : 0,
    newDevices: judgement.devices.flatMap((device) => (device.isNew && device.body ? [device.body] : [])),
    devices: judgement.devices.flatMap((device) =>
      device.isNew ? [] : [{ id: device.current.id, code: device.code, protocol: device.spec.protocol }],
    ),
    tasks,
    sample: sampleOf(judgement.rows),
    faults: faulty.flatMap((row) => row.faults as StoredImportView['faults']).slice(0, shownFaults),
  };
}

function sampleOf(rows: readonly RowVerdict[]): StoredImportView['sample'] {
  const sample: StoredImportView['sample'][number][] = [];
  for (const { reading, device, code, point } of rows) {
    if (sample.length === sampledRows) break;
    if (!reading || !device || !point) continue;
    const flat = flatPoint(device.spec, { ...point.common, address: point.address });
    const usedFields = Object.entries(flat).filter(
      ([field, value]) => field !== 'code' && value !== null && value !== '' && value !== unset.get(field),
    );
    sample.push({ line: reading.line, device: device.code, code, fields: Object.fromEntries(usedFields) });
  }
  return sample;
}

async function withNewness(
  { tasks }: Pick<PreviewQuestions, 'tasks'>,
  wantedTasks: WantedTask[],
): Promise<StoredImportView['tasks']> {
  if (wantedTasks.length === 0) return [];
  const existing = new Set(await tasks(wantedTasks.map(({ code }) => code)));
  return wantedTasks.map((task) => ({ ...task, isNew: !existing.has(task.code) }));
}

type WantedTask = Omit<StoredImportView['tasks'][number], 'isNew'>;

function tasksOf(rows: readonly RowVerdict[]): WantedTask[] {
  const rowsWithTask = rows.flatMap(({ reading, deviceCode, state }) => {
    const task = reading?.values.task;
    return typeof task === 'string' && importedStates.includes(state)
      ? [{ task, deviceCode, period: reading?.values.period_ms }]
      : [];
  });
  return [...Map.groupBy(rowsWithTask, ({ task }) => task)].map(([code, members]) => {
    const periods = Map.groupBy(
      members.filter(({ period }) => typeof period === 'number'),
      ({ period }) => period as number,
    );
    const [commonest] = [...periods].toSorted(([, one], [, other]) => other.length - one.length);
    return {
      code,
      periodMs: commonest?.[0] ?? defaultPeriodMs,
      devices: [...new Set(members.map(({ deviceCode }) => deviceCode))],
    };
  });
}
