import { checkSampleStoreSettings, sampleStoreSettings } from '@holdfast/sample-store/open-sample-store.ts';
import {
  commonSettings,
  type Environment,
  readConfig,
  setting,
  streamSettings,
} from '@holdfast/shared/runtime/config.ts';
import * as z from 'zod';

export const writerSettings = z
  .object({
    ...commonSettings,
    ...streamSettings,
    ...sampleStoreSettings,
    BATCH_MAX_MESSAGES: setting
      .integer(1, 10_000)
      .default(1_000)
      .describe('A batch is written when it has this many messages (one for each device and tick) …'),
    BATCH_MAX_BYTES: setting
      .integer(1_024, 256 * 1024 * 1024)
      .default(4 * 1024 * 1024)
      .describe('… or this many bytes …'),
    BATCH_MAX_WAIT_MS: setting
      .integer(1, 60_000)
      .default(500)
      .describe('… or when its first message has waited this long'),
    MAX_ACK_PENDING: setting
      .integer(1, 100_000)
      .default(5_000)
      .describe('Messages on their way into the database, at most, for all writers together; bounds memory'),
    MAX_HELD_BYTES: setting
      .integer(65_536, 4 * 1024 * 1024 * 1024)
      .default(64 * 1024 * 1024)
      .describe('The same in bytes, for each writer: further messages stay with the broker'),
    ACK_WAIT_MS: setting
      .integer(500, 600_000)
      .default(3_000)
      .describe(
        'Messages that a crashed or cut off writer had, or that were lost on their way to it, are delivered again after this time',
      ),
    MAX_CLOCK_DIFFERENCE_MS: setting
      .integer(1_000, 365 * 86_400_000)
      .default(3_600_000)
      .describe(
        'Samples of a collector whose clock differs from the broker’s by more than this are stored as uncertain. Samples whose time is further ahead than this, or further before their collector received the session, go to QUARANTINE',
      ),
    SAMPLES_RETENTION_DAYS: setting
      .integer(0, 36_500)
      .default(0)
      .describe('Days of samples that PostgreSQL keeps; 0 keeps all. InfluxDB has its own retention'),
    STOP_TIMEOUT_MS: setting
      .integer(1_000, 600_000)
      .default(15_000)
      .describe('Longest time for an orderly end'),
  })
  .superRefine(checkSampleStoreSettings);

export type WriterConfig = z.infer<typeof writerSettings>;

/** @throws ConfigError */
export function writerConfig(environment: Environment = process.env): WriterConfig {
  return readConfig(writerSettings, environment);
}
