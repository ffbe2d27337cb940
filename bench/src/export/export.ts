import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import pg from 'pg';
import { startMeasuredApi } from '../api/measured-api.ts';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
} from '../benchmark.ts';
import { peakMemoryMb } from '../fleet/peak-memory.ts';
import { dayMs, deviceCode, fillStore, firstTimeMs, pointCode, secondsOfDay } from '../history/fill-store.ts';
import { median } from '../median.ts';
import { timed } from '../timed.ts';

const flags = {
  days: { meaning: 'days of a point, a value each second', byDefault: 30, atLeast: 1 },
  rounds: { meaning: 'downloads of all of it, by turns with the bare ones', byDefault: 3, atLeast: 1 },
} as const;

const device = deviceCode(0);
const point = pointCode(0);

export const exportBench: Benchmark<typeof flags> = {
  name: 'export',
  summary: 'a month of a point as CSV through the API, next to COPY of the same lines to the same client',
  description: [
    'Stores a value each second by the writer’s own path, then downloads all of them as CSV from an API process, by turns with',
    'COPY (SELECT …) TO STDOUT (FORMAT csv) of the same columns over one connection to PostgreSQL, which the API asks too.',
    'ratio: seconds of COPY over those of the download; the median of all rounds.',
  ].join('\n'),
  flags,
  run,
};

async function run(
  { days, rounds }: FlagValues<typeof flags>,
  context: BenchmarkContext,
): Promise<Measurement> {
  const measured = await startMeasuredApi(context);
  const { databaseUrl } = measured;
  const { id } = await measured.create('/api/config/devices/', { code: device, host: '127.0.0.1' });
  await measured.create('/api/config/points/', {
    ...{ device_id: id, code: point, name: 'Oil temperature', unit: '°C' },
    ...{ table: 'holding_register', address: 0, data_type: 'float64' },
  });
  await migrateSampleTables({ databaseUrl });
  const store = openPostgresSampleStore({ databaseUrl });
  context.cleanUp.defer(() => store.close());
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  context.cleanUp.defer(() => client.end());
  const values = days * secondsOfDay;
  context.progress(`storing ${values} values`);
  await fillStore(store, { devices: 1, points: 1, days }, context.progress);
  await client.query('vacuum (analyze) samples.sample_value');
  await client.query('checkpoint');

  const [start, end] = [firstTimeMs, firstTimeMs + days * dayMs].map((at) => new Date(at).toISOString());
  const path = `/api/exports/values/?point=${device}/${point}&start_time=${start}&end_time=${end}&time_zone=UTC`;
  const all: { readonly exportS: number; readonly copyS: number; readonly bytes: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const took = { exportS: 0, copyS: 0, bytes: 0 };
    const turns = [
      async () => {
        const [seconds, { lines, bytes }] = await timed(() => download(measured, path));
        // The first line is a head.
        requireLines(lines - 1, values);
        Object.assign(took, { exportS: seconds, bytes });
      },
      async () => {
        const [seconds, { lines }] = await timed(() => copyOut(client, copyOf({ start, end })));
        requireLines(lines, values);
        took.copyS = seconds;
      },
    ];
    // Each turn goes first every other time.
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
    context.progress(`round ${round + 1}: ${JSON.stringify(took)}`);
    all.push(took);
  }
  const middle = (of: (round: (typeof all)[number]) => number) => median(all.map(of));
  const rounded = (value: number) => Math.round(value * 1_000) / 1_000;
  const { rows } = await client.query<{ version: string }>(
    `select current_setting('server_version') as version`,
  );
  return {
    ratio: rounded(middle(({ copyS, exportS }) => copyS / exportS)),
    figures: {
      ...{ values, rounds },
      export_s: rounded(middle(({ exportS }) => exportS)),
      values_per_second: Math.round(values / middle(({ exportS }) => exportS)),
      file_mb: Math.round(middle(({ bytes }) => bytes) / 1_048_576),
      api_peak_memory_mb: await peakMemoryMb(measured.pids.api),
    },
    limit: { copy_s: rounded(middle(({ copyS }) => copyS)) },
    servers: { postgres: rows[0]?.version ?? '' },
  };
}

/** The lines of the file, as PostgreSQL alone makes them. */
function copyOf({ start, end }: { readonly start?: string | undefined; readonly end?: string | undefined }) {
  return `copy (
    select to_char(time at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') || ' +00:00', device_code, point_code, 'Oil temperature', '°C',
      value_double, case when uncertain then 'uncertain' else 'good' end
    from samples.series join samples.sample_value on series_id = series.id
    where device_code = '${device}' and point_code = '${point}' and time >= '${start}' and time < '${end}'
    order by time
  ) to stdout (format csv)`;
}

async function download(
  { url, headers }: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  path: string,
): Promise<Downloaded> {
  const response = await fetch(`${url}${path}`, { headers });
  if (!response.ok || !response.body) throw new InvalidMeasurement(await response.text());
  let bytes = 0;
  let lines = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
  }
  return { bytes, lines };
}

function requireLines(count: number, expectedCount: number): void {
  if (count !== expectedCount)
    throw new InvalidMeasurement(`${count} lines came instead of ${expectedCount}`);
}

/** Bytes and lines of what came. */
interface Downloaded {
  readonly bytes: number;
  readonly lines: number;
}

/** `COPY … TO STDOUT`, whose protocol the driver leaves to objects like this one. Counts what comes and keeps none of it. */
class CopyOut {
  readonly #text: string;
  #bytes = 0;
  #lines = 0;
  #failure: Error | undefined;
  /** The driver puts its timeout around it. */
  callback: (error: Error | null, download?: Downloaded) => void;

  constructor(text: string, callback: CopyOut['callback']) {
    this.#text = text;
    this.callback = callback;
  }

  submit(connection: { query(text: string): void }): void {
    connection.query(this.#text);
  }

  /** One line each. */
  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    this.#bytes += chunk.length;
    this.#lines += 1;
  }

  handleError(error: Error): void {
    this.#failure = error;
    this.callback(error);
  }

  handleReadyForQuery(): void {
    if (!this.#failure) this.callback(null, { bytes: this.#bytes, lines: this.#lines });
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}

/** @throws pg.DatabaseError as a query does */
function copyOut(client: pg.ClientBase, text: string): Promise<Downloaded> {
  return new Promise((resolve, reject) => {
    const copy = new CopyOut(text, (error, download) =>
      error || !download ? reject(error) : resolve(download),
    );
    client.query(copy as unknown as pg.Submittable);
  });
}
