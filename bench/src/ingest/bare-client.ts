import { promisify } from 'node:util';
import { gzip, type ZlibOptions } from 'node:zlib';
import { copyInto } from '@holdfast/sample-store/postgres/copy-into.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { type RowsToCopy, SampleRows } from '@holdfast/sample-store/postgres/sample-rows.ts';
import { InfluxDB } from '@influxdata/influxdb-client';
import pg from 'pg';
import { type IngestLoad, samplesOf } from './ingest-load.ts';

/**
 * A process of its own that does nothing but send values, prepared beforehand, to a database: the most that the database
 * takes from this machine. Its arguments are one JSON object; says `{"seconds", "cpu_seconds"}`.
 */
interface BareClientOrder extends IngestLoad {
  readonly store: 'influx' | 'postgres';
  readonly url: string;
  readonly batch: number;
  /** InfluxDB's client does so by default. */
  readonly gzip?: boolean;
  /** With the settings of the writer: packed at level 1, COPY in place of INSERT, so many batches under way. */
  readonly underWay?: number;
}

const order = JSON.parse(process.argv[2] ?? '{}') as BareClientOrder;
const asTheWriter = order.underWay !== undefined;
const influx = asTheWriter ? influxAsTheWriter : influxClient;
const postgres = asTheWriter ? postgresAsTheWriter : postgresClient;
const send = await (order.store === 'influx' ? influx() : postgres());
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
await send();
const seconds = (performance.now() - startedAt) / 1_000;
const { user, system } = process.cpuUsage(cpuBefore);
console.log(JSON.stringify({ seconds, cpu_seconds: (user + system) / 1e6 }));
process.exit(0);

/** Batches of lines, each ready to be sent. */
function linesInBatches(): string[][] {
  const batches: string[][] = [[]];
  for (const { measurement, device, site, time, values = {} } of samplesOf(order)) {
    const fields = Object.entries(values).map(([code, value]) => `${code}=${value}`);
    if (batches.at(-1)?.length === order.batch) batches.push([]);
    batches.at(-1)?.push(`${measurement},device=${device},site=${site} ${fields.join(',')} ${time}`);
  }
  return batches;
}

/** Sends the batches, with so many of them under way at a time. */
async function several<T>(batches: readonly T[], sendOne: (batch: T) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) await sendOne(batch);
  };
  await Promise.all(Array.from({ length: order.underWay ?? 1 }, lane));
}

/** The same lines as they leave the writer: the client's transport, packed at level 1, several requests at a time. */
async function influxAsTheWriter(): Promise<() => Promise<void>> {
  const batches = linesInBatches().map((lines) => Buffer.from(`${lines.join('\n')}\n`));
  const { transport } = new InfluxDB({ url: order.url });
  const pack = promisify(gzip) as (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>;
  const path = '/api/v2/write?org=holdfast&bucket=holdfast&precision=ms';
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  const post = (body: Buffer, packed: Record<string, string>) =>
    new Promise<void>((resolve, reject) => {
      transport.send(
        path,
        body as unknown as string,
        { method: 'POST', headers: { ...headers, ...packed } },
        { next: () => undefined, complete: resolve, error: reject },
      );
    });
  return () =>
    several(batches, async (lines) =>
      order.gzip ? post(await pack(lines, { level: 1 }), { 'content-encoding': 'gzip' }) : post(lines, {}),
    );
}

/** Lines of line protocol through InfluxDB's own client, one request a batch. */
async function influxClient(): Promise<() => Promise<void>> {
  const batches = linesInBatches();
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

/** Makes the series and the day; returns the number of each point. */
async function prepareTables(client: pg.Client): Promise<(device: string, point: string) => number> {
  // One tick through the usual way makes the series and the day.
  const store = openPostgresSampleStore({ databaseUrl: order.url });
  const [first] = samplesOf({ ...order, ticks: 1 });
  if (first)
    await store.write([...samplesOf({ ...order, ticks: 1 })].map((s) => ({ ...s, time: s.time - 1_000 })));
  await store.close();
  await client.query("select samples.create_day('2026-01-01')");
  const { rows } = await client.query('select id, device_code, point_code from samples.series');
  const ids = new Map(rows.map((row) => [`${row.device_code} ${row.point_code}`, row.id as number]));
  return (device, point) => ids.get(`${device} ${point}`) ?? 0;
}

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: order.url });
  await client.connect();
  return client;
}

/** The same rows as they leave the writer: COPY of bytes that are ready, over several connections at a time. */
async function postgresAsTheWriter(): Promise<() => Promise<void>> {
  const idle = await Promise.all(Array.from({ length: order.underWay ?? 1 }, connected));
  const idOf = await prepareTables(idle[0] as pg.Client);
  const batches: RowsToCopy[][] = [];
  let rows = new SampleRows();
  let samples = 0;
  for (const sample of samplesOf(order)) {
    const codes = Object.keys(sample.values ?? {});
    rows.add(sample, {
      pointsOf: () => new Map(codes.map((code) => [code, idOf(sample.device, code)])),
    });
    samples += 1;
    if (samples % order.batch !== 0) continue;
    batches.push(rows.take());
    rows = new SampleRows();
  }
  if (samples % order.batch !== 0) batches.push(rows.take());
  return () =>
    several(batches, async (parts) => {
      const client = idle.pop() as pg.Client;
      for (const { statement, bytes } of parts) await copyInto(client, statement, bytes);
      idle.push(client);
    });
}

/** Rows as arrays of the usual driver, one INSERT of them a batch, into the table that the writer uses. */
async function postgresClient(): Promise<() => Promise<void>> {
  const client = await connected();
  const idOf = await prepareTables(client);
  const batches: { ids: number[]; times: string[]; values: number[]; samples: number }[] = [];
  for (const { device, time, values = {} } of samplesOf(order)) {
    let batch = batches.at(-1);
    if (!batch || batch.samples === order.batch) {
      batch = { ids: [], times: [], values: [], samples: 0 };
      batches.push(batch);
    }
    batch.samples += 1;
    for (const [code, value] of Object.entries(values)) {
      batch.ids.push(idOf(device, code));
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
