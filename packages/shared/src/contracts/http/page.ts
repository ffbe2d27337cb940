import * as z from 'zod';

/** Every list is answered in pages. `next_cursor` is null on the last one; what a cursor holds is not promised. */
export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({ results: z.array(item), next_cursor: z.string().nullable() });
}

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(500).default(100).describe('Results of a page at most'),
  cursor: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('`next_cursor` of the page before; the first page without it'),
} as const;
export const pageQuerySchema = z.object(pageQuery);
