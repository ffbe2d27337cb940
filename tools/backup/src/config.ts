import {
  brokerSettings,
  type Environment,
  readConfig,
  streamSettings,
} from '@holdfast/shared/runtime/config.ts';
import * as z from 'zod';

export const backupSettings = z.object({
  ...brokerSettings,
  DATABASE_URL: z
    .url({
      protocol: /^postgres(ql)?$/,
      error: 'is needed: postgres://user:password@host:port/database, or a file with it in DATABASE_URL_FILE',
    })
    .describe('Address of PostgreSQL: `postgres://user:password@host:port/database`'),
  // No default here: the size in the saved system is the default.
  SESSIONS_MAX_BYTES: streamSettings.SESSIONS_MAX_BYTES.unwrap()
    .optional()
    .meta({ description: 'Size of the event log in the restored system', defaultInWords: 'as saved' }),
  SAMPLES_MAX_BYTES: streamSettings.SAMPLES_MAX_BYTES.unwrap().optional().meta({
    description: 'Size of the stream of samples in the restored system',
    defaultInWords: 'as saved',
  }),
  SAMPLES_MAX_AGE_HOURS: streamSettings.SAMPLES_MAX_AGE_HOURS.unwrap()
    .optional()
    .meta({ description: 'Age limit of samples in that stream', defaultInWords: 'as saved' }),
  TASK_CONFIGS_MAX_BYTES: streamSettings.TASK_CONFIGS_MAX_BYTES.unwrap()
    .optional()
    .meta({ description: 'Space for configurations in the restored system', defaultInWords: 'as saved' }),
  STREAM_REPLICAS: streamSettings.STREAM_REPLICAS.unwrap().optional().meta({
    description: 'Servers that hold each stream in the restored system',
    defaultInWords: 'as saved',
  }),
});

/** The language of the help, which needs no settings. */
export function spokenLanguage({ HOLDFAST_LANG }: Environment = process.env): 'en' | 'zh' {
  return HOLDFAST_LANG === 'zh' ? 'zh' : 'en';
}

export type BackupConfig = z.infer<typeof backupSettings>;

/** Reads the configuration; the command line overrides the environment. @throws ConfigError */
export function backupConfig(options: Environment, environment: Environment = process.env): BackupConfig {
  const settings = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const around = { ...environment };
  // If the command line gives either of the two, neither is taken from the environment.
  if (settings.DATABASE_URL ?? settings.DATABASE_URL_FILE) {
    delete around.DATABASE_URL;
    delete around.DATABASE_URL_FILE;
  }
  if (settings.NATS_URL) delete around.NATS_URL_FILE;
  return readConfig(backupSettings, { ...around, ...settings });
}
