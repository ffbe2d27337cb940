import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { eventually } from '../support/eventually.ts';

export interface Lateness {
  /** The longest time in ms for which the newest stored tick of a device was older than its period. */
  readonly ticksMs: number;
  /** The longest time in ms that the machine itself was late meanwhile: a timer, and a commit that waits for the disk. */
  readonly machineMs: number;
}

export interface LatenessWatch {
  /** Ends it. */
  stop(): Promise<Lateness>;
}

const lookEveryMs = 100;
/** The watch begins when no device is as late as this: their sessions may just have been handed over. */
const settledMs = 1_000;

/**
 * Watches how old the newest stored tick of each device is, beyond its period, for as long as no fault is due and from
 * the moment on at which none is late: how late a writer is that others' messages keep busy. A timer and a commit are
 * the peer in the same run: they are late only because other programs keep the machine busy.
 */
export async function watchLateness(
  databaseUrl: string,
  periodsMs: ReadonlyMap<string, number>,
): Promise<LatenessWatch> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  const stopping = new AbortController();
  /** How old the oldest of them is. */
  const look = async (): Promise<number> => {
    const { rows } = await client.query<{ device: string; time: Date; now: Date }>(
      `select device_code as device, max(time) as time, clock_timestamp() as now
       from samples.sample_value join samples.series on series.id = series_id
       where device_code = any($1) and time between now() - interval '5 minutes' and now() group by 1`,
      [[...periodsMs.keys()]],
    );
    const ages = rows.map(
      ({ device, time, now }) => now.getTime() - time.getTime() - (periodsMs.get(device) ?? 0),
    );
    return ages.length < periodsMs.size ? Number.POSITIVE_INFINITY : Math.max(...ages);
  };
  await eventually(async () => (await look()) < settledMs, {
    what: 'the ticks of all devices to be stored in time',
    intervalMs: lookEveryMs,
  });
  let [ticksMs, machineMs] = [0, 0];
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      ticksMs = Math.max(ticksMs, await look());
      const beganMs = performance.now();
      await sleep(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      await client.query(`select pg_logical_emit_message(true, 'peer', '')`);
      machineMs = Math.max(machineMs, performance.now() - beganMs - lookEveryMs);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await watching.finally(() => client.end());
      return { ticksMs: Math.round(ticksMs), machineMs: Math.round(machineMs) };
    },
  };
}
