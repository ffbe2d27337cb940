import { setting } from '@holdfast/shared/runtime/config.ts';
import * as z from 'zod';
import { authorityFileSetting } from './authority-file.ts';
import { influxProblem } from './influx/influx-problem.ts';
import type { InfluxAddress } from './influx/influx-requests.ts';
import { openInfluxSampleStore } from './influx/influx-sample-store.ts';
import { migrateSampleTables } from './postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from './postgres/postgres-sample-store.ts';
import { openPostgresTickCoverage } from './postgres/postgres-tick-coverage.ts';
import { recordedInPostgres } from './postgres/recorded-in-postgres.ts';
import type { SampleStore } from './sample-store.ts';
import type { TickCoverage } from './tick-coverage.ts';

/** Settings of a process that writes samples or reads history. Check them with `checkSampleStoreSettings`. */
export const sampleStoreSettings = {
  SAMPLE_STORE: setting.oneOf(['postgres', 'influx']).default('postgres').describe('Database of samples'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// address' })
    .optional()
    .describe(
      'Address of PostgreSQL: `postgres://user:password@host:port/database`. The writer needs it with `SAMPLE_STORE=postgres`, and with `influx` to record the outcome of each tick. For TLS append `?sslmode=verify-full&sslrootcert=FILE`',
    ),
  INFLUX_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
    .optional()
    .describe(
      'Address of InfluxDB 2, or of a compatible server: InfluxDB 1.8, where the bucket is `DATABASE/POLICY`, or VictoriaMetrics. Needed with `SAMPLE_STORE=influx`',
    ),
  INFLUX_TLS_CA_FILE: authorityFileSetting
    .optional()
    .describe(
      'File with the certificate of the authority that signed InfluxDB’s certificate (PEM). Then no other authority is trusted. Read at the start',
    ),
  INFLUX_TOKEN: z.string().min(1).optional().describe('Token for InfluxDB'),
  INFLUX_ORG: z.string().min(1).default('holdfast').describe('Organisation in InfluxDB'),
  INFLUX_BUCKET: z.string().min(1).default('holdfast').describe('Bucket in InfluxDB, which must exist'),
  INFLUX_GZIP: setting
    .oneOf(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true')
    .describe('`true` compresses writes: a third of the bytes for half as much work again. For slow links'),
  INFLUX_LAYOUT: setting
    .oneOf(['holdfast', 'predecessor'])
    .default('holdfast')
    .describe(
      '`predecessor` writes values as the Django system did, for its queries and graphs ([samples](docs/samples.md#influxdb)). History reads both layouts',
    ),
} as const;

const schema = z.object(sampleStoreSettings);
export type SampleStoreConfig = z.infer<typeof schema>;

/** For `z.object({ ...sampleStoreSettings }).superRefine(…)`: each store needs settings of its own. */
export function checkSampleStoreSettings(config: SampleStoreConfig, context: z.RefinementCtx): void {
  if (config.INFLUX_TLS_CA_FILE !== undefined && config.INFLUX_URL?.startsWith('http:')) {
    context.addIssue({
      code: 'custom',
      path: ['INFLUX_TLS_CA_FILE'],
      message: 'is of no use with an INFLUX_URL of http://: it takes https://',
      input: undefined,
    });
  }
  const setting = config.SAMPLE_STORE === 'postgres' ? 'DATABASE_URL' : 'INFLUX_URL';
  if (config[setting] !== undefined) return;
  context.addIssue({
    code: 'custom',
    path: [setting],
    message: `is needed with SAMPLE_STORE=${config.SAMPLE_STORE}`,
    input: undefined,
  });
}

/** With InfluxDB and a DATABASE_URL, the outcome of the ticks and the epochs are recorded in PostgreSQL as well. */
export function openSampleStore(config: SampleStoreConfig): SampleStore {
  const { DATABASE_URL: databaseUrl } = config;
  if (config.SAMPLE_STORE === 'postgres') {
    return openPostgresSampleStore({ databaseUrl: required(databaseUrl) });
  }
  const store = openInfluxSampleStore({ ...influxAddress(config), layout: config.INFLUX_LAYOUT });
  return databaseUrl === undefined ? store : recordedInPostgres(store, { databaseUrl });
}

/**
 * Why the store cannot be used and what to do about it, in words, as far as that shows at a start, or undefined if it
 * can.
 */
export async function sampleStoreProblem(config: SampleStoreConfig): Promise<string | undefined> {
  return config.SAMPLE_STORE === 'influx' ? influxProblem(influxAddress(config)) : undefined;
}

function influxAddress(config: SampleStoreConfig): InfluxAddress {
  return {
    url: required(config.INFLUX_URL),
    org: config.INFLUX_ORG,
    bucket: config.INFLUX_BUCKET,
    gzip: config.INFLUX_GZIP,
    ...(config.INFLUX_TLS_CA_FILE === undefined ? {} : { authority: config.INFLUX_TLS_CA_FILE }),
    ...(config.INFLUX_TOKEN === undefined ? {} : { token: config.INFLUX_TOKEN }),
  };
}

/** Undefined without a DATABASE_URL: then nothing is known of ticks, and gaps cannot be found. */
export function openTickCoverage(config: SampleStoreConfig): TickCoverage | undefined {
  const { DATABASE_URL: databaseUrl } = config;
  return databaseUrl === undefined ? undefined : openPostgresTickCoverage({ databaseUrl });
}

/**
 * Makes what the writer needs before its first write: tables in PostgreSQL, nothing in InfluxDB, where the bucket
 * is the operator's. Safe to repeat. @throws SampleStoreUnavailable
 */
export async function prepareSampleStore(config: SampleStoreConfig): Promise<void> {
  const { DATABASE_URL: databaseUrl } = config;
  if (databaseUrl !== undefined) await migrateSampleTables({ databaseUrl });
}

function required(value: string | undefined): string {
  if (value === undefined) throw new Error('unchecked settings: use checkSampleStoreSettings');
  return value;
}
