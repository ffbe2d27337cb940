import { Readable } from 'node:stream';
import { listTypes } from '@holdfast/shared/contracts/http/point-list-http.ts';
import { type CsvForm, csvBytes, csvLine, csvType, separatorOf } from '../spreadsheets/write/csv-line.ts';
import { type TableRow, workbook } from '../spreadsheets/write/workbook.ts';

export interface ListDownload extends CsvForm {
  readonly format: 'csv' | 'xlsx';
  readonly sheetName: string;
  readonly head: readonly string[];
  readonly rows: AsyncIterable<readonly TableRow[]>;
}

/** Makes the body of a list for a client, with its media type. */
export function listDownload(list: ListDownload): { readonly type: string; readonly body: Readable } {
  const { format, sheetName, head, rows } = list;
  if (format === 'xlsx')
    return {
      type: listTypes.xlsx,
      body: Readable.from(workbook({ sheetName, head, rows }), { objectMode: false }),
    };
  return { type: csvType(list), body: Readable.from(csvBytes(linesOf(list), list), { objectMode: false }) };
}

async function* linesOf(list: ListDownload): AsyncGenerator<string> {
  const separator = separatorOf(list);
  yield csvLine(list.head, separator);
  for await (const batch of list.rows)
    yield batch
      .map((row) =>
        csvLine(
          row.map((cell) => cell ?? ''),
          separator,
        ),
      )
      .join('');
}
