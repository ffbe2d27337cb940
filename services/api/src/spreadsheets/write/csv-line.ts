import {
  byteOrderMark,
  type CsvCell,
  type CsvSeparator,
  csvCell,
  csvSeparators,
} from '@holdfast/shared/contracts/csv-cell.ts';
import type { csvQuery } from '@holdfast/shared/contracts/http/csv-http.ts';
import type * as z from 'zod';
import { gb18030 } from './gb18030.ts';

/** How CSV is written. */
export type CsvForm = { readonly [K in keyof typeof csvQuery]: z.output<(typeof csvQuery)[K]> };

export function csvLine(cells: readonly CsvCell[], separator?: CsvSeparator): string {
  return `${csvCells(cells, separator)}\r\n`;
}

/** The cells of a part of a line. */
export function csvCells(cells: readonly CsvCell[], separator: CsvSeparator = ','): string {
  return cells.map((cell) => csvCell(cell, separator)).join(separator);
}

export function separatorOf({ separator }: Pick<CsvForm, 'separator'>): CsvSeparator {
  return csvSeparators[separator];
}

/** The bytes of a CSV file. */
export async function* csvBytes(
  text: AsyncIterable<string>,
  { encoding }: Pick<CsvForm, 'encoding'>,
): AsyncGenerator<Buffer> {
  // Programs that do not read UTF-8 do not know its mark either.
  if (encoding === 'utf-8') yield Buffer.from(byteOrderMark, 'utf8');
  for await (const some of text)
    if (some !== '') yield encoding === 'gb18030' ? gb18030(some) : Buffer.from(some, 'utf8');
}

export function csvType({ encoding }: Pick<CsvForm, 'encoding'>): string {
  return `text/csv; charset=${encoding}`;
}
