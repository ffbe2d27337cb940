import pg from 'pg';
import type { DatabaseContent, TickInDatabase } from './history.ts';

/** PostgreSQL's code for a table that is not there: that part of Holdfast has never run on this database. */
const undefinedTable = '42P01';

interface TickRow {
  readonly session: string;
  readonly device: string;
  readonly tick: string;
  readonly epoch: string;
  readonly copies: string;
}

/** Read model and samples in one snapshot. @throws pg.DatabaseError and what the driver throws */
export async function readDatabase(databaseUrl: string): Promise<DatabaseContent> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const rows = async <T extends object>(sql: string): Promise<T[]> => {
      try {
        return (await client.query<T>(sql)).rows;
      } catch (error) {
        if (error instanceof pg.DatabaseError && error.code === undefinedTable) return [];
        throw error;
      }
    };
    const sessions = await rows<{
      session_id: string;
      status: string;
      config_version: string;
      collector_id: string | null;
      epoch: string | null;
    }>('select session_id, status, config_version, collector_id, epoch from sessions');
    const events = await rows<{ sequence: string }>('select sequence from session_events order by sequence');
    const [checkpoint] = await rows<{ last_sequence: string }>(
      'select last_sequence from projection_checkpoint order by last_sequence desc limit 1',
    );
    const values = await rows<TickRow>(
      `select session_id as session, device_code as device, tick, max(epoch) as epoch, max(n) as copies
       from (select session_id, device_code, tick, point_code, max(epoch) as epoch, count(*) as n
             from samples.sample_value group by 1, 2, 3, 4) as points
       group by 1, 2, 3`,
    );
    const misses = await rows<TickRow>(
      `select session_id as session, device_code as device, tick, max(epoch) as epoch, count(*) as copies
       from samples.sample_miss group by 1, 2, 3`,
    );
    return {
      sessions: sessions.map((row) => ({
        sessionId: row.session_id,
        status: row.status,
        configVersion: Number(row.config_version),
        collectorId: row.collector_id,
        epoch: row.epoch === null ? null : Number(row.epoch),
      })),
      eventSequences: events.map(({ sequence }) => Number(sequence)),
      checkpoint: checkpoint === undefined ? undefined : Number(checkpoint.last_sequence),
      values: values.map(tickOf),
      misses: misses.map(tickOf),
    };
  } finally {
    await client.end();
  }
}

function tickOf(row: TickRow): TickInDatabase {
  return {
    session: row.session,
    device: row.device,
    tick: Number(row.tick),
    epoch: Number(row.epoch),
    copies: Number(row.copies),
  };
}
