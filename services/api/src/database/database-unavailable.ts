import pg from 'pg';

/** The database could not be asked, or is not ready to be. Trying again later may help; nothing else does. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/**
 * Translates an error of a connection or query. Errors that the server sent are `DatabaseError`s with a SQLSTATE;
 * anything else that pg throws (a socket error, its own "terminated", a timeout) comes from a connection that
 * cannot be used.
 */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof DatabaseUnavailable) return error;
  if (error instanceof pg.DatabaseError && !isUnavailable(error.code ?? '')) return error;
  return new DatabaseUnavailable('the database cannot be reached', { cause: error });
}

const undefinedTable = '42P01';

/** Whether the server answers but a table is not there (yet). */
export function isMissingTable(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === undefinedTable;
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
function isUnavailable(sqlState: string): boolean {
  return (
    sqlState.startsWith('08') || // connection exceptions
    sqlState.startsWith('28') || // refused at the door: wrong password
    sqlState.startsWith('3D') || // no such database (yet)
    sqlState.startsWith('53') || // too many connections, out of memory, disk full
    sqlState.startsWith('57P') || // shutting down, crashed, starting up
    sqlState === undefinedTable || // not migrated yet
    sqlState === '25006' // a standby that only reads
  );
}

/** SQLSTATE classes 22, 23 and 54: this very data cannot be stored; other data can. */
export function isDataRefusal(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && /^(22|23|54)/.test(error.code ?? '');
}

/** Name of the violated constraint, when the server refused a row for one. */
export function violatedConstraint(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError && /^23/.test(error.code ?? '') ? error.constraint : undefined;
}
