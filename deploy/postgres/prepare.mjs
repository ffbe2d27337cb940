// Brings the database up to date and gives each service its own role there, with the rights that it needs:
//
//   node deploy/postgres/prepare.mjs <folder>
//
// In the folder, postgres/url is the address for the owner of the tables, who may make roles; postgres-api/url,
// postgres-writer/url, postgres-reader/url and postgres-backup/url are the addresses for the other roles. Safe to repeat;
// waits for the server as long as it takes.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseUnavailable } from '../../services/api/src/database/database-unavailable.ts';
import { prepareDatabase } from '../../services/api/src/database/prepare-database.ts';
import { roleKinds } from '../../services/api/src/database/service-roles.ts';

const [root] = process.argv.slice(2);
if (root === undefined) throw new Error('usage: prepare.mjs <folder>');

const addressOf = async (folder) => (await readFile(join(root, folder, 'url'), 'utf8')).trim();
const ownerUrl = await addressOf('postgres');
const roleUrls = Object.fromEntries(
  await Promise.all(roleKinds.map(async (kind) => [kind, await addressOf(`postgres-${kind}`)])),
);

let lastReason = '';
for (;;) {
  try {
    await prepareDatabase({ ownerUrl, roleUrls });
    break;
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) throw error;
    const reason = error.cause?.message || error.cause?.code || error.message;
    if (reason !== lastReason) process.stderr.write(`waiting for PostgreSQL: ${reason}\n`);
    lastReason = reason;
    await pause(1_000);
  }
}
process.stdout.write('the database is up to date, and each service has its role in it\n');
