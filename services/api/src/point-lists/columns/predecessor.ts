import { specs } from '@holdfast/drivers/specs.ts';
import { quoted } from '@holdfast/texts/text.ts';
import { cellText, isEmptyCell, type SheetRow } from '../../spreadsheets/read/list-file.ts';
import { cellValue, oneLine } from '../judging/cell-value.ts';
import type { FieldFault, FieldNote } from '../judging/row-fault.ts';
import type { RowReading } from '../judging/row-reading.ts';
import { type ListField, normalWord } from './list-fields.ts';

/** The columns of the predecessor's lists, with the field that each becomes, or undefined for columns that are not taken. */
export const predecessorColumns = {
  protocol_type: 'protocol',
  source_ip: 'host',
  source_port: 'port',
  en_name: 'code',
  cn_name: 'name',
  unit: 'unit',
  type: 'function_code',
  source_addr: 'address',
  num: 'count',
  coefficient: 'scale',
  precision: 'precision',
  fs: 'period_ms',
  device_name: 'device',
  input_data_minimum: 'linear_raw_min',
  input_data_maximum: 'linear_raw_max',
  output_data_minimum: 'linear_eng_min',
  output_data_maximum: 'linear_eng_max',
  device_a_tag: 'measurement',
  data_source: undefined,
} as const satisfies Readonly<Record<string, string | undefined>>;
type Column = keyof typeof predecessorColumns;

const signs: readonly Column[] = ['protocol_type', 'en_name', 'source_addr', 'device_name'];
const numbers: readonly Column[] = [
  'num',
  'coefficient',
  'precision',
  'input_data_minimum',
  'input_data_maximum',
  'output_data_minimum',
  'output_data_maximum',
];
const numberField: ListField = { name: '', of: 'point', kind: 'number', label: quoted(''), headers: [] };

/** The places of the predecessor's columns, or undefined if the head is not from one of its lists. */
export function predecessorPlaces(head: SheetRow): ReadonlyMap<Column, number> | undefined {
  const places = new Map<Column, number>();
  for (const [index, cell] of head.cells.entries()) {
    const name = cellText(cell).trim().toLowerCase();
    if (name in predecessorColumns && !places.has(name as Column)) places.set(name as Column, index);
  }
  return signs.every((sign) => places.has(sign)) ? places : undefined;
}

/**
 * The InfluxDB measurement of each device whose rows agree on one: a device has only one here, and old queries go by
 * it. If its rows name several or none, the measurement is the code of the device.
 */
export function predecessorMeasurements(
  rows: readonly SheetRow[],
  places: ReadonlyMap<Column, number>,
): ReadonlyMap<string, string> {
  const textAt = (row: SheetRow, column: Column) =>
    cellText(row.cells[places.get(column) ?? -1] ?? '').trim();
  const nameByDevice = new Map<string, string>();
  for (const row of rows) {
    const [device, measurement] = [textAt(row, 'device_name'), textAt(row, 'device_a_tag')];
    nameByDevice.set(
      device,
      measurement !== '' && (nameByDevice.get(device) ?? measurement) === measurement ? measurement : '',
    );
  }
  return new Map([...nameByDevice].filter(([, measurement]) => measurement !== ''));
}

export interface PredecessorOptions {
  readonly places: ReadonlyMap<Column, number>;
  readonly measurements: ReadonlyMap<string, string>;
  readonly fields: ReadonlyMap<string, ListField>;
  readonly hasDecimalCommas: boolean;
  /** Whether to apply coefficients to Modbus points, for which the predecessor itself did not. */
  readonly appliesCoefficient: boolean;
}

