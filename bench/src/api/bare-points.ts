import pg from 'pg';
import type { BenchmarkContext } from '../benchmark.ts';

/** The least that points cost their database: one statement that inserts the rows of some devices once more. */
export interface BarePoints {
  /** @param devices pattern of `like` for the codes of the devices whose points are inserted again */
  insertAgain(devices: string): Promise<void>;
  /** PostgreSQL’s. */
  readonly version: string;
}

/** @param databaseUrl database of an API, with its tables */
export async function openBarePoints(
  databaseUrl: string,
  { cleanUp }: Pick<BenchmarkContext, 'cleanUp'>,
): Promise<BarePoints> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  cleanUp.defer(() => client.end());
  await client.query('create table bare_points (like points including all)');
  const { rows } = await client.query<{ version: string }>(
    `select current_setting('server_version') as version`,
  );
  return {
    version: rows[0]?.version ?? '',
    insertAgain: async (devices) => {
      await client.query(
        `insert into bare_points overriding system value
          select points.* from points join devices on devices.id = device_id where devices.code like $1`,
        [devices],
      );
    },
  };
}
