import * as z from 'zod';

/** Every list is answered in pages. `next_cursor` is null on the last one; what a cursor holds is not promised. */
export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({ results: z.array(item), next_cursor: z.string().nullable() });
}

/** Where the next page begins. What is in it is not promised. */
export const cursorPattern = /^p(?:0|[1-9][0-9]{0,14})$/;
/** Cursor of a list of gaps: a time and the place of a device. */
export const gapCursorPattern = /^g[0-9]{1,15}\.[0-9]{1,6}$/;
/** Cursor of a list of gaps of all sessions: a time, the sequence of a session, and the place of a gap in it. */
export const gapOfAllCursorPattern = /^a[0-9]{1,15}\.[0-9]{1,15}\.[0-9]{1,9}$/;

/** Cursor of the audit log: the time of an entry, and its place among those of the same time. */
export const auditCursorPattern = /^t[0-9]{1,15}\.[0-9]{1,15}$/;

export const cursorText = ({ source }: RegExp) =>
  z
    .string()
    .optional()
    .describe('`next_cursor` of the page before; the first page without it')
    .meta({ pattern: source });

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(500).default(100).describe('Results of a page at most'),
  cursor: cursorText(cursorPattern),
} as const;
export const pageQuerySchema = z.object(pageQuery);
