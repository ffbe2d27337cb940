import { Readable } from 'node:stream';
import { listTypes } from '@holdfast/shared/contracts/http/point-list-http.ts';
import { byteOrderMark, csvLine } from '../tables/csv-line.ts';
import { gb18030 } from '../tables/gb18030.ts';
import { type TableRow, workbook } from '../tables/workbook.ts';

export interface ListDownload {
  readonly format: 'csv' | 'xlsx';
  readonly encoding: 'utf-8' | 'gb18030';
  readonly sheetName: string;
  readonly head: readonly string[];
  readonly rows: AsyncIterable<readonly TableRow[]>;
}

/** Makes the body of a list for a client, with its media type. */
export function listDownload(list: ListDownload): { readonly type: string; readonly body: Readable } {
  const { format, encoding, sheetName, head, rows } = list;
  if (format === 'xlsx')
    return {
      type: listTypes.xlsx,
      body: Readable.from(workbook({ sheetName, head, rows }), { objectMode: false }),
    };
  const type = `${listTypes.csv}; charset=${encoding}`;
  return { type, body: Readable.from(csvOf({ encoding, head, rows }), { objectMode: false }) };
}

async function* csvOf({
  encoding,
  head,
  rows,
}: Pick<ListDownload, 'encoding' | 'head' | 'rows'>): AsyncGenerator<Buffer> {
  const bytes = (text: string) => (encoding === 'gb18030' ? gb18030(text) : Buffer.from(text, 'utf8'));
  // Programs that do not read UTF-8 do not know its mark either.
  yield bytes((encoding === 'gb18030' ? '' : byteOrderMark) + csvLine(head));
  for await (const batch of rows) {
    if (batch.length > 0) yield bytes(batch.map((row) => csvLine(row.map((cell) => cell ?? ''))).join(''));
  }
}
