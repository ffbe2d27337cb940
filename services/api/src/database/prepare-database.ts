import { DatabaseClient } from '@holdfast/sample-store/postgres/leaving-pool.ts';
import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { DatabaseUnavailable, translateDatabaseError } from './database-unavailable.ts';
import { migrate } from './migrate.ts';
import { connectionOptions, openDatabase } from './open-database.ts';
import { grantServiceRoles, type Login, type RoleKind } from './service-roles.ts';

/**
 * Makes all tables as their owner, and the roles of the services with their rights. Safe to repeat.
 * @param roleUrls with the name and the password that each role shall have
 * @throws DatabaseUnavailable when trying again later may help
 */
export async function prepareDatabase({
  ownerUrl,
  roleUrls,
}: {
  readonly ownerUrl: string;
  readonly roleUrls: Readonly<Record<RoleKind, string>>;
}): Promise<void> {
  const log = createLogger('database', 'warn');
  const database = openDatabase({ url: ownerUrl, maxConnections: 2, log });
  try {
    await migrate(database, log);
    await migrateSampleTables({ databaseUrl: ownerUrl });
  } catch (error) {
    if (!(error instanceof SampleStoreUnavailable)) throw error;
    throw new DatabaseUnavailable(error.message, { cause: error });
  } finally {
    await database.destroy();
  }
  const { connectionString, connectionTimeoutMillis } = connectionOptions(ownerUrl);
  const client = new DatabaseClient({ connectionString, connectionTimeoutMillis });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await grantServiceRoles(client, {
      api: loginOf(roleUrls.api),
      writer: loginOf(roleUrls.writer),
      reader: loginOf(roleUrls.reader),
      backup: loginOf(roleUrls.backup),
    });
  } catch (error) {
    throw translateDatabaseError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function loginOf(url: string): Login {
  const { username, password } = new URL(url);
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) };
}
