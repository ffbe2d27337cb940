import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export interface LatenessWatch {
  /** Ends it. @returns the longest time in ms for which the newest stored tick of a device was older than its period */
  stop(): Promise<number>;
}

const lookEveryMs = 100;

/**
 * Watches how old the newest stored tick of each device is, beyond its period, for as long as no fault is due: how late
 * a writer is that others' messages keep busy.
 */
export async function watchLateness(
  databaseUrl: string,
  periodsMs: ReadonlyMap<string, number>,
): Promise<LatenessWatch> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  const stopping = new AbortController();
  let worstMs = 0;
  const look = async () => {
    const { rows } = await client.query<{ device: string; time: Date; now: Date }>(
      `select device_code as device, max(time) as time, clock_timestamp() as now
       from samples.sample_value join samples.series on series.id = series_id
       where device_code = any($1) and time between now() - interval '5 minutes' and now() group by 1`,
      [[...periodsMs.keys()]],
    );
    for (const { device, time, now } of rows) {
      worstMs = Math.max(worstMs, now.getTime() - time.getTime() - (periodsMs.get(device) ?? 0));
    }
  };
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      await look();
      await sleep(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await watching.finally(() => client.end());
      return worstMs;
    },
  };
}
