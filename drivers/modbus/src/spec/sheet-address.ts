import type { ReadAddress, SheetCell, SheetNotation } from '@holdfast/driver/sheet-rules.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { classicTables } from '../layout/address-notation.ts';
import type { RegisterTable } from '../layout/point-layout.ts';
import { tableName } from '../layout/table-name.ts';
import { modbusText } from '../texts.ts';

/** Notations that count differently: the same cell means another register in each. */
export const sheetNotations: readonly SheetNotation[] = [
  {
    name: 'from_0',
    label: modbusText('zero_based_as_on_the_wire'),
    headers: ['address (from 0)', '地址（从 0 计）', 'zero-based address', '报文地址', 'pdu address'],
    marks: [
      ...[
        'from 0',
        'from zero',
        'starting at 0',
        'starts at 0',
        '0-based',
        'zero-based',
        'base 0',
        'offset 0',
      ],
      ...['从0开始', '从0开始的', '从零开始', '从 0 计', '从零计', '从0起', '0开始', '起始0', '0起始', '0基'],
    ],
  },
  {
    name: 'classic',
    label: modbusText('classic_with_the_table_40001'),
    headers: ['address (classic)', '地址（传统写法）', 'modbus address', 'plc address', 'plc 地址'],
    marks: ['classic', 'modicon', '传统写法', '含数据区'],
  },
  {
    name: 'from_1',
    label: modbusText('counted_from_1_in_its_table'),
    headers: ['address (from 1)', '地址（从 1 计）'],
    marks: [
      ...['from 1', 'from one', 'starting at 1', 'starts at 1', '1-based', 'one-based', 'base 1', 'offset 1'],
      ...['从1开始', '从1开始的', '从一开始', '从 1 计', '从一计', '从1起', '1开始', '起始1', '1起始', '1基'],
    ],
  },
];

interface RowFields {
  readonly table?: RegisterTable | undefined;
  readonly data_type?: string | undefined;
}

const hexadecimal = /^0x[0-9a-f]{1,4}$/i;
const whole = /^(\d{1,6})(?:\.(\d{1,2}))?$/;
/** `40001`, `4x1`, `40150.3` (a bit), Neuron's `1!400001.3#BB` (unit, bit or bytes of a text, order of bytes). */
const classicCell =
  /^(?:(\d{1,3})!)?(?:([0134])(\d{4,5})|([0134])[x×](\d{1,5}))(?:\.(\d{1,3})[hlde]?)?(?:#([bl]{1,2}))?$/i;
/** Neuron's names: words, then the bytes within each. */
const neuronOrders: Readonly<Record<string, string>> = { BB: 'ABCD', LB: 'CDAB', BL: 'BADC', LL: 'DCBA' };

/** The notations that fit every cell; where no table is given, only the classic one is left, which names it. */
export function likelyNotations(
  all: readonly { readonly cell: SheetCell; readonly fields: object }[],
): readonly string[] {
  const counted = all.filter(({ cell }) => !hexadecimal.test(cell.text.trim()));
  if (counted.length === 0) return ['from_0'];
  const texts = counted.map(({ cell }) => cell.text.trim());
  const hasTables = all.every(({ fields }) => (fields as RowFields).table !== undefined);
  const isClassic = texts.every((text) => classicCell.test(text));
  if (!hasTables) return ['classic'];
  if (texts.some((text) => /[!#x×]/i.test(text))) return ['classic'];
  const fits = counted.every(({ cell, fields }) => {
    const match = classicCell.exec(cell.text.trim());
    return match && classicTables[match[2] ?? match[4] ?? ''] === (fields as RowFields).table;
  });
  if (isClassic && fits) return ['classic', 'from_0'];
  if (texts.some((text) => Number(text) === 0)) return ['from_0'];
  return ['from_0', 'from_1'];
}

export function readSheetAddress(
  { text, isNumber }: SheetCell,
  notation: string,
  fields: object,
): ReadAddress {
  const { table, data_type } = fields as RowFields;
  const cellText = text.trim();
  if (hexadecimal.test(cellText))
    return { ok: true, place: { address: Number.parseInt(cellText.slice(2), 16) } };
  if (isNumber && cellText.includes('.')) {
    return refused(modbusText('zero_at_the_end_lost', { value: cellText }));
  }
  if (notation === 'classic') return readClassic(cellText, { table, data_type });
  const [, number, part] = whole.exec(cellText) ?? [];
  if (number === undefined)
    return refused(
      modbusText('not_a_whole_number_from', { value: `"${cellText}"`, first: notation === 'from_1' ? 1 : 0 }),
    );
  const address = Number(number) - (notation === 'from_1' ? 1 : 0);
  if (address < 0) return refused(modbusText('column_counts_from_1', { value: `"${cellText}"` }));
  return { ok: true, place: { address, ...(part !== undefined && { bit: Number(part) }) } };
}

/** Classic addresses get six digits: five would be ambiguous once a spreadsheet has dropped a leading zero. */
export function showSheetAddress(place: object, notation: string): Readonly<Record<string, unknown>> {
  const { table, address } = place as { readonly table?: RegisterTable; readonly address?: number };
  if (address === undefined || notation === 'from_0') return { ...place };
  if (notation === 'from_1') return { ...place, address: address + 1 };
  const digit = Object.keys(classicTables).find((each) => classicTables[each] === table);
  return { ...place, table: null, address: `${digit}${String(address + 1).padStart(5, '0')}` };
}

function readClassic(text: string, { table, data_type }: RowFields): ReadAddress {
  const match = classicCell.exec(text);
  if (!match) {
    return refused(
      /^\d{1,4}$/.test(text)
        ? modbusText('cell_names_no_table', { value: `"${text}"` })
        : modbusText('not_a_classic_cell', { value: `"${text}"` }),
    );
  }
  const [, unit, digit = match[4] ?? '', digits = match[5] ?? '', , , part, order] = match;
  const tableOfDigit = classicTables[digit];
  const position = Number(digits);
  if (position < 1 || position > 65_536)
    return refused(modbusText('classic_address_out_of_range', { notation: `"${text}"`, last: 65_536 }));
  if (table !== undefined && table !== tableOfDigit) {
    return refused(
      modbusText('address_of_another_table', {
        notation: `"${text}"`,
        other: tableOfDigit ? tableName(tableOfDigit) : digit,
        table: tableName(table),
      }),
    );
  }
  const ofPart =
    part === undefined
      ? {}
      : data_type === 'string'
        ? { length: Math.ceil(Number(part) / 2) }
        : { bit: Number(part) };
  const byte_order = order === undefined ? undefined : neuronOrders[order.toUpperCase().padEnd(2, 'B')];
  return {
    ok: true,
    place: { table: tableOfDigit, address: position - 1, ...ofPart, ...(byte_order && { byte_order }) },
    ...(unit !== undefined && { connection: { unit_id: Number(unit) } }),
  };
}

function refused(message: Text): ReadAddress {
  return { ok: false, message };
}
