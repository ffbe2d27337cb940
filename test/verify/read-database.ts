import { parseMultirange } from '@holdfast/sample-store/postgres/tick-coverage-table.ts';
import type { LackedPoints } from '@holdfast/shared/contracts/sample/lacking.ts';
import pg from 'pg';
import { readChangeRecord } from '../support/change-record.ts';
import type { DatabaseContent, TimedValues } from './history.ts';

/** As it is stored: values know their time, and the tick follows from the session's period. */
export type DatabaseRows = Omit<DatabaseContent, 'values' | 'misses' | 'timedValues'> & {
  readonly values: readonly TimedValues[];
  readonly misses: readonly TimedValues[];
};

interface TickRow {
  readonly session: string;
  readonly device: string;
  readonly time: Date;
  readonly epoch: string;
  readonly copies: string;
  readonly values?: Record<string, unknown>;
}

const valuesSql = `
  select session_id as session, device_code as device, time, max(epoch) as epoch, max(copies) as copies,
         jsonb_object_agg(point_code, value) as values
  from (select session_id, device_code, point_code, time, max(epoch) as epoch, count(*) as copies,
               max(coalesce(to_jsonb(value_double), to_jsonb(value_bool), to_jsonb(value_text))::text)::jsonb as value
        from samples.sample_value join samples.series on series.id = series_id
        group by 1, 2, 3, 4) as points
  group by 1, 2, 3`;
const coverageSql = `
  select session_id as session, device_code as device, period_ms as "periodMs", outcome, range_agg(ticks)::text as ticks
  from samples.tick_coverage group by 1, 2, 3, 4`;
const lackingSql = `
  select session_id as session, device_code as device, period_ms as "periodMs", points, range_agg(ticks)::text as ticks
  from samples.lacking_ticks left join samples.lacking_points using (session_id, set_name) group by 1, 2, 3, 4`;
const missesSql = `
  select session_id as session, device_code as device, time, max(epoch) as epoch, count(*) as copies
  from samples.sample_miss group by 1, 2, 3`;

/** Read model and samples in one snapshot. @throws pg.DatabaseError and what the driver throws */
export async function readDatabase(databaseUrl: string): Promise<DatabaseRows> {
  const client = new pg.Client({ connectionString: databaseUrl });
  // A connection that breaks shows in the query that was waiting for it; unheard, the event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    // A part of Holdfast that has never run on this database has no tables there.
    const isThere = async (table: string): Promise<boolean> => {
      const result = await client.query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [
        table,
      ]);
      return result.rows[0]?.exists ?? false;
    };
    const rows = async <T extends object>(table: string, sql: string): Promise<T[]> =>
      (await isThere(table)) ? (await client.query<T>(sql)).rows : [];
    const sessions = await rows<{
      session_id: string;
      status: string;
      config_version: string;
      collector_id: string | null;
      epoch: string | null;
    }>('sessions', 'select session_id, status, config_version, collector_id, epoch from sessions');
    const events = await rows<{ sequence: string }>(
      'session_events',
      'select sequence from session_events order by sequence',
    );
    const [checkpoint] = await rows<{ last_sequence: string }>(
      'projection_checkpoint',
      'select last_sequence from projection_checkpoint order by last_sequence desc limit 1',
    );
    const cleaned = await rows<{ session_id: string; last_sequence: string }>(
      'cleaned_sessions',
      'select session_id, last_sequence from cleaned_sessions',
    );
    const values = await rows<TickRow>('samples.sample_value', valuesSql);
    const misses = await rows<TickRow>('samples.sample_miss', missesSql);
    const coverage = await rows<{
      session: string;
      device: string;
      periodMs: number;
      outcome: string;
      ticks: string;
    }>('samples.tick_coverage', coverageSql);
    const lacking = await rows<{
      session: string;
      device: string;
      periodMs: number;
      points: readonly LackedPoints[] | null;
      ticks: string;
    }>('samples.lacking_ticks', lackingSql);
    const changeRecord = (await isThere('change_items'))
      ? await readChangeRecord(async <Row extends object>(sql: string) => (await client.query<Row>(sql)).rows)
      : undefined;
    return {
      changeRecord,
      sessions: sessions.map((row) => ({
        sessionId: row.session_id,
        status: row.status,
        configVersion: Number(row.config_version),
        collectorId: row.collector_id,
        epoch: row.epoch === null ? null : Number(row.epoch),
      })),
      eventSequences: events.map(({ sequence }) => Number(sequence)),
      checkpoint: checkpoint === undefined ? undefined : Number(checkpoint.last_sequence),
      cleaned: cleaned.map((row) => ({
        sessionId: row.session_id,
        lastSequence: Number(row.last_sequence),
      })),
      values: values.map(storedTicks),
      misses: misses.map(storedTicks),
      coverage: coverage.map(({ ticks, ...row }) => ({ ...row, ranges: parseMultirange(ticks) })),
      lacking: lacking.map(({ points, ticks, ...row }) => ({
        ...row,
        codes: points?.flatMap(({ codes }) => codes),
        ranges: parseMultirange(ticks),
      })),
    };
  } finally {
    await client.end();
  }
}

function storedTicks({ session, device, time, epoch, copies, values }: TickRow): TimedValues {
  return { session, device, timeMs: time.getTime(), epoch: Number(epoch), copies: Number(copies), values };
}
