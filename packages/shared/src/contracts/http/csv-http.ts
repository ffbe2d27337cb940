import * as z from 'zod';
import { csvSeparators } from '../csv-cell.ts';

/** How an answer in CSV is written. */
export const csvQuery = {
  encoding: z
    .enum(['utf-8', 'gb18030'])
    .default('utf-8')
    .describe('Of CSV. `gb18030` is for spreadsheets that take no UTF-8'),
  separator: z
    .enum(Object.keys(csvSeparators) as (keyof typeof csvSeparators)[])
    .default('comma')
    .describe(
      'Between cells of CSV. `semicolon` is for spreadsheets in countries with a decimal comma; numbers keep their point',
    ),
} as const;
