import { openPostgresSampleStore } from '@holdfast/shared/sample-store/postgres/postgres-sample-store.ts';
import { InfluxDB } from '@influxdata/influxdb-client';
import pg from 'pg';
import { type IngestLoad, samplesOf } from './ingest-load.ts';

/**
 * A process of its own that does nothing but send values, made ready beforehand, to a database: what the database
 * takes from this machine at best. Its arguments are one JSON object; says `{"seconds", "cpu_seconds"}`.
 */
interface BareClientOrder extends IngestLoad {
  readonly store: 'influx' | 'postgres';
  readonly url: string;
  readonly batch: number;
  /** As InfluxDB's client does unless told otherwise. */
  readonly gzip?: boolean;
}

const order = JSON.parse(process.argv[2] ?? '{}') as BareClientOrder;
const send = await (order.store === 'influx' ? influxClient() : postgresClient());
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
await send();
const seconds = (performance.now() - startedAt) / 1_000;
const { user, system } = process.cpuUsage(cpuBefore);
console.log(JSON.stringify({ seconds, cpu_seconds: (user + system) / 1e6 }));
process.exit(0);

/** Lines of line protocol through InfluxDB's own client, one request a batch. */
async function influxClient(): Promise<() => Promise<void>> {
  const batches: string[][] = [[]];
  for (const { measurement, device, site, time, values = {} } of samplesOf(order)) {
    const fields = Object.entries(values).map(([code, value]) => `${code}=${value}`);
    if (batches.at(-1)?.length === order.batch) batches.push([]);
    batches.at(-1)?.push(`${measurement},device=${device},site=${site} ${fields.join(',')} ${time}`);
  }
  const api = new InfluxDB({ url: order.url }).getWriteApi('holdfast', 'holdfast', 'ms', {
    batchSize: order.batch + 1,
    maxBatchBytes: Number.POSITIVE_INFINITY,
    flushInterval: 0,
    maxRetries: 0,
    ...(order.gzip ? {} : { gzipThreshold: Number.POSITIVE_INFINITY }),
    writeFailed: (error) => Promise.reject(error),
  });
  return async () => {
    for (const lines of batches) {
      api.writeRecords(lines);
      await api.flush();
    }
  };
}

/** Rows as arrays of the usual driver, one INSERT of them a batch, into the table that the writer uses. */
async function postgresClient(): Promise<() => Promise<void>> {
  // One tick through the usual way makes the series and the day.
  const store = openPostgresSampleStore({ databaseUrl: order.url });
  const [first] = samplesOf({ ...order, ticks: 1 });
  if (first)
    await store.write([...samplesOf({ ...order, ticks: 1 })].map((s) => ({ ...s, time: s.time - 1_000 })));
  await store.close();
  const client = new pg.Client({ connectionString: order.url });
  await client.connect();
  await client.query("select samples.create_day('2026-01-01')");
  const { rows } = await client.query('select id, device_code, point_code from samples.series');
  const ids = new Map(rows.map((row) => [`${row.device_code} ${row.point_code}`, row.id as number]));
  const batches: { ids: number[]; times: string[]; values: number[]; samples: number }[] = [];
  for (const { device, time, values = {} } of samplesOf(order)) {
    let batch = batches.at(-1);
    if (!batch || batch.samples === order.batch) {
      batch = { ids: [], times: [], values: [], samples: 0 };
      batches.push(batch);
    }
    batch.samples += 1;
    for (const [code, value] of Object.entries(values)) {
      batch.ids.push(ids.get(`${device} ${code}`) ?? 0);
      batch.times.push(new Date(time).toISOString());
      batch.values.push(value as number);
    }
  }
  return async () => {
    for (const batch of batches) {
      await client.query(
        `insert into samples.sample_value (series_id, time, epoch, value_double)
         select id, time, 7, value from unnest($1::int[], $2::timestamptz[], $3::float8[]) as v(id, time, value)`,
        [batch.ids, batch.times, batch.values],
      );
    }
  };
}
