import pg from 'pg';
import { BackupError } from './backup-error.ts';

const connectTimeoutMs = 10_000;

/** Runs the work on a connection of its own, for statements that may take hours. */
export async function withPostgres<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'holdfast-backup',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  });
  // The waiting statement reports a broken connection; without a listener the event would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw new BackupError(`cannot connect to the database: ${(error as Error).message}`, { cause: error });
  }
  try {
    // Values as text must not depend on the server's or the role's settings.
    await client.query(
      "set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set extra_float_digits = 1",
    );
    await client.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0');
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

export function quoted(...names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
}
