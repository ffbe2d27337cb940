import type { ValueKind } from '@holdfast/driver/values/value-kind.ts';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { atTheirTimes, haveOwnTimes } from '../at-their-times.ts';
import { FirstTicks } from '../first-ticks.ts';
import { refuseTooManyBuckets } from '../refuse-too-many-buckets.ts';
import {
  type FirstTick,
  HistoryQueryRefused,
  type SampleStore,
  type StorableSample,
  type StoredPlace,
  type WriteOutcome,
} from '../sample-store.ts';
import { SentTicks } from '../sent-ticks.ts';
import { storeText } from '../texts.ts';
import { accountsForTick, outcomeOfSample, type TickEntry, tickEntry } from '../tick-coverage.ts';
import { withoutRepeats } from '../without-repeats.ts';
import { DayPartitions, dayOf } from './day-partitions.ts';
import { noteEpochStarts, readEpochStarts } from './epoch-start-table.ts';
import { noteFirstTicks, readFirstTicks } from './first-tick-table.ts';
import { forgetEpochs } from './forget-epochs.ts';
import { inTransaction } from './in-transaction.ts';
import { LackingBook, type LackingNews } from './lacking-tables.ts';
import type { LeavingPool } from './leaving-pool.ts';
import { openPool } from './open-postgres.ts';
import { isBeforeWriters, rejectionReason, unavailable, uniqueViolation } from './postgres-errors.ts';
import { readBuckets, readHistory, readLastValues } from './read-history.ts';
import { withoutRefused } from './refused-values.ts';
import type { SampleRows } from './sample-rows.ts';
import { SeriesIds, type SeriesLookup } from './series-ids.ts';
import { recordTicks } from './tick-coverage-table.ts';
import { copyValues, insertMisses, insertValues } from './write-samples.ts';

/** More than one, as a session that has just begun may have no values yet. */
const sessionsLookedAt = 3;

/** Kinds of the latest values of each place, in its newest sessions. @throws SampleStoreUnavailable */
async function readKinds(
  db: Kysely<unknown>,
  places: readonly StoredPlace[],
): Promise<readonly ReadonlySet<ValueKind>[]> {
  const kinds = places.map(() => new Set<ValueKind>());
  if (places.length === 0) return kinds;
  try {
    const { rows } = await sql<{ index: number; kind: ValueKind }>`
      select distinct asked.index, case
        when value_double is not null then 'number' when value_bool is not null then 'truth' else 'text' end as kind
      from unnest(
        ${places.map((_, index) => index)}::int[], ${places.map(({ deviceCode }) => deviceCode)}::text[],
        ${places.map(({ pointCode }) => pointCode)}::text[]
      ) as asked(index, device_code, point_code)
      cross join lateral (
        select id from samples.series
        where series.point_code = asked.point_code and series.device_code = asked.device_code
        order by id desc limit ${sql.lit(sessionsLookedAt)}
      ) as latest
      cross join lateral (
        select value_double, value_bool from samples.sample_value
        where series_id = latest.id order by time desc limit 1
      ) as youngest`.execute(db);
    for (const { index, kind } of rows) kinds[index]?.add(kind);
    return kinds;
  } catch (error) {
    if (isBeforeWriters(error)) return kinds;
    throw unavailable('cannot read which values are stored', error);
  }
}

export interface PostgresSampleStoreOptions {
  readonly databaseUrl: string;
  readonly maxConnections?: number;
}

/**
 * Samples in PostgreSQL, in tables that `migrateSampleTables` makes. It also keeps misses, the outcome of each tick and
 * the highest epochs, all in the transaction of the values. A value of a higher epoch replaces one of a lower epoch, in
 * whatever order they come.
 */
