import { setImmediate } from 'node:timers/promises';
import { flatPoint } from '@holdfast/shared/contracts/http/point-http.ts';
import type { GrantedSites, SiteAccess } from '../access/granted-sites.ts';
import { type KindsOfStore, kindFaultsIfKnown } from '../configuration/stored-kinds.ts';
import type { Database } from '../database/open-database.ts';
import { columnLetters } from './columns/cell-place.ts';
import { readInWorker } from './files/read-in-worker.ts';
import type { ImportSettings } from './judging/import-settings.ts';
import { devicesOfList, type Judgement, judgeList, placedFaults } from './judging/judge-list.ts';
import type { JudgedRow } from './judging/judge-rows.ts';
import { type OpenedList, openList } from './judging/open-list.ts';
import { knownConfiguration } from './known-points.ts';
import type { KeptView, StoredRow } from './stored-import.ts';

export interface PreviewSources {
  readonly database: Database;
  readonly store: KindsOfStore;
  readonly siteAccess: Pick<SiteAccess, 'require'>;
}

/** Faults in the preview itself; another call returns all of them. */
const shownFaults = 50;
const defaultPeriodMs = 1_000;
const rowsAtOnce = 1_000;
const sampledRows = 3;
/** Default values of fields, at which they say nothing about how a point is read. */
const unset = new Map<string, unknown>([
  ['scale', 1],
  ['offset', 0],
  ['enabled', true],
  ['writable', false],
]);

/**
 * Says what a list would do.
 * @throws ListFileRefused, Problem if it concerns a site at which the caller may change nothing, DatabaseUnavailable
 */
export async function previewImport(
  { database, store, siteAccess }: PreviewSources,
  {
    content,
    settings,
    sites,
  }: { readonly content: Buffer; readonly settings: ImportSettings; readonly sites: GrantedSites },
): Promise<{ readonly view: KeptView; readonly rows: StoredRow[] }> {
  const file = await readInWorker(content, { encoding: settings.encoding });
  const list = openList(file, settings);
  const known = await knownConfiguration(database, devicesOfList(list, settings.device));
  await siteAccess.require(sites, { devices: [...known.devices.values()].map(({ id }) => id) });
  const judgement = await withStoredKinds({ database, store }, await judgeList(list, settings, known));
  await siteAccess.require(sites, { sites: newSites(judgement) });
  const faultsOf = placedFaults(list);
  const rows: StoredRow[] = [];
  for (const [index, row] of judgement.rows.entries()) {
    if (index % rowsAtOnce === rowsAtOnce - 1) await setImmediate();
    rows.push(storedRow(row, { no: index, faults: faultsOf(row) }));
  }
  const tasks = await withNewness(database, tasksOf(judgement.rows));
  const { format, encoding } = file;
  return { view: viewOf(list, { judgement, rows, tasks, settings, format, encoding }), rows };
}

function newSites({ devices }: Judgement): (number | null)[] {
  return devices.flatMap((device) => (device.isNew && device.body ? [device.body.site_id] : []));
}

/** Adds faults for points that would have another kind of values than those stored for them. */
async function withStoredKinds(
  { database, store }: Pick<PreviewSources, 'database' | 'store'>,
  judgement: Judgement,
): Promise<Judgement> {
  const asked = judgement.rows.flatMap((row) => {
    const { device, point, state, changes } = row;
    const isOther =
      state === 'new' ||
      (state === 'changed' &&
        ['data_type', 'enumeration', 'count'].some((field) => changes && field in changes));
    return isOther && device && !device.isNew && point
      ? [{ row, point: { ...point.common, device_id: device.known.id } }]
      : [];
  });
  const faults = await kindFaultsIfKnown(
    store,
    database,
    asked.map(({ point }) => point),
  );
  const told = new Map(
    asked.flatMap(({ row }, index) => (faults[index] === undefined ? [] : [[row, faults[index]] as const])),
  );
  if (told.size === 0) return judgement;
  const rows = judgement.rows.map((row): JudgedRow => {
    const message = told.get(row);
    if (message === undefined) return row;
    const fault = { field: 'data_type', code: 'refused', message } as const;
    return { ...row, state: 'fault', point: undefined, changes: undefined, faults: [...row.faults, fault] };
  });
  return { ...judgement, rows };
}

function storedRow(
  { state, reading, deviceCode, code, known, point, changes }: JudgedRow,
  { no, faults }: { readonly no: number; readonly faults: readonly object[] },
): StoredRow {
  const isWritten = state === 'new' || state === 'changed';
  return {
    ...{ no, state, code, faults },
    device: deviceCode,
    line: reading?.line ?? null,
    point_id: known?.id ?? null,
    version: known?.version ?? null,
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
    readonly tasks: KeptView['tasks'];
    readonly settings: ImportSettings;
    readonly format: KeptView['format'];
    readonly encoding: string | undefined;
  },
): KeptView {
  const counts = { same: 0, changed: 0, new: 0, missing: 0, fault: 0 };
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
      isGuess: question.isGuess && !settings.accepted,
    })),
    deletes: settings.mode === 'replace' ? counts.missing : 0,
    newDevices: judgement.devices.flatMap((device) => (device.isNew && device.body ? [device.body] : [])),
    devices: judgement.devices.flatMap((device) =>
      device.isNew ? [] : [{ id: device.known.id, code: device.code, protocol: device.spec.protocol }],
    ),
    tasks,
    sample: sampleOf(judgement.rows),
    faults: faulty.flatMap((row) => row.faults as KeptView['faults']).slice(0, shownFaults),
  };
}

function sampleOf(rows: readonly JudgedRow[]): KeptView['sample'] {
  const sample: KeptView['sample'][number][] = [];
  for (const { reading, device, code, point } of rows) {
    if (sample.length === sampledRows) break;
    if (!reading || !device || !point) continue;
    const flat = flatPoint(device.spec, { ...point.common, address: point.address });
    const said = Object.entries(flat).filter(
      ([field, value]) => field !== 'code' && value !== null && value !== '' && value !== unset.get(field),
    );
    sample.push({ line: reading.line, device: device.code, code, fields: Object.fromEntries(said) });
  }
  return sample;
}

async function withNewness(database: Database, wanted: WantedTask[]): Promise<KeptView['tasks']> {
  if (wanted.length === 0) return [];
  const codes = wanted.map(({ code }) => code);
  const there = await database.selectFrom('tasks').select('code').where('code', 'in', codes).execute();
  const known = new Set(there.map(({ code }) => code));
  return wanted.map((task) => ({ ...task, isNew: !known.has(task.code) }));
}

type WantedTask = Omit<KeptView['tasks'][number], 'isNew'>;

function tasksOf(rows: readonly JudgedRow[]): WantedTask[] {
  const named = rows.flatMap(({ reading, deviceCode, state }) => {
    const task = reading?.given.task;
    return typeof task === 'string' && state !== 'fault'
      ? [{ task, deviceCode, period: reading?.given.period_ms }]
      : [];
  });
  return [...Map.groupBy(named, ({ task }) => task)].map(([code, members]) => {
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
