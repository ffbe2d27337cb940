import { both } from '@holdfast/driver/form-words.ts';
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
  throw new ListFileRefused(both('The file is empty.', '文件是空的。'));
}

export function tooLong(): ListFileRefused {
  const mebibytes = fileLimits.bytes / 1_048_576;
  return new ListFileRefused(
    both(
      `A file of at most ${mebibytes} MiB is taken: split it, by device.`,
      `文件不能超过 ${mebibytes} MiB：请按设备拆分。`,
    ),
  );
}

function oldWorkbook(): ListFileRefused {
  return new ListFileRefused(
    both(
      'This is a workbook of the old form (.xls), or one with a password. Save it as XLSX without a password.',
      '这是旧格式工作簿（.xls），或带有密码。请另存为不带密码的 XLSX。',
    ),
  );
}
