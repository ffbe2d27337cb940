import { type Kysely, sql, type Transaction } from 'kysely';
import pg from 'pg';
import type { PointValue } from '../../contracts/sample.ts';
import {
  type HistoryPoint,
  type HistoryQuery,
  HistoryQueryRefused,
  type SampleStore,
  type StorableSample,
  type WriteOutcome,
} from '../sample-store.ts';
import { outcomeOfSample, tickEntry } from '../tick-coverage.ts';
import { withoutRepeats } from '../without-repeats.ts';
import { openPostgres } from './open-postgres.ts';
import { rejectionReason, unavailable, undefinedTable } from './postgres-errors.ts';
import { type SampleTables, sampleSchemaName } from './sample-tables.ts';
import { raiseEpochs, readEpochs } from './session-epoch-table.ts';
import { recordTicks } from './tick-coverage-table.ts';

export interface PostgresSampleStoreOptions {
  readonly databaseUrl: string;
  readonly maxConnections?: number;
}

/** Keeps one statement, and with it the memory that both sides need, within bounds. */
const valuesPerStatement = 20_000;

/**
 * Samples in PostgreSQL, in tables that `migrateSampleTables` makes. Keeps misses too. A value of a higher epoch
 * replaces that of a lower one, whatever the order in which they come.
 */
export function openPostgresSampleStore(options: PostgresSampleStoreOptions): SampleStore {
  const db = openPostgres<SampleTables>({
    databaseUrl: options.databaseUrl,
    maxConnections: options.maxConnections ?? 4,
  }).withSchema(sampleSchemaName);
  let closed: Promise<void> | undefined;
  return {
    write: (samples) => write(db, samples),
    history: (query) => history(db, query),
    highestEpochs: () => readEpochs(db),
    async reachable() {
      try {
        await sql`select 1`.execute(db);
        return true;
      } catch {
        return false;
      }
    },
    close() {
      closed ??= db.destroy();
      return closed;
    },
  };
}

async function write(db: Kysely<SampleTables>, samples: readonly StorableSample[]): Promise<WriteOutcome> {
  try {
    await db.transaction().execute(async (transaction) => {
      for (const run of withoutRepeats(samples)) await insertRun(transaction, run);
      // Last, since several writers may have samples of one session: until the commit the others wait for these rows.
      await raiseEpochs(transaction, samples);
      await recordTicks(
        transaction,
        samples.map((sample) => tickEntry(sample, outcomeOfSample(sample))),
      );
    });
    return { kind: 'written' };
  } catch (error) {
    const reason = rejectionReason(error);
    if (reason !== undefined) return { kind: 'rejected', reason };
    throw unavailable('cannot write samples', error);
  }
}

async function insertRun(transaction: Transaction<SampleTables>, run: StorableSample[]): Promise<void> {
  let samples: StorableSample[] = [];
  let valueCount = 0;
  for (const sample of run) {
    samples.push(sample);
    valueCount += Object.keys(sample.values ?? {}).length;
    if (valueCount < valuesPerStatement) continue;
    await insertValues(transaction, samples);
    samples = [];
    valueCount = 0;
  }
  await insertValues(transaction, samples);
  await insertMisses(transaction, run);
}

