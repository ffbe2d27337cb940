import { checkSampleStoreSettings, sampleStoreSettings } from '@holdfast/sample-store/open-sample-store.ts';
import {
  commonSettings,
  type Environment,
  readConfig,
  setting,
  streamSettings,
} from '@holdfast/shared/runtime/config.ts';
import * as z from 'zod';

const schema = z
  .object({
    ...commonSettings,
    ...streamSettings,
    ...sampleStoreSettings,
    /** A batch is written when it has so many messages, one a device and tick … */
    BATCH_MAX_MESSAGES: setting.integer(1, 10_000).default(1_000),
    /** … or so many bytes of messages … */
    BATCH_MAX_BYTES: setting.integer(1_024, 256 * 1024 * 1024).default(4 * 1024 * 1024),
    /** … or when its first message has waited so long. */
    BATCH_MAX_WAIT_MS: setting.integer(1, 60_000).default(500),
    /** Most messages on their way into the database, which bounds memory. */
    MAX_ACK_PENDING: setting.integer(1, 100_000).default(5_000),
    /** The same bound in bytes: further messages stay with the broker. */
    MAX_HELD_BYTES: setting.integer(65_536, 4 * 1024 * 1024 * 1024).default(64 * 1024 * 1024),
    /** After a crash of the writer, the messages that it held are delivered again after this time. */
    ACK_WAIT_MS: setting.integer(500, 600_000).default(30_000),
    /**
     * Samples of a collector whose clock differs from the broker's by more than this are marked as uncertain, or put into
     * QUARANTINE where they are of a time to come or from before its session.
     */
    MAX_CLOCK_DIFFERENCE_MS: setting.integer(1_000, 365 * 86_400_000).default(3_600_000),
    /** Days of samples that PostgreSQL keeps; 0 keeps all. (InfluxDB has its own retention.) */
    SAMPLES_RETENTION_DAYS: setting.integer(0, 36_500).default(0),
    STOP_TIMEOUT_MS: setting.integer(1_000, 600_000).default(15_000),
  })
  .superRefine(checkSampleStoreSettings);

export type WriterConfig = z.infer<typeof schema>;

/** @throws ConfigError */
export function writerConfig(environment: Environment = process.env): WriterConfig {
  return readConfig(schema, environment);
}
