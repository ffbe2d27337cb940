import { startProcess } from '@holdfast/dev/child-process.ts';
import { builtProgram } from '@holdfast/dev/setup/dist.mjs';
import pg from 'pg';

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program of the repository to its end. */
export async function runProgram(
  file: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const program = await startProcess({
    name: 'command',
    command: process.execPath,
    args: [file, ...args],
    env,
  });
  const { code } = await program.exited;
  const lines: string[] = [];
  for await (const line of program.lines()) lines.push(line);
  return { code, output: lines.join('\n') };
}

/** Runs `npm run -s backup` or `npm run -s restore`, with the address of the database in the environment. */
export function backupCommand(
  {
    nats,
    database,
    ...env
  }: { nats: string; database: string; SESSIONS_MAX_BYTES?: string; NATS_NKEY_SEED?: string },
  ...args: readonly string[]
): Promise<Ended> {
  return runProgram(builtProgram('backup'), args, { NATS_URL: nats, DATABASE_URL: database, ...env });
}

/** Every row of every table as text, sorted; for comparing databases. */
export async function contentOf(databaseUrl: string): Promise<Record<string, readonly string[]>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select table_schema || '.' || table_name as name from information_schema.tables
       where table_schema in ('public', 'samples') and table_type = 'BASE TABLE' order by 1`,
    );
    const content: Record<string, readonly string[]> = {};
    for (const { name } of tables) {
      // A backup does not save when the migrations ran.
      const whole = name.endsWith('_migrations') || name.endsWith('kysely_migration') ? 'name' : 't::text';
      const { rows } = await client.query<{ row: string }>(
        `select ${whole} as row from ${name} t order by 1`,
      );
      content[name] = rows.map(({ row }) => row);
    }
    return content;
  } finally {
    await client.end();
  }
}
