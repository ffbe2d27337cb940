import * as z from 'zod';
import { openInfluxSampleStore } from './influx/influx-sample-store.ts';
import { migrateSampleTables } from './postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from './postgres/postgres-sample-store.ts';
import type { SampleStore } from './sample-store.ts';

/** Settings of whoever writes samples or reads history. Check them with `checkSampleStoreSettings`. */
export const sampleStoreSettings = {
  SAMPLE_STORE: z.enum(['postgres', 'influx']).default('postgres'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// address' }).optional(),
  INFLUX_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
  INFLUX_TOKEN: z.string().min(1).optional(),
  INFLUX_ORG: z.string().min(1).default('holdfast'),
  INFLUX_BUCKET: z.string().min(1).default('holdfast'),
} as const;

const schema = z.object(sampleStoreSettings);
export type SampleStoreConfig = z.infer<typeof schema>;

/** For `z.object({ ...sampleStoreSettings }).superRefine(…)`: each store needs settings of its own. */
export function checkSampleStoreSettings(config: SampleStoreConfig, context: z.RefinementCtx): void {
  const needed = config.SAMPLE_STORE === 'postgres' ? 'DATABASE_URL' : 'INFLUX_URL';
  if (config[needed] !== undefined) return;
  context.addIssue({
    code: 'custom',
    path: [needed],
    message: `is needed with SAMPLE_STORE=${config.SAMPLE_STORE}`,
    input: undefined,
  });
}

export function openSampleStore(config: SampleStoreConfig): SampleStore {
  if (config.SAMPLE_STORE === 'postgres') {
    return openPostgresSampleStore({ databaseUrl: given(config.DATABASE_URL) });
  }
  return openInfluxSampleStore({
    url: given(config.INFLUX_URL),
    org: config.INFLUX_ORG,
    bucket: config.INFLUX_BUCKET,
    ...(config.INFLUX_TOKEN === undefined ? {} : { token: config.INFLUX_TOKEN }),
  });
}

/**
 * Makes what the writer needs in the store before its first write: tables in PostgreSQL, nothing in InfluxDB, where
 * the bucket is the operator's. Safe to repeat. @throws SampleStoreUnavailable
 */
export async function prepareSampleStore(config: SampleStoreConfig): Promise<void> {
  if (config.SAMPLE_STORE === 'postgres')
    await migrateSampleTables({ databaseUrl: given(config.DATABASE_URL) });
}

function given(value: string | undefined): string {
  if (value === undefined) throw new Error('unchecked settings: use checkSampleStoreSettings');
  return value;
}
