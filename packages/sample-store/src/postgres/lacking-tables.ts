import type { LackedPoints } from '@holdfast/shared/contracts/sample/lacking.ts';
import { lackingSetOf } from '@holdfast/shared/contracts/sample/lacking-set.ts';
import { sampleVersion } from '@holdfast/shared/contracts/sample/sample.ts';
import { type QueryExecutorProvider, sql } from 'kysely';
import type { StorableSample } from '../sample-store.ts';
import { accountsForTick, outcomeOfSample, tickEntry } from '../tick-coverage.ts';
import { addTicks, coverageRows, lackingPoints, lackingTicks, type RowOfDay } from './tick-coverage-table.ts';

/** Stands in place of a list's name, and is shorter than any: which points these ticks lack is unknown. */
export const untold = 'untold';
/**
 * Most rows of a device and day, each with one set and, when full, some 70 ranges: a count has to read all of them. For
 * further ticks it is not known which points they lack.
 */
export const rowsOfDayAtMost = 2_000;
/** Rows also fill up unseen, so a writer looks at a day again after it has noted so many. */
export const rowsBetweenChecks = 500;
/** Most lists kept for a session. */
export const listsOfSessionAtMost = 50_000;
/** Most room on disk for all lists of a session. */
export const bytesOfSessionAtMost = 32 * 1024 * 1024;
/**
 * Most devices that a writer remembers, to save looking again at what is recorded; beyond it the writer starts again.
 */
const devicesKept = 20_000;
const listsKept = 50_000;

type Row = RowOfDay<string>;

/** The record of a device and day, as far as known. */
interface DayOnRecord {
  readonly sets: Set<string>;
  readonly rows: number;
  notedSince: number;
}

export interface LackingNews {
  /** Records the news, in the transaction of the samples. */
  record(db: QueryExecutorProvider): Promise<void>;
  /** Call it when the transaction was committed. */
  recorded(): void;
}

const noNews: LackingNews = { record: async () => undefined, recorded: () => undefined };

/** Notes which points stored ticks lack. For devices that give all their values there is nothing to note. */
export class LackingBook {
  readonly #days = new Map<string, DayOnRecord>();
  readonly #lists = new Set<string>();

  newsOf(samples: readonly StorableSample[]): LackingNews {
    const reporting = samples.filter((sample) => sample.v !== sampleVersion || sample.lacking !== undefined);
    if (reporting.length === 0) return noNews;
    const storedSamples = reporting.filter(
      (sample) => accountsForTick(sample) && outcomeOfSample(sample) === 'stored',
    );
    const rows = coverageRows(
      storedSamples.flatMap((sample) =>
        setsOf(sample).map((set) => ({ ...tickEntry(sample, 'stored'), outcome: set })),
      ),
    );
    const lists = this.#newLists(storedSamples);
    let noted: typeof lists = new Map();
    return {
      record: async (db) => {
        await this.#learn(db, rows);
        const keptRows = this.#withinBounds(rows);
        await addTicks(db, { table: lackingTicks, kind: sql.ref('set_name') }, keptRows);
        // A list that no row names would only take room from others.
        const listKeys = new Set(keptRows.map(({ sessionId, outcome }) => listKeyOf(sessionId, outcome)));
        noted = new Map([...lists].filter(([key]) => listKeys.has(key)));
        await noteLists(db, noted);
      },
      recorded: () => {
        if (this.#lists.size > listsKept) this.#lists.clear();
        for (const key of noted.keys()) this.#lists.add(key);
      },
    };
  }

  #newLists(samples: readonly StorableSample[]): Map<string, ListOfSession> {
    const lists = new Map<string, ListOfSession>();
    const sets = samples.flatMap(({ session, lacking = [] }) =>
      lacking.map((each) => ({ session, ...each })),
    );
    for (const { session, set, points } of sets) {
      if (!points) continue;
      const key = listKeyOf(session, set);
      if (lists.has(key) || this.#lists.has(key)) continue;
      // A list under a wrong name would be applied to ticks that lack other points.
      if (lackingSetOf(points) === set) lists.set(key, { session, set, points });
    }
    return lists;
  }

  /** Reads what is recorded for the devices and days in these rows. */
  async #learn(db: QueryExecutorProvider, rows: readonly Row[]): Promise<void> {
    if (this.#days.size > devicesKept) this.#days.clear();
    // Repeated, as another batch may have cleared the memory meanwhile.
    for (let unknown = this.#unknown(rows); unknown.size > 0; unknown = this.#unknown(rows)) {
      await this.#read(db, unknown);
    }
  }

  #unknown(rows: readonly Row[]): Map<string, Row> {
    const isKnown = (key: string) =>
      (this.#days.get(key)?.notedSince ?? rowsBetweenChecks) < rowsBetweenChecks;
    return new Map(rows.map((row) => [keyOf(row), row] as const).filter(([key]) => !isKnown(key)));
  }

  async #read(db: QueryExecutorProvider, unknown: ReadonlyMap<string, Row>): Promise<void> {
    const keys = [...unknown.values()];
    const { rows: recordedRows } = await sql<{
      session_id: string;
      device_code: string;
      since_1970: number;
      set_name: string;
      rows: number;
    }>`
      select session_id, device_code, since_1970, set_name, count(*)::int as rows
      from unnest(
        ${keys.map(({ sessionId }) => sessionId)}::text[], ${keys.map(({ deviceCode }) => deviceCode)}::text[],
        ${keys.map(({ day }) => day)}::int[]
      ) as asked(session_id, device_code, since_1970)
      join ${lackingTicks} using (session_id, device_code) 
      where day = date '1970-01-01' + since_1970 and set_name <> ${untold}
      group by session_id, device_code, since_1970, set_name`.execute(db);
    const byDay = Map.groupBy(
      recordedRows,
      ({ session_id: sessionId, device_code: deviceCode, since_1970: day }) =>
        keyOf({ sessionId, deviceCode, day }),
    );
    for (const key of unknown.keys()) {
      const ofDay = byDay.get(key) ?? [];
      // Meanwhile another batch may have read the same, and added names that are not recorded yet.
      const sets = this.#days.get(key)?.sets ?? new Set();
      for (const { set_name } of ofDay) sets.add(set_name);
      this.#days.set(key, { sets, rows: ofDay.reduce((sum, { rows }) => sum + rows, 0), notedSince: 0 });
    }
  }

