import * as z from 'zod';

/** Every list is answered in pages. `next_cursor` is null on the last one; what a cursor holds is not promised. */
export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({ results: z.array(item), next_cursor: z.string().nullable() });
}

/**
 * The cursors of a kind of list: a letter, and the whole numbers of a position, with points between them. What stands in a
 * cursor is not promised.
 */
export interface CursorForm<Position extends readonly number[]> {
  readonly pattern: RegExp;
  readonly write: (position: Position) => string;
  /** @param cursor matches the pattern */
  readonly read: (cursor: string) => Position;
}

function cursorForm<Position extends readonly number[]>(
  letter: string,
  length: Position['length'],
): CursorForm<Position> {
  const numbers = Array.from({ length }, () => '(?:0|[1-9][0-9]{0,14})');
  return {
    pattern: new RegExp(`^${letter}${numbers.join('\\.')}$`),
    write: (position) => `${letter}${position.join('.')}`,
    read: (cursor) => cursor.slice(letter.length).split('.').map(Number) as readonly number[] as Position,
  };
}

/** The place of a result in a list. */
export const pageCursor = cursorForm<readonly [place: number]>('p', 1);
/** When a gap begins, in ms since 1970, and the place of its device. */
export const gapCursor = cursorForm<readonly [startMs: number, device: number]>('g', 2);
/** When a gap begins, in ms since 1970, the first sequence of its session, and its place among that session's gaps. */
export const gapOfAllCursor = cursorForm<readonly [startMs: number, session: number, place: number]>('a', 3);
/** The time of an audit entry, in ms since 1970, and its place among those of the same time. */
export const auditCursor = cursorForm<readonly [timeMs: number, id: number]>('t', 2);

export const cursorText = ({ pattern }: Pick<CursorForm<never>, 'pattern'>) =>
  z
    .string()
    .optional()
    .describe('`next_cursor` of the page before; the first page without it')
    .meta({ pattern: pattern.source });

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(500).default(100).describe('Results of a page at most'),
  cursor: cursorText(pageCursor),
} as const;
export const pageQuerySchema = z.object(pageQuery);
