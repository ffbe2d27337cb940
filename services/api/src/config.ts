import {
  brokerSettings,
  commonSettings,
  type Environment,
  readConfig,
  setting,
  streamSettings,
} from '@holdfast/shared/runtime/config.ts';
import {
  checkSampleStoreSettings,
  sampleStoreSettings,
} from '@holdfast/shared/sample-store/open-sample-store.ts';
import * as z from 'zod';

const schema = z
  .object({
    ...brokerSettings,
    LOG_LEVEL: commonSettings.LOG_LEVEL,
    ...streamSettings,
    ...sampleStoreSettings,
    API_HOST: z.string().min(1).default('127.0.0.1'),
    /** 0 takes a free one and logs it. */
    API_PORT: setting.port().default(8000),
    /** Configuration and read models. */
    DATABASE_URL: z.url({
      protocol: /^postgres(ql)?$/,
      error: 'is needed: postgres://user:password@host:port/database',
    }),
    DATABASE_MAX_CONNECTIONS: setting.integer(3, 100).default(10),
    /** Longest wait of a command for the read model to show what it did. */
    READ_YOUR_WRITE_MS: setting.integer(0, 60_000).default(2_000),
    /** How often counters of sessions are brought from the STATUS bucket into the database. */
    COUNTERS_FLUSH_MS: setting.integer(100, 600_000).default(3_000),
    STOP_TIMEOUT_MS: setting.integer(1_000, 600_000).default(10_000),
  })
  .superRefine(checkSampleStoreSettings);

export type ApiConfig = z.infer<typeof schema>;

/** @throws ConfigError */
export function apiConfig(environment: Environment = process.env): ApiConfig {
  return readConfig(schema, environment);
}