/** Reads a row of the predecessor as fields of this system. */
export function readPredecessorRow(row: SheetRow, options: PredecessorOptions): RowReading {
  const { places, fields } = options;
  const faults: FieldFault[] = [];
  const values: Record<string, unknown> = {};
  const notes: FieldNote[] = [];
  const at: Record<string, number> = {};
  const cell = (column: Column) => row.cells[places.get(column) ?? -1] ?? '';
  const has = (column: Column) => !isEmptyCell(cell(column));
  const read = (column: Column, field: ListField): unknown => {
    at[nameOf(field, column)] = places.get(column) ?? 0;
    if (!has(column)) return undefined;
    // `fs` counts readings per second.
    const value = cellValue(cell(column), field, { unit: 'hz', hasDecimalCommas: options.hasDecimalCommas });
    if (value.ok) {
      if (value.note) notes.push({ field: nameOf(field, column), kind: value.note, value: value.value });
      return value.value;
    }
    faults.push({ field: nameOf(field, column), code: value.code, message: value.message });
    return undefined;
  };
  const unsupported = unsupportedProtocol(cellText(cell('protocol_type')), fields.get('protocol'));
  for (const [column, name] of Object.entries(predecessorColumns) as [Column, string | undefined][]) {
    const field = name === undefined ? undefined : fields.get(name);
    if (!field || column === 'type' || column === 'device_a_tag' || numbers.includes(column)) continue;
    const value = read(column, field);
    if (value !== undefined) values[field.name] = value;
  }
  const asNumber = (column: Column) =>
    read(column, { ...numberField, name: predecessorColumns[column] ?? column }) as number | undefined;
  const spec = specs.get(String(values.protocol ?? specs.keys().next().value));
  const hasTables = spec?.sheets?.addresses !== undefined;
  const code = fields.get('function_code');
  const table = hasTables && code ? read('type', code) : undefined;
  if (table !== undefined) values.table = table;
  Object.assign(values, typeOf(asNumber('num'), isOfBits(table)));
  const coefficient = asNumber('coefficient');
  if (coefficient !== undefined && coefficient !== 1 && (!hasTables || options.appliesCoefficient))
    values.scale = coefficient;
  values.precision = asNumber('precision');
  Object.assign(
    values,
    rangeOf({
      rawMin: asNumber('input_data_minimum'),
      rawMax: asNumber('input_data_maximum'),
      min: asNumber('output_data_minimum'),
      max: asNumber('output_data_maximum'),
    }),
  );
  const measurement = options.measurements.get(String(values.device));
  if (measurement !== undefined) {
    values.measurement = measurement;
    at.measurement = places.get('device_a_tag') ?? 0;
  }
  if (values.device !== undefined) values.task = `task-${values.device}`;
  const definedValues = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return {
    line: row.line,
    values: definedValues,
    cleared: [],
    faults,
    notes,
    at,
    ...(unsupported && { unsupported }),
  };
}

/** The protocol of a row that these columns cannot describe: one that has no addresses, or that is not known here. */
function unsupportedProtocol(text: string, field: ListField | undefined): RowReading['unsupported'] {
  const protocolText = oneLine(text);
  if (protocolText === '') return undefined;
  const template = field?.words?.get(normalWord(protocolText));
  const spec = specs.get(String(template));
  if (!spec) return { protocol: protocolText, template: undefined };
  return 'address' in spec.place.shape ? undefined : { protocol: protocolText, template: spec.protocol };
}

function nameOf(field: ListField, column: Column): string {
  return field.says ?? (field.name || column);
}

function isOfBits(table: unknown): boolean {
  return table !== undefined && !String(table).endsWith('register');
}

/** The type by the number of bits or registers: registers are a word, a float, a double or an array of words. */
function typeOf(num: number | undefined, isBits: boolean): object {
  const count = num ?? 1;
  if (isBits) return { data_type: 'bool', ...(count > 1 && { count }) };
  if (count === 1) return { data_type: 'uint16' };
  if (count === 2) return { data_type: 'float32' };
  if (count === 4) return { data_type: 'float64' };
  return { data_type: 'uint16', count };
}

interface Range {
  readonly rawMin: number | undefined;
  readonly rawMax: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** All four values map a raw range to another one; the last two alone bound the valid values. */
function rangeOf({ rawMin, rawMax, min, max }: Range): object {
  if (rawMin === undefined && rawMax === undefined) return { valid_min: min, valid_max: max };
  return { linear_raw_min: rawMin, linear_raw_max: rawMax, linear_eng_min: min, linear_eng_max: max };
}
