import type { Text } from '@holdfast/texts/text.ts';
import { modbusText } from '../texts.ts';
import type { RegisterTable } from './point-layout.ts';
import { tableName } from './table-name.ts';

export type ParsedAddress =
  /** The table that was given or that the notation names, or undefined if there is neither. */
  | { readonly ok: true; readonly table: RegisterTable | undefined; readonly address: number }
  | { readonly ok: false; readonly field: 'address' | 'table'; readonly message: Text };

/** Tables by their digit in the classic notation. */
export const classicTables: Readonly<Record<string, RegisterTable>> = {
  '0': 'coil',
  '1': 'discrete_input',
  '3': 'input_register',
  '4': 'holding_register',
};

const lastAddress = 65_535;

/** For schemas: matches every textual notation of a valid address. `parseAddress` explains what does not match. */
export const addressPattern =
  '^(?:0[xX][0-9A-Fa-f]{1,4}|[0134](?:(?!0000$)[0-9]{4}|(?!00000$)[0-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-6]))$';

const allowed = modbusText('address_rule');

/**
 * Reads where a point is, as people write it: a number or hexadecimal text, zero-based as on the wire; or five or six
 * digits of the classic notation, which names the table and counts from 1. Anything that could be read in two
 * ways is refused: "100" could be the register 100 or the hundredth.
 */
export function parseAddress(notation: number | string, table: RegisterTable | undefined): ParsedAddress {
  const classic = typeof notation === 'string' ? /^([0134])([0-9]{4,5})$/.exec(notation) : null;
  if (classic) return parseClassic(classic[0], classic[1] ?? '', Number(classic[2]), table);
  const address = typeof notation === 'number' ? notation : hexadecimal(notation);
  if (address === undefined) {
    return refused('address', modbusText('not_an_address', { notation: JSON.stringify(notation), allowed }));
  }
  if (!Number.isInteger(address) || address < 0 || address > lastAddress) {
    return refused('address', modbusText('address_out_of_range', { notation, last: lastAddress, allowed }));
  }
  return { ok: true, table, address };
}

/**
 * Doubt about a number that looks like the classic notation of its table: an unquoted 40001 of holding registers is register
 * 40001 on the wire, but a manual that says 40001 means the first one.
 * @returns undefined where there is none
 */
export function addressDoubt(notation: unknown, table: unknown): Text | undefined {
  if (typeof notation !== 'number') return undefined;
  const classic = /^([134])([0-9]{4})$/.exec(String(notation));
  const position = Number(classic?.[2]);
  if (!classic || position === 0 || classicTables[classic[1] ?? ''] !== table) return undefined;
  const inClassic = `${classic[1]}${String(notation + 1).padStart(5, '0')}`;
  return modbusText('without_quotes_is_the_zero_based', { notation, inClassic, position: position - 1 });
}

function parseClassic(
  notation: string,
  prefix: string,
  position: number,
  table: RegisterTable | undefined,
): ParsedAddress {
  const tableOfPrefix = classicTables[prefix] as RegisterTable;
  if (table && table !== tableOfPrefix) {
    return refused(
      'table',
      modbusText('address_of_another_table', {
        notation: `"${notation}"`,
        other: tableName(tableOfPrefix),
        table: tableName(table),
      }),
    );
  }
  if (position < 1 || position > lastAddress + 1) {
    return refused(
      'address',
      modbusText('classic_address_out_of_range', { notation: `"${notation}"`, last: lastAddress + 1 }),
    );
  }
  return { ok: true, table: tableOfPrefix, address: position - 1 };
}

function hexadecimal(notation: string): number | undefined {
  return /^0x[0-9a-f]{1,4}$/i.test(notation) ? Number.parseInt(notation.slice(2), 16) : undefined;
}

function refused(field: 'address' | 'table', message: Text): ParsedAddress {
  return { ok: false, field, message };
}
