import {
  brokerSettings,
  type Environment,
  readConfig,
  streamSettings,
} from '@holdfast/shared/runtime/config.ts';
import * as z from 'zod';

const schema = z.object({
  ...brokerSettings,
  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: 'is needed: postgres://user:password@host:port/database, or a file with it in DATABASE_URL_FILE',
  }),
  // No default here: the size in the saved system is the default.
  SESSIONS_MAX_BYTES: streamSettings.SESSIONS_MAX_BYTES.unwrap().optional(),
  SAMPLES_MAX_BYTES: streamSettings.SAMPLES_MAX_BYTES.unwrap().optional(),
  SAMPLES_MAX_AGE_HOURS: streamSettings.SAMPLES_MAX_AGE_HOURS.unwrap().optional(),
  TASK_CONFIGS_MAX_BYTES: streamSettings.TASK_CONFIGS_MAX_BYTES.unwrap().optional(),
  STREAM_REPLICAS: streamSettings.STREAM_REPLICAS.unwrap().optional(),
});

/** The language of the help, which needs no settings. */
export function spokenLanguage({ HOLDFAST_LANG }: Environment = process.env): 'en' | 'zh' {
  return HOLDFAST_LANG === 'zh' ? 'zh' : 'en';
}

export type BackupConfig = z.infer<typeof schema>;

/** Reads the configuration; the command line overrides the environment. @throws ConfigError */
export function backupConfig(said: Environment, environment: Environment = process.env): BackupConfig {
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  const around = { ...environment };
  // If the command line gives either of the two, neither is taken from the environment.
  if (given.DATABASE_URL ?? given.DATABASE_URL_FILE) {
    delete around.DATABASE_URL;
    delete around.DATABASE_URL_FILE;
  }
  if (given.NATS_URL) delete around.NATS_URL_FILE;
  return readConfig(schema, { ...around, ...given });
}
