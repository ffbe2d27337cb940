import { randomBytes } from 'node:crypto';
import { dropDatabase, runOnce } from '@holdfast/dev/postgres-databases.ts';
import { inject } from 'vitest';
import { DatabaseUnavailable } from '../../services/api/src/database/database-unavailable.ts';
import { prepareDatabase } from '../../services/api/src/database/prepare-database.ts';
import { type RoleKind, roleKinds } from '../../services/api/src/database/service-roles.ts';
import { cleanUpAfterFile } from './cleanup.ts';
import { freshDatabase } from './fresh-database.ts';

export interface DatabaseRolesForTest {
  readonly ownerUrl: string;
  /** The address by which each role gets in, once `prepare` has made it. */
  readonly roleUrls: Readonly<Record<RoleKind, string>>;
  /** Makes the roles as the one-shot of docker-compose.yml does. */
  prepare(roleUrls?: Readonly<Record<RoleKind, string>>): Promise<void>;
}

/** A new empty database, and roles of its own in it that are not made yet. Both are dropped when the test file is over. */
export async function databaseRolesForTest(): Promise<DatabaseRolesForTest> {
  const ownerUrl = await freshDatabase();
  const suffix = randomBytes(6).toString('hex');
  const roleUrls = Object.fromEntries(
    roleKinds.map((kind) => {
      const url = new URL(ownerUrl);
      url.username = `test_${suffix}_${kind}`;
      url.password = randomBytes(12).toString('hex');
      return [kind, url.href];
    }),
  ) as Record<RoleKind, string>;
  cleanUpAfterFile(async () => {
    // Roles can be dropped only after what they have rights in.
    const adminUrl = inject('postgresAdminUrl');
    await dropDatabase(adminUrl, new URL(ownerUrl).pathname.slice(1));
    for (const kind of roleKinds) await runOnce(adminUrl, `drop role if exists test_${suffix}_${kind}`);
  });
  return {
    ownerUrl,
    roleUrls,
    prepare: async (urls = roleUrls) => {
      for (;;) {
        try {
          return await prepareDatabase({ ownerUrl, roleUrls: urls });
        } catch (error) {
          // A busy server may take longer to let a client in than the API waits.
          if (!(error instanceof DatabaseUnavailable)) throw error;
        }
      }
    },
  };
}
