import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';

/** Roles of the services; the owner of the tables is none of them. */
export const roleKinds = ['api', 'writer', 'reader', 'backup'] as const;
export type RoleKind = (typeof roleKinds)[number];

/** Name and password. */
export interface Login {
  readonly name: string;
  readonly password: string;
}

/** Tables for `reader`: what the values belong to, but no record of who did what. */
const readableInPublic: readonly string[] = [
  ...['sites', 'devices', 'points', 'tasks', 'task_devices', 'task_points', 'task_config_versions'],
  ...['sessions', 'session_events', 'session_counters'],
];

/** Written by migrations alone. */
const ofMigrations = /^(api_migrations|kysely_migration)(_lock)?$/;

/** Written by triggers alone. */
const isRecord = /^change_(sets|items)$/;

const isOfTicks = /^(tick_coverage|lacking_ticks|lacking_points)$/;

const isOfEpochs = /^(epoch_start|first_tick)$/;

type Rights = (table: { readonly schema: string; readonly name: string }) => readonly string[];

/** Rights of each role in a table. */
const rights: Readonly<Record<RoleKind, Rights>> = {
  api: ({ schema, name }) => {
    if (ofMigrations.test(name) || isRecord.test(name)) return ['select'];
    if (schema === 'public') return ['select', 'insert', 'update', 'delete'];
    // Cleaning a session away deletes the account of its ticks, too.
    return isOfTicks.test(name) ? ['select', 'delete'] : ['select'];
  },
  writer: ({ schema, name }) => {
    if (schema === 'public') return [];
    if (ofMigrations.test(name) || name === 'reading') return ['select'];
    // Epochs that were never assigned are forgotten again.
    return isOfEpochs.test(name) ? ['select', 'insert', 'update', 'delete'] : ['select', 'insert', 'update'];
  },
  reader: ({ schema, name }) => {
    if (schema === 'public' && !readableInPublic.includes(name)) return [];
    return ofMigrations.test(name) ? [] : ['select'];
  },
  backup: () => ['select'],
};

const dayFunctions = ['create_day(date)', 'drop_day(text)', 'drop_chunks(text, timestamptz)'];

/**
 * Makes these roles, or gives those that are there their password and exactly the rights of this release, in one
 * transaction. Safe to repeat. The tables of both schemas are there already; the caller owns them and may make roles.
 */
export async function grantServiceRoles(
  client: pg.ClientBase,
  logins: Readonly<Record<RoleKind, Login>>,
): Promise<void> {
  await client.query('begin');
  try {
    // Two processes at once would change the same rows of the catalogue, which PostgreSQL refuses.
    await client.query(`select pg_advisory_xact_lock(hashtext('holdfast service roles'))`);
    const { rows: tables } = await client.query<{ schema: string; name: string; kind: string }>(`
      select nspname as schema, relname as name, relkind as kind
      from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where nspname in ('public', 'samples') and relkind in ('r', 'p', 'v', 'S') and not relispartition
        and pg_get_userbyid(relowner) = current_user`);
    await client.query('revoke create on schema public from public');
    for (const kind of roleKinds) {
      await makeRole(client, logins[kind]);
      const role = pg.escapeIdentifier(logins[kind].name);
      await client.query(`grant connect on database ${await databaseName(client)} to ${role}`);
      await client.query(`grant usage on schema public, samples to ${role}`);
      for (const { schema, name, kind: relation } of tables) {
        const table = `${relation === 'S' ? 'sequence ' : ''}${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
        await client.query(`revoke all on ${table} from ${role}`);
        const granted =
          relation === 'S' ? (kind === 'backup' ? ['select'] : []) : rights[kind]({ schema, name });
        if (granted.length > 0) await client.query(`grant ${granted.join(', ')} on ${table} to ${role}`);
      }
    }
    const writer = pg.escapeIdentifier(logins.writer.name);
    for (const name of dayFunctions)
      await client.query(`grant execute on function samples.${name} to ${writer}`);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function databaseName(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ name: string }>('select current_database() as name');
  return pg.escapeIdentifier(rows[0]?.name ?? '');
}

async function makeRole(client: pg.ClientBase, { name, password }: Login): Promise<void> {
  const role = pg.escapeIdentifier(name);
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
  if (rowCount === 0) await client.query(`create role ${role}`);
  await client.query(`alter role ${role} with login password ${pg.escapeLiteral(scramVerifier(password))}`);
}

const iterations = 4_096;

/**
 * A password as the server keeps it, so that neither the server nor its log ever has the password itself (RFC 5802,
 * 7677).
 */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest('base64');
  const serverKey = keyed('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