export function openPostgresSampleStore(options: PostgresSampleStoreOptions): SampleStore {
  const pool = openPool({ databaseUrl: options.databaseUrl, maxConnections: options.maxConnections ?? 4 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const days = new DayPartitions();
  const state: StoreState = {
    series: new SeriesIds(),
    days,
    sent: new SentTicks(),
    firstTicks: new FirstTicks(),
    lacking: new LackingBook(),
    idleRows: [],
  };
  let closed: Promise<void> | undefined;
  return {
    keepsSessions: true,
    write: (samples) => write(pool, db, samples, state),
    history: (query) => reading(() => readHistory(db, query)),
    lastValues: (places) => reading(() => readLastValues(db, places)),
    async aggregate(query) {
      refuseTooManyBuckets(query);
      return reading(() => readBuckets(db, query));
    },
    kindsOf: (places) => readKinds(db, places),
    epochStarts: (recorded) => readEpochStarts(db, recorded),
    firstTicks: (devices) => readFirstTicks(db, devices),
    forgetEpochs: (epochs) => forgetEpochs(db, epochs),
    async maintain({ nowMs, keepFromMs }) {
      try {
        return await days.maintain(db, nowMs, keepFromMs);
      } catch (error) {
        throw unavailable('cannot look after the days', error);
      }
    },
    reachable: () => pool.takesConnections(),
    close() {
      closed ??= db.destroy();
      return closed;
    },
  };
}

/** The state that a store keeps between two writes. */
interface StoreState {
  readonly series: SeriesIds;
  readonly days: DayPartitions;
  readonly sent: SentTicks;
  readonly firstTicks: FirstTicks;
  readonly lacking: LackingBook;
  /** Already sent, and free to be filled again. */
  readonly idleRows: SampleRows[];
}

/** Everything that samples bring in addition to their values. */
interface BatchNews {
  readonly sent: readonly TickEntry[];
  readonly firstTicks: readonly FirstTick[];
  readonly lacking: LackingNews;
}

interface Batch {
  readonly samples: readonly StorableSample[];
  /** The values of the samples, each at its own time. */
  readonly moments: readonly StorableSample[];
  readonly news: BatchNews;
}

async function write(
  pool: LeavingPool,
  db: Kysely<unknown>,
  samples: readonly StorableSample[],
  state: StoreState,
): Promise<WriteOutcome> {
  const { series, days, sent, firstTicks, lacking, idleRows } = state;
  const { storable, refused } = withoutRefused(samples);
  const [first] = refused;
  if (samples.length === 1 && first?.codes === 'all') return { kind: 'rejected', reason: first.reason };
  try {
    const moments = haveOwnTimes(storable) ? atTheirTimes(storable).map(({ sample }) => sample) : storable;
    const unmade = await days.make(db, moments === storable ? storable : [...moments, ...storable]);
    if (unmade.size > 0) return await writeOthers(unmade);
    await series.learn(db, moments);
    const knownSeries = series.snapshot();
    const sentNews = sent.newsOf(storable);
    const firstNews = firstTicks.newsOf(storable);
    const lackingNews = lacking.newsOf(storable);
    const news = { sent: sentNews.entries, firstTicks: firstNews.firstTicks, lacking: lackingNews };
    const batch = { samples: storable, moments, news };
    if (!(await writeNew(pool, batch, knownSeries, idleRows))) await writeOver(pool, batch, knownSeries);
    sentNews.recorded();
    firstNews.recorded();
    lackingNews.recorded();
    return refused.length === 0 ? { kind: 'written' } : { kind: 'written', refused };
  } catch (error) {
    const reason = rejectionReason(error);
    // A missing day gives this error too (23514). It was dropped without our knowing, and is recreated next time.
    days.forget();
    series.forget();
    if (reason !== undefined) return { kind: 'rejected', reason };
    throw unavailable('cannot write samples', error);
  }

  async function writeOthers(unmade: ReadonlySet<number>): Promise<WriteOutcome> {
    const isUnmade = ({ time }: Pick<StorableSample, 'time'>) => unmade.has(dayOf(time));
    const later = new Set(
      samples.filter(
        (sample) => isUnmade(sample) || atTheirTimes([sample]).some((at) => isUnmade(at.sample)),
      ),
    );
    const others = samples.filter((sample) => !later.has(sample));
    const outcome =
      others.length === 0 ? ({ kind: 'written' } as const) : await write(pool, db, others, state);
    return outcome.kind === 'written' ? { ...outcome, later: [...later, ...(outcome.later ?? [])] } : outcome;
  }
}

/** False when some of it is stored already, as after a redelivery; then nothing was written. */
async function writeNew(
  pool: LeavingPool,
  { samples, moments, news }: Batch,
  series: SeriesLookup,
  idleRows: SampleRows[],
): Promise<boolean> {
  try {
    await inTransaction(pool, async ({ client, db }) => {
      await copyValues(client, moments, series, idleRows);
      for (const run of withoutRepeats(samples.filter(({ miss }) => miss))) await insertMisses(db, run);
      await recordNews(db, samples, news);
    });
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === uniqueViolation) return false;
    throw error;
  }
}

async function writeOver(
  pool: LeavingPool,
  { samples, moments, news }: Batch,
  series: SeriesLookup,
): Promise<void> {
  await inTransaction(pool, async ({ db }) => {
    for (const run of withoutRepeats(moments)) await insertValues(db, run, series);
    for (const run of withoutRepeats(samples.filter(({ miss }) => miss))) await insertMisses(db, run);
    await recordNews(db, samples, news);
  });
}

/** Called last: several writers may have samples of one session, and the others wait for these rows until the commit. */
async function recordNews(
  db: Kysely<unknown>,
  samples: readonly StorableSample[],
  news: BatchNews,
): Promise<void> {
  await noteEpochStarts(db, samples);
  await noteFirstTicks(db, news.firstTicks);
  const outcomes = samples
    .filter(accountsForTick)
    .map((sample) => tickEntry(sample, outcomeOfSample(sample)));
  await recordTicks(db, [...outcomes, ...news.sent]);
  await news.lacking.record(db);
}

async function reading<T>(query: () => Promise<T[]>): Promise<T[]> {
  try {
    return await query();
  } catch (error) {
    if (isBeforeWriters(error)) return [];
    const reason = rejectionReason(error);
    if (reason !== undefined) {
      throw new HistoryQueryRefused(storeText('database_gave_reason', { reason }), { cause: error });
    }
    throw unavailable('cannot read history', error);
  }
}
