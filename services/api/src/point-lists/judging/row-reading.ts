import type { DriverSpec } from '@holdfast/driver/spec.ts';
import { cellText, isEmptyCell, type SheetRow } from '../../spreadsheets/read/list-file.ts';
import type { ListColumn } from '../columns/list-columns.ts';
import type { ListField } from '../columns/list-fields.ts';
import { pointListsText } from '../texts.ts';
import { cellValue, plainAddress } from './cell-value.ts';
import type { FieldFault, FieldNote } from './row-fault.ts';

/** The values that a row gives, by field, before they are judged. */
export interface RowReading {
  readonly line: number;
  readonly values: Readonly<Record<string, unknown>>;
  /** Fields whose cells are empty. */
  readonly cleared: readonly string[];
  readonly faults: readonly FieldFault[];
  readonly notes: readonly FieldNote[];
  /** The column of a field, from 0. */
  readonly at: Readonly<Record<string, number>>;
  /** Set for a row of a protocol whose points the list cannot describe; `template` is the protocol's name here. */
  readonly unsupported?: { readonly protocol: string; readonly template: string | undefined };
}

/** Reads a row whose columns are fields. Whatever depends on the device comes later. */
export function readRow(
  { line, cells }: SheetRow,
  columns: readonly ListColumn[],
  hasDecimalCommas: boolean,
): RowReading {
  const values: Record<string, unknown> = {};
  const cleared: string[] = [];
  const faults: FieldFault[] = [];
  const notes: FieldNote[] = [];
  const at: Record<string, number> = {};
  for (const { index, field, unit } of columns) {
    if (!field) continue;
    const name = field.says ?? field.name;
    const cell = cells[index] ?? '';
    if (isEmptyCell(cell)) {
      at[name] ??= index;
      if (values[name] === undefined) cleared.push(name);
      continue;
    }
    at[name] = index;
    const read = cellValue(cell, field, { unit, hasDecimalCommas });
    if (!read.ok) {
      faults.push({ field: name, code: read.code, message: read.message });
      continue;
    }
    values[name] = read.value;
    if (read.note) notes.push({ field: name, kind: read.note, value: read.value });
  }
  return { line, values, cleared: cleared.filter((name) => values[name] === undefined), faults, notes, at };
}

/** Fields of one kind among those that a row gives. */
export function fieldsOf(
  values: Readonly<Record<string, unknown>>,
  fields: ReadonlyMap<string, ListField>,
  of: ListField['of'],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => fields.get(name)?.of === of));
}

export interface ReadPlace {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Fields of the device that the address contains. */
  readonly connection: Readonly<Record<string, unknown>>;
  readonly faults: readonly FieldFault[];
}

/** Reads the fields of the place, with the address in the column's notation. */
export function readPlace(
  spec: DriverSpec,
  { values, at }: RowReading,
  {
    row,
    notation,
    fields,
  }: {
    readonly row: SheetRow;
    readonly notation: string;
    readonly fields: ReadonlyMap<string, ListField>;
  },
): ReadPlace {
  const addresses = spec.sheets?.addresses;
  const own = Object.keys(spec.place.shape);
  const place: Record<string, unknown> = {};
  const faults: FieldFault[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (fields.get(name)?.of !== 'place') continue;
    if (own.includes(name)) place[name] = value;
    else {
      const message = pointListsText('protocol_has_no_field', { protocol: spec.protocol, field: name });
      faults.push({ field: name, code: 'refused', message });
    }
  }
  if (!addresses || place[addresses.field] === undefined) return { fields: place, connection: {}, faults };
  const { [addresses.field]: _, ...others } = place;
  const index = at[addresses.field] ?? 0;
  const cell = row.cells[index] ?? '';
  const isNumber = typeof cell === 'object' && 'number' in cell;
  const read = addresses.read({ text: plainAddress(cellText(cell)), isNumber }, notation, {
    ...others,
    data_type: values.data_type,
  });
  if (!read.ok) {
    return {
      fields: others,
      connection: {},
      faults: [...faults, { field: addresses.field, code: 'address', message: read.message }],
    };
  }
  return { fields: { ...others, ...read.place }, connection: { ...read.connection }, faults };
}