  #withinBounds(rows: readonly Row[]): Row[] {
    const keptRows: Row[] = [];
    const leftOut = new Map<string, Row>();
    for (const row of rows) {
      const key = keyOf(row);
      const day = this.#days.get(key) ?? { sets: new Set<string>(), rows: 0, notedSince: 0 };
      const { sets } = day;
      day.notedSince += 1;
      const hasRoom = sets.has(row.outcome)
        ? day.rows <= rowsOfDayAtMost
        : Math.max(day.rows, sets.size) < rowsOfDayAtMost;
      if (hasRoom && row.outcome !== untold) {
        sets.add(row.outcome);
        keptRows.push(row);
        continue;
      }
      const ofLength = `${key} ${row.periodMs}`;
      const together = leftOut.get(ofLength) ?? { ...row, outcome: untold, ranges: [] };
      together.ranges.push(...row.ranges);
      leftOut.set(ofLength, together);
    }
    return [...keptRows, ...leftOut.values()];
  }
}

interface ListOfSession {
  readonly session: string;
  readonly set: string;
  readonly points: readonly LackedPoints[];
}

function setsOf({ v, lacking }: StorableSample): readonly string[] {
  return v === sampleVersion && lacking ? lacking.map(({ set }) => set) : [untold];
}

function listKeyOf(session: string, set: string): string {
  return JSON.stringify([session, set]);
}

function keyOf({ sessionId, deviceCode, day }: Pick<Row, 'sessionId' | 'deviceCode' | 'day'>): string {
  return JSON.stringify([sessionId, deviceCode, day]);
}

async function noteLists(
  db: QueryExecutorProvider,
  lists: ReadonlyMap<string, ListOfSession>,
): Promise<void> {
  if (lists.size === 0) return;
  const news = [...lists.values()];
  await sql`
    with news as (
      select session_id, set_name, points, row_number() over before as number,
        sum(octet_length(points)) over before as bytes
      from unnest(
        ${news.map(({ session }) => session)}::text[], ${news.map(({ set }) => set)}::text[],
        ${news.map(({ points }) => JSON.stringify(points))}::text[]
      ) as list(session_id, set_name, points)
      window before as (partition by session_id order by set_name)
    ), kept as (
      select asked.session_id, count(known) as lists, coalesce(sum(pg_column_size(known.points)), 0) as bytes_kept
      from (select distinct session_id from news) as asked
      left join ${lackingPoints} as known on known.session_id = asked.session_id
      group by asked.session_id
    )
    insert into ${lackingPoints} (session_id, set_name, points)
    select session_id, set_name, points::jsonb from news join kept using (session_id)
    where number + lists <= ${listsOfSessionAtMost} and bytes + bytes_kept <= ${bytesOfSessionAtMost}
    order by session_id, set_name
    on conflict do nothing`.execute(db);
}
