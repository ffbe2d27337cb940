import { driverText } from '@holdfast/driver/texts.ts';
import { periodMsSchema } from '@holdfast/shared/contracts/device.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { type Cell, type CellFault, cellText } from '../../spreadsheets/read/list-file.ts';
import { type ListField, normalWord } from '../columns/list-fields.ts';
import { type PeriodUnit, periodMs, periodParts } from '../columns/periods.ts';
import { pointListsText } from '../texts.ts';
import type { FaultCode, NoteKind } from './row-fault.ts';

export type CellValue =
  | { readonly ok: true; readonly value: unknown; readonly note?: NoteKind }
  | { readonly ok: false; readonly code: FaultCode; readonly message: Text };

const cellFaults: Readonly<Record<CellFault, Text>> = {
  formula_not_computed: pointListsText('formula_without_value'),
  formula_failed: pointListsText('formula_failed'),
  date: pointListsText('cell_became_a_date'),
};

const yes = new Set([
  ...[
    'readwritesubscribe',
    'true',
    'yes',
    'y',
    '1',
    'on',
    'rw',
    'w',
    'wr',
    'r/w',
    'readwrite',
    'read/write',
    'write',
  ],
  ...['是', '真', '启用', '可写', '读写', '可读可写', '√', '✓'],
]);
const no = new Set([
  ...['false', 'no', 'n', '0', 'off', 'r', 'ro', 'readonly', 'read', 'readsubscribe', 'subscribe'],
  ...['否', '假', '停用', '禁用', '只读', '不可写', '×'],
]);

/** How the cells of a list are written. */
export interface CellForm {
  /** The unit of periods without one, or undefined if it is still open. */
  readonly unit?: PeriodUnit | undefined;
  /** Whether `1,5` is one and a half. */
  readonly hasDecimalCommas?: boolean | undefined;
}

/** The value of a cell as the API takes it. The meaning of an address is left to its protocol. */
export function cellValue(cell: Cell, field: ListField, form: CellForm = {}): CellValue {
  if (typeof cell === 'object' && 'fault' in cell) {
    return { ok: false, code: cell.fault, message: cellFaults[cell.fault] };
  }
  const text = cellText(cell);
  switch (field.kind) {
    case 'text':
      return accept(oneLine(text));
    case 'address':
      return accept(plainAddress(text));
    case 'number':
      return numberOf(text, { ...form, isWhole: false });
    case 'whole':
      return numberOf(text, { ...form, isWhole: true });
    case 'period':
      return periodOf(text, form);
    case 'truth':
      return truthOf(text);
    case 'word':
      return wordOf(text, field);
    case 'names':
      return namesOf(text);
    case 'json':
      return jsonOf(text);
    default:
      return field.kind satisfies never;
  }
}

const accept = (value: unknown) => ({ ok: true, value }) as const;
const refused = (code: FaultCode, message: Text): CellValue => ({ ok: false, code, message });

/** A text without blanks at its ends, and with a blank for each line break: people wrap long texts in cells. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\r\n\t]+\s*/g, ' ').trim();
}

/** An address with the digits and letters of ASCII, as Chinese keyboards write full-width ones too. */
export function plainAddress(text: string): string {
  return text.normalize('NFKC').trim();
}

function numberOf(
  text: string,
  { isWhole, hasDecimalCommas = false }: CellForm & { readonly isWhole: boolean },
): CellValue {
  const plain = text.normalize('NFKC').trim();
  const hasComma = /^[+-]?\d+,\d+$/.test(plain);
  if (hasComma && !hasDecimalCommas)
    return refused(
      'not_a_number',
      pointListsText('number_with_comma', { value: `"${text}"`, number: plain.replace(',', '.') }),
    );
  const number = hasComma ? plain.replace(',', '.') : plain;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(number)) {
    return refused('not_a_number', pointListsText('not_a_number', { value: `"${text}"` }));
  }
  const value = Number(number);
  if (!Number.isFinite(value))
    return refused('not_a_number', pointListsText('not_a_number', { value: `"${text}"` }));
  if (isWhole && !Number.isInteger(value))
    return refused('not_a_number', pointListsText('not_a_whole_number', { value: `"${text}"` }));
  return hasComma ? { ...accept(value), note: 'decimal_comma' } : accept(value);
}

/** Reads a period in milliseconds: `10`, `1 s`, `3Hz`. */
function periodOf(text: string, form: CellForm): CellValue {
  const { amount, unit = form.unit ?? 'ms' } = periodParts(text);
  const read = numberOf(amount, { ...form, isWhole: false });
  if (!read.ok || !(Number(read.value) > 0))
    return refused('not_a_number', pointListsText('not_a_period', { value: `"${text}"` }));
  const exact = periodMs(Number(read.value), unit);
  const ms = Math.round(exact);
  if (unit === 'ms' && ms !== exact)
    return refused('not_a_number', pointListsText('not_whole_milliseconds', { value: `"${text}"` }));
  if (!periodMsSchema.safeParse(ms).success)
    return refused('refused', pointListsText('period_out_of_range', { value: `"${text}"`, ms: exact }));
  return ms === exact ? { ...read, value: ms } : { ok: true, value: ms, note: 'rounded_period' };
}

function truthOf(text: string): CellValue {
  const word = normalWord(text).replace(/\s/g, '');
  if (yes.has(word)) return accept(true);
  if (no.has(word)) return accept(false);
  return refused('unknown_word', pointListsText('neither_yes_nor_no', { value: `"${text}"` }));
}

const namedAtMost = 20;

function wordOf(text: string, { words, says }: ListField): CellValue {
  const value = words?.get(normalWord(text));
  if (value !== undefined) return accept(value);
  const choices = [...new Set(says === undefined ? words?.values() : words?.keys())];
  return refused(
    'unknown_word',
    driverText('not_enumerated', { value: `"${text}"`, names: choices.slice(0, namedAtMost).join(', ') }),
  );
}

/** Reads an enumeration: `0=off; 1=auto`, or JSON if names themselves contain such characters. */
function namesOf(text: string): CellValue {
  if (text.trim().startsWith('{')) return jsonOf(text);
  const pairs = text.split(/[;；\n]/).flatMap((part) => {
    if (part.trim() === '') return [];
    const at = part.search(/[=:＝：]/);
    return [at < 0 ? undefined : ([part.slice(0, at).trim(), part.slice(at + 1).trim()] as const)];
  });
  if (pairs.length === 0 || pairs.some((pair) => pair === undefined || pair[0] === ''))
    return refused('wrong_form', pointListsText('enumeration_rule'));
  return accept(Object.fromEntries(pairs as (readonly [string, string])[]));
}

function jsonOf(text: string): CellValue {
  try {
    return accept(JSON.parse(text));
  } catch {
    return refused('wrong_form', pointListsText('not_json', { value: `"${text}"` }));
  }
}

/** Writes an enumeration for a cell. */
export function formatNames(names: Readonly<Record<string, string>>): string {
  const all = Object.entries(names);
  const isPlain = all.every(([, name]) => name !== '' && name.trim() === name && !/[;；\n=＝:：]/.test(name));
  return isPlain ? all.map(([number, name]) => `${number}=${name}`).join('; ') : JSON.stringify(names);
}
