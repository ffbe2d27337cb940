import { spreadsheetsText } from '../texts.ts';
import { csvRows, separatorOf } from './csv-rows.ts';
import { decodeText } from './decode-text.ts';
import { type Encoding, fileLimits, type ListFile, ListFileRefused } from './list-file.ts';
import { workbookSheets } from './workbook-sheets.ts';

/** Reads a file as its first bytes show, whatever its name: an XLSX workbook, or else CSV. @throws ListFileRefused */
export async function readListFile(
  bytes: Buffer,
  { encoding }: { readonly encoding?: Encoding | undefined } = {},
): Promise<ListFile> {
  if (bytes.length > fileLimits.bytes) throw tooLong();
  if (bytes.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004', 'latin1'))) {
    return { format: 'xlsx', encoding: undefined, sheets: filled(await workbookSheets(bytes)) };
  }
  // These bytes begin a compound file: a workbook from before 2007, or one with a password.
  if (bytes.subarray(0, 4).equals(Buffer.from([0xd0, 0xcf, 0x11, 0xe0]))) throw oldWorkbook();
  const { text, encoding: detected } = decodeText(bytes, encoding);
  // Spreadsheets separate cells by semicolons where the comma separates decimals.
  const hasDecimalCommas = separatorOf(text) === ';';
  const sheet = { name: '', rows: csvRows(text), ...(hasDecimalCommas && { hasDecimalCommas }) };
  return { format: 'csv', encoding: detected, sheets: filled([sheet]) };
}

function filled(sheets: ListFile['sheets']): ListFile['sheets'] {
  const some = sheets.filter(({ rows }) => rows.length > 0);
  if (some.length > 0) return some;
  throw new ListFileRefused(spreadsheetsText('the_file_is_empty'));
}

export function tooLong(): ListFileRefused {
  const mebibytes = fileLimits.bytes / 1_048_576;
  return new ListFileRefused(spreadsheetsText('a_file_of_at_most_mib', { mebibytes }));
}

function oldWorkbook(): ListFileRefused {
  return new ListFileRefused(spreadsheetsText('this_is_a_workbook'));
}
