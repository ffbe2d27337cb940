import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { pointConfigSchema } from '@holdfast/shared/contracts/device.ts';
import {
  changedPoint,
  flatPoint,
  type ValidPoint,
  validateDevicePoint,
} from '@holdfast/shared/contracts/http/point-http.ts';
import type { importModes } from '@holdfast/shared/contracts/http/point-list-http.ts';
import { isMissing, type Validated } from '@holdfast/shared/judgement/verdict-on-body.ts';
import type { SheetRow } from '../../spreadsheets/read/list-file.ts';
import type { ListField } from '../columns/list-fields.ts';
import { pointListsText } from '../texts.ts';
import { oneLine } from './cell-value.ts';
import type { CurrentConfiguration, CurrentPoint } from './current-configuration.ts';
import { pointBody } from './point-body.ts';
import { type RowDevice, RowDevices } from './row-device.ts';
import type { FieldFault, FieldNote } from './row-fault.ts';
import { type ReadPlace, type RowReading, readPlace } from './row-reading.ts';

/**
 * `append`: an existing point is a fault. `merge`: empty cells keep values. `replace`: empty cells clear values, and
 * points that the list lacks are deleted from its devices.
 */
export type ImportMode = (typeof importModes)[number];

/** `skipped`: a row that the list cannot describe, such as an MQTT point in the predecessor's list. */
export type RowState = 'same' | 'changed' | 'new' | 'missing' | 'fault' | 'skipped';

export type Changes = Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>;

export interface RowVerdict {
  readonly state: RowState;
  /** Undefined for a point that the list lacks. */
  readonly reading: RowReading | undefined;
  readonly device: RowDevice | undefined;
  readonly deviceCode: string;
  readonly code: string;
  readonly current: CurrentPoint | undefined;
  readonly point: ValidPoint | undefined;
  readonly changes: Changes | undefined;
  readonly faults: readonly FieldFault[];
  readonly notes: readonly FieldNote[];
}

export interface RowSource {
  readonly rows: readonly SheetRow[];
  readonly read: (row: SheetRow) => RowReading;
  readonly fields: ReadonlyMap<string, ListField>;
  readonly notation: string;
  readonly mode: ImportMode;
  /** The device for rows that name none. */
  readonly device: string | undefined;
}

/** Rows judged before other requests get a turn. */
const rowsAtOnce = 200;

/** Judges each row against what is configured. */
export async function judgeRows(
  source: RowSource,
  configuration: CurrentConfiguration,
): Promise<{ readonly rows: RowVerdict[]; readonly devices: readonly RowDevice[] }> {
  const devices = new RowDevices(configuration, source.fields);
  const lines = new Map<string, number>();
  const rows: RowVerdict[] = [];
  for (const [index, row] of source.rows.entries()) {
    if (index % rowsAtOnce === rowsAtOnce - 1) await setImmediate();
    rows.push(judgeRow(row, { source, devices, lines }));
  }
  return { rows: [...rows, ...missingRows(rows, devices.all)], devices: devices.all };
}

interface Judging {
  readonly source: RowSource;
  readonly devices: RowDevices;
  /** The first line of each point. */
  readonly lines: Map<string, number>;
}

function judgeRow(row: SheetRow, { source, devices, lines }: Judging): RowVerdict {
  const reading = source.read(row);
  const { values } = reading;
  const code = text(values.code);
  const deviceCode = text(values.device) || (source.device ?? '');
  const nothing = { device: undefined, current: undefined, point: undefined, changes: undefined };
  if (reading.unsupported)
    return { ...{ reading, deviceCode, code, ...nothing }, state: 'skipped', faults: [], notes: [] };
  const faults: FieldFault[] = [...reading.faults];
  const requireField = (field: string) => {
    if (!faults.some((fault) => fault.field === field))
      faults.push({ field, code: 'missing', message: pointListsText('needed') });
  };
  if (code === '') requireField('code');
  if (deviceCode === '') requireField('device');
  const about = { reading, deviceCode, code };
  if (deviceCode === '' || faults.some(({ field }) => field === 'protocol'))
    return { ...about, ...nothing, state: 'fault', faults, notes: reading.notes };
  const device = devices.of(deviceCode, reading);
  if (device.isNew && (device.line === reading.line || device.body === undefined)) {
    const isUnknown = device.faults.some((fault) => fault.code === 'unknown_device');
    const message = pointListsText('device_faulty_in_row', { row: device.line });
    faults.push(
      ...(device.line === reading.line || isUnknown
        ? device.faults
        : [{ field: 'device', code: 'unknown_device', message } as const]),
    );
  }
  const place = readPlace(device.spec, reading, { row, notation: source.notation, fields: source.fields });
  faults.push(...place.faults, ...devices.contradictions(device, reading, place.connection));
  const key = JSON.stringify([deviceCode, code]);
  const first = lines.get(key);
  if (first !== undefined && code !== '')
    faults.push({
      field: 'code',
      code: 'duplicate',
      message: pointListsText('same_point_as_row', { row: first }),
    });
  else lines.set(key, row.line);
  const current = device.isNew ? undefined : device.current.points.get(code);
  if (current && source.mode === 'append')
    faults.push({
      field: 'code',
      code: 'exists',
      message: pointListsText('exists_and_only_adds'),
    });
  const judgement = judgePoint(device, current, { reading, place, mode: source.mode });
  faults.push(...judgement.faults.filter(({ field }) => !faults.some((fault) => fault.field === field)));
  const isFault = faults.length > 0;
  const { point, changes } = judgement;
  const state = isFault ? 'fault' : !current ? 'new' : changes ? 'changed' : 'same';
  return {
    ...about,
    state,
    device,
    current,
    point: isFault ? undefined : point,
    changes: isFault ? undefined : changes,
    faults,
    notes: [...reading.notes, ...judgement.notes],
  };
}

