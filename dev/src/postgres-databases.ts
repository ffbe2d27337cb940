import pg from 'pg';

const DUPLICATE_DATABASE = '42P04';

/** Creates the database where there is none of that name, and returns its URL. */
export async function createDatabase(adminUrl: string, name: string): Promise<string> {
  try {
    await runOnce(adminUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === DUPLICATE_DATABASE)) throw error;
  }
  return databaseUrl(adminUrl, name);
}

/** Drops the database where there is one, together with all connections to it. */
export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await runOnce(adminUrl, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
}

/** One statement on a connection of its own. */
export async function runOnce(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // The server may go away while we disconnect; the query has already reported anything that matters.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function databaseUrl(adminUrl: string, name: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}
