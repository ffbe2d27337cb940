import pg from 'pg';
import { SampleStoreUnavailable } from '../sample-store.ts';

const undefinedTable = '42P01';
export const uniqueViolation = '23505';
const checkViolation = '23514';

/**
 * Classes of SQLSTATE that mean "this data will never fit": data exception (a NUL character, a time out of
 * range), integrity constraint violation, program limit exceeded (an index entry too large).
 */
const rejectingClasses = new Set(['22', '23', '54']);

/** Whether a table is missing: no writer has run on this database yet. */
export function isBeforeWriters(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === undefinedTable;
}

/** The server's reason when it refuses the data itself. */
export function rejectionReason(error: unknown): string | undefined {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) return undefined;
  if (!rejectingClasses.has(error.code.slice(0, 2))) return undefined;
  // A check violation without a constraint means that the table of a day is missing. The data are not at fault.
  if (error.code === checkViolation && error.constraint === undefined) return undefined;
  return `PostgreSQL ${error.code}: ${error.message}`;
}

export function unavailable(what: string, error: unknown): SampleStoreUnavailable {
  const cause = error as { message?: string; code?: string };
  return new SampleStoreUnavailable(
    `${what}: ${cause.message || cause.code || error}`,
    cause.code ?? 'unknown',
    {
      cause: error,
    },
  );
}