/** Arrays instead of one parameter a column: PostgreSQL takes 65,535 parameters at most. */
async function insertValues(
  transaction: Transaction<SampleTables>,
  samples: StorableSample[],
): Promise<void> {
  const sampleNumbers: number[] = [];
  const pointCodes: string[] = [];
  const doubles: (number | null)[] = [];
  const booleans: (boolean | null)[] = [];
  const texts: (string | null)[] = [];
  samples.forEach((sample, index) => {
    for (const [pointCode, value] of Object.entries(sample.values ?? {})) {
      sampleNumbers.push(index + 1);
      pointCodes.push(pointCode);
      doubles.push(typeof value === 'number' ? value : null);
      booleans.push(typeof value === 'boolean' ? value : null);
      texts.push(typeof value === 'string' ? value : null);
    }
  });
  if (pointCodes.length === 0) return;
  await sql`
    insert into samples.sample_value as existing
      (session_id, task_id, device_code, site_code, point_code, time, tick, epoch,
       value_double, value_bool, value_text)
    select s.session_id, s.task_id, s.device_code, s.site_code, v.point_code,
           to_timestamp(s.time_ms / 1000.0), s.tick, s.epoch, v.value_double, v.value_bool, v.value_text
    from ${tickRows(samples)}
    join unnest(
        ${sampleNumbers}::int[], ${pointCodes}::text[], ${doubles}::float8[],
        ${booleans}::boolean[], ${texts}::text[]
      ) as v(number, point_code, value_double, value_bool, value_text) using (number)
    on conflict (session_id, device_code, point_code, time) do update
      set task_id = excluded.task_id, site_code = excluded.site_code, tick = excluded.tick,
          epoch = excluded.epoch, value_double = excluded.value_double,
          value_bool = excluded.value_bool, value_text = excluded.value_text
      where excluded.epoch > existing.epoch
  `.execute(transaction);
}

async function insertMisses(
  transaction: Transaction<SampleTables>,
  samples: StorableSample[],
): Promise<void> {
  const missed = samples.filter((sample) => sample.miss !== undefined);
  if (missed.length === 0) return;
  await sql`
    insert into samples.sample_miss as existing
      (session_id, task_id, device_code, site_code, time, tick, epoch, cause, detail)
    select s.session_id, s.task_id, s.device_code, s.site_code, to_timestamp(s.time_ms / 1000.0),
           s.tick, s.epoch, m.cause, m.detail
    from ${tickRows(missed)}
    join unnest(
        ${missed.map((_, index) => index + 1)}::int[],
        ${missed.map((sample) => sample.miss?.cause)}::text[],
        ${missed.map((sample) => sample.miss?.detail)}::text[]
      ) as m(number, cause, detail) using (number)
    on conflict (session_id, device_code, time) do update
      set task_id = excluded.task_id, site_code = excluded.site_code, tick = excluded.tick,
          epoch = excluded.epoch, cause = excluded.cause, detail = excluded.detail
      where excluded.epoch > existing.epoch
  `.execute(transaction);
}

function tickRows(samples: readonly StorableSample[]) {
  return sql`unnest(
      ${samples.map((sample) => sample.session)}::text[], ${samples.map((sample) => sample.task)}::text[],
      ${samples.map((sample) => sample.device)}::text[], ${samples.map((sample) => sample.site)}::text[],
      ${samples.map((sample) => sample.time)}::bigint[], ${samples.map((sample) => sample.tick)}::bigint[],
      ${samples.map((sample) => sample.epoch)}::bigint[]
    ) with ordinality as s(session_id, task_id, device_code, site_code, time_ms, tick, epoch, number)`;
}

async function history(db: Kysely<SampleTables>, query: HistoryQuery): Promise<HistoryPoint[]> {
  const { devices, sessionId, taskId } = query;
  let select = db
    .selectFrom('sample_value')
    .select(['time', 'device_code', 'value_double', 'value_bool', 'value_text'])
    .where('point_code', '=', query.pointCode)
    .where('time', '>=', query.start)
    .where('time', '<', query.end)
    .orderBy('time', 'desc')
    .orderBy('device_code', 'desc')
    .limit(query.limit);
  if (devices) {
    const codes = devices.map((device) => device.deviceCode);
    select = select.where(sql<boolean>`device_code = any(${codes}::text[])`);
  }
  if (sessionId !== undefined) select = select.where('session_id', '=', sessionId);
  if (taskId !== undefined) select = select.where('task_id', '=', taskId);
  try {
    const rows = await select.execute();
    return rows.reverse().map((row) => ({
      time: row.time,
      device: row.device_code,
      pointCode: query.pointCode,
      value: (row.value_double ?? row.value_bool ?? row.value_text) as PointValue,
    }));
  } catch (error) {
    // No writer has run on this database yet.
    if (error instanceof pg.DatabaseError && error.code === undefinedTable) return [];
    const reason = rejectionReason(error);
    if (reason !== undefined) throw new HistoryQueryRefused(reason, { cause: error });
    throw unavailable('cannot read history', error);
  }
}