interface JudgedPlace {
  readonly point: ValidPoint | undefined;
  readonly changes: Changes | undefined;
  readonly faults: readonly FieldFault[];
  readonly notes: readonly FieldNote[];
}

function judgePoint(
  device: RowDevice,
  current: CurrentPoint | undefined,
  {
    reading,
    place,
    mode,
  }: { readonly reading: RowReading; readonly place: ReadPlace; readonly mode: ImportMode },
): JudgedPlace {
  const judgement = judgedBody(device, current, { reading, place, mode });
  const { precision } = reading.values;
  const isLeftOut =
    judgement.faults.some(({ field }) => field === 'precision') &&
    pointConfigSchema.shape.precision.safeParse(precision).success;
  if (!isLeftOut) return judgement;
  // Such lists give all rows decimals, coils too. Values that have none are the same without.
  const { precision: _, ...others } = reading.values;
  const values = current ? { ...others, precision: null } : others;
  const rejudged = judgedBody(device, current, { reading: { ...reading, values }, place, mode });
  return { ...rejudged, notes: [{ field: 'precision', kind: 'precision_left_out', value: precision }] };
}

function judgedBody(
  device: RowDevice,
  current: CurrentPoint | undefined,
  {
    reading,
    place,
    mode,
  }: { readonly reading: RowReading; readonly place: ReadPlace; readonly mode: ImportMode },
): JudgedPlace {
  const { spec, connection } = device;
  const clears = mode === 'replace' || !current ? reading.cleared : [];
  const bodyOfPoint = pointBody(reading.values, { spec, place: place.fields, clears: current ? clears : [] });
  const faulty = (faults: readonly FieldFault[]): JudgedPlace => ({
    ...{ point: undefined, changes: undefined, notes: [] },
    faults: [...bodyOfPoint.faults, ...faults],
  });
  const sound = { faults: [], notes: [] };
  if (!current) {
    const verdict = validateDevicePoint(
      { spec, connection },
      { code: text(reading.values.code), ...bodyOfPoint.body },
    );
    return verdict.ok && bodyOfPoint.faults.length === 0
      ? { point: verdict.value, changes: undefined, ...sound }
      : faulty(faultsOf(verdict, reading));
  }
  const now = flatPoint(spec, { ...current.common, address: current.address });
  // A stored text may have blanks at its ends, which a cell is read without.
  const body = Object.fromEntries(
    Object.entries(bodyOfPoint.body).map(([field, value]) => {
      const before = now[field];
      return [field, typeof before === 'string' && oneLine(before) === value ? before : value];
    }),
  );
  const isSame = Object.entries(body).every(([field, value]) => isDeepStrictEqual(value, now[field] ?? null));
  if (isSame && bodyOfPoint.faults.length === 0)
    return { point: { common: current.common, address: current.address }, changes: undefined, ...sound };
  const self = { spec, connection };
  const verdict = changedPoint(
    { from: self, to: self },
    { common: current.common, address: current.address },
    body,
  );
  if (!verdict.ok || bodyOfPoint.faults.length > 0) return faulty(faultsOf(verdict, reading));
  const after = flatPoint(spec, { ...verdict.value.common, address: verdict.value.address });
  const changed = Object.keys({ ...now, ...after }).filter(
    (field) => !isDeepStrictEqual(now[field], after[field]),
  );
  const changes = Object.fromEntries(
    changed.map((field) => [field, { before: now[field] ?? null, after: after[field] ?? null }]),
  );
  return { point: verdict.value, changes: changed.length > 0 ? changes : undefined, ...sound };
}

function faultsOf(verdict: Validated<ValidPoint>, { values }: RowReading): FieldFault[] {
  if (verdict.ok) return [];
  return verdict.issues.map((issue): FieldFault => {
    const { path, message } = issue;
    const [field = 'code', part] = path.map(String);
    const name = field === 'linear' ? `linear_${part ?? 'raw_min'}` : field;
    return values[name] === undefined && isMissing(issue)
      ? { field: name, code: 'missing', message: pointListsText('needed') }
      : { field: name, code: 'refused', message };
  });
}

/** Points that the list lacks, of the devices in it. */
function missingRows(rows: readonly RowVerdict[], devices: readonly RowDevice[]): RowVerdict[] {
  const namedPoints = new Set(rows.map(({ deviceCode, code }) => JSON.stringify([deviceCode, code])));
  return devices.flatMap((device) => {
    if (device.isNew) return [];
    const missingPoints = [...device.current.points].filter(
      ([code]) => !namedPoints.has(JSON.stringify([device.code, code])),
    );
    return missingPoints.map(
      ([code, current]): RowVerdict => ({
        ...{ state: 'missing', reading: undefined, device, deviceCode: device.code, code, current },
        ...{ point: undefined, changes: undefined, faults: [], notes: [] },
      }),
    );
  });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.normalize('NFC') : '';
}
