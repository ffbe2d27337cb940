import { type QueryExecutorProvider, sql } from 'kysely';
import type { StorableSample } from '../sample-store.ts';

type SeriesIdentity = Pick<StorableSample, 'session' | 'task' | 'device' | 'site'>;

interface MissingSeries extends SeriesIdentity {
  readonly pointCode: string;
}

export type SeriesLookup = Pick<SeriesIds, 'pointsOf'>;

/** About 200 bytes each: enough for several fleets at once. */
const seriesKeptAtMost = 500_000;

/**
 * Remembers the number of each series. Forget them whenever the connection was lost: the database that answers next may
 * have been restored from a backup, and count from there.
 */
export class SeriesIds {
  /** Session → device → point. */
  #idsByPlace = new Map<string, Map<string, Map<string, number>>>();
  #count = 0;

  forget(): void {
    this.#idsByPlace = new Map();
    this.#count = 0;
  }

  /**
   * Learns the series of all values of these samples, adding missing ones to the database. Call it outside of the
   * transaction that writes the values: a remembered series must be committed.
   */
  async learn(db: QueryExecutorProvider, samples: readonly StorableSample[]): Promise<void> {
    const missing = new Map<string, MissingSeries>();
    for (const sample of samples) {
      const points = this.pointsOf(sample);
      for (const readings of [sample.values, sample.integers]) {
        for (const pointCode in readings) {
          if (points?.has(pointCode)) continue;
          const { session, task, device, site } = sample;
          missing.set(JSON.stringify([session, device, pointCode]), {
            session,
            task,
            device,
            site,
            pointCode,
          });
        }
      }
    }
    if (missing.size === 0) return;
    if (this.#count > seriesKeptAtMost) {
      this.forget();
      // The ids known for these samples were dropped too.
      return this.learn(db, samples);
    }
    await this.#fetch(db, [...missing.values()]);
  }

  /** Number of each series by point code, after `learn`. */
  pointsOf({ session, device }: SeriesIdentity): ReadonlyMap<string, number> | undefined {
    return this.#idsByPlace.get(session)?.get(device);
  }

  /**
   * The ids known now. They stay valid even if the failed write of another caller makes this object forget all of them.
   */
  snapshot(): SeriesLookup {
    const idsByPlace = this.#idsByPlace;
    return { pointsOf: ({ session, device }) => idsByPlace.get(session)?.get(device) };
  }

  async #fetch(db: QueryExecutorProvider, missing: readonly MissingSeries[]): Promise<void> {
    const wantedRows = sql`unnest(
      ${missing.map((each) => each.session)}::text[], ${missing.map((each) => each.task)}::text[],
      ${missing.map((each) => each.device)}::text[], ${missing.map((each) => each.site)}::text[],
      ${missing.map((each) => each.pointCode)}::text[]
    ) as wanted(session_id, task_id, device_code, site_code, point_code)`;
    // Ordered, so that two writers lock the rows in the same order.
    await sql`
      insert into samples.series (session_id, task_id, device_code, site_code, point_code)
      select * from ${wantedRows} order by session_id, device_code, point_code
      on conflict (session_id, device_code, point_code) do nothing
    `.execute(db);
    const { rows } = await sql<{ id: number; session_id: string; device_code: string; point_code: string }>`
      select series.id, session_id, device_code, point_code
      from ${wantedRows} join samples.series using (session_id, device_code, point_code)
    `.execute(db);
    for (const row of rows) this.#remember(row.session_id, row.device_code, row.point_code, row.id);
  }

  #remember(session: string, device: string, pointCode: string, id: number): void {
    const devices = this.#idsByPlace.get(session) ?? new Map<string, Map<string, number>>();
    this.#idsByPlace.set(session, devices);
    const points = devices.get(device) ?? new Map<string, number>();
    devices.set(device, points);
    if (!points.has(pointCode)) this.#count += 1;
    points.set(pointCode, id);
  }
}
