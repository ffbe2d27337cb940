import pg from 'pg';
import { InvalidMeasurement } from '../benchmark.ts';
import { loadPeriodMs, valuesPerSample } from '../fleet/loaded-collector.ts';
import type { DeviceInStream } from './samples-in-stream.ts';

/**
 * Compares the rows of PostgreSQL with what SAMPLES holds: for each device the same ticks, each with a value of
 * every point, and the same number of ticks without. A row cannot be there twice: (series, time) is its key.
 * @returns how many values there are
 * @throws InvalidMeasurement
 */
export async function compareDatabase(
  databaseUrl: string,
  devices: readonly DeviceInStream[],
): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    let values = 0;
    for (const { device, session, readTicks, missed } of devices) {
      const ticks = await ticksOf(client, session, device);
      const isWhole = ticks.every(({ points }) => points === valuesPerSample);
      if (!isWhole) throw new InvalidMeasurement(`the database has ticks of ${device} with points missing`);
      const different = firstDifference(
        readTicks,
        ticks.map(({ tick }) => tick),
      );
      if (different !== undefined) {
        throw new InvalidMeasurement(
          `tick ${different} of ${device} is not in both: SAMPLES has ${readTicks.length}, the database ${ticks.length}`,
        );
      }
      const { rows } = await client.query<{ count: number }>(
        'select count(*)::int as count from samples.sample_miss where session_id = $1 and device_code = $2',
        [session, device],
      );
      const declared = [...missed.values()].reduce((sum, ranges) => sum + ranges.length, 0);
      if (rows[0]?.count !== declared) {
        throw new InvalidMeasurement(
          `the database has ${rows[0]?.count} misses of ${device}, not ${declared}`,
        );
      }
      values += ticks.length * valuesPerSample;
    }
    return values;
  } finally {
    await client.end();
  }
}

async function ticksOf(
  client: pg.Client,
  session: string,
  device: string,
): Promise<{ tick: number; points: number }[]> {
  const { rows } = await client.query<{ ms: string; points: number }>(
    `select (extract(epoch from time) * 1000)::bigint as ms, points from (
       select time, count(*)::int as points
       from samples.sample_value
       where series_id = any (array(select id from samples.series where session_id = $1 and device_code = $2))
       group by time
     ) as tick order by time`,
    [session, device],
  );
  return rows.map(({ ms, points }) => ({ tick: Number(ms) / loadPeriodMs, points }));
}

function firstDifference(a: readonly number[], b: readonly number[]): number | undefined {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    if (a[index] !== b[index]) return Math.min(a[index] ?? Infinity, b[index] ?? Infinity);
  }
  return undefined;
}
