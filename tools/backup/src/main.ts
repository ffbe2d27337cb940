import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Connection, connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { RestoreFailed } from '@holdfast/shared/jetstream/sessions/restore-session-log.ts';
import { type BrokerAccess, brokerAccess, ConfigError } from '@holdfast/shared/runtime/config.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { withDeadline } from '@holdfast/shared/runtime/timers.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import { BackupError } from './backup-error.ts';
import { backupConfig, spokenLanguage } from './config.ts';
import type { Manifest } from './manifest.ts';
import { restoreBackup } from './restore-backup.ts';
import { saveBackup } from './save-backup.ts';
import { showSteps } from './show-steps.ts';
import { usage } from './usage.ts';

const connectTimeoutMs = 10_000;
const log = createLogger('backup', 'silent');

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      nats: { type: 'string' },
      database: { type: 'string' },
      'database-file': { type: 'string' },
      to: { type: 'string' },
      from: { type: 'string' },
      'epoch-floor': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [command] = positionals;
  const folder = command === 'backup' ? values.to : command === 'restore' ? values.from : undefined;
  if (values.help || command === undefined || folder === undefined || positionals.length > 1) {
    console.error(inLanguage(usage, spokenLanguage()));
    return values.help ? 0 : 2;
  }
  const epochFloor = wholeNumber(values['epoch-floor']);
  const config = backupConfig({
    NATS_URL: values.nats,
    DATABASE_URL: values.database,
    DATABASE_URL_FILE: values['database-file'],
  });
  const connection = await connected(brokerAccess(config), command);
  const steps = showSteps(process.stderr);
  try {
    const { nc } = connection;
    const databaseUrl = config.DATABASE_URL;
    if (command === 'backup') {
      const saved = await saveBackup({ nc, databaseUrl, to: resolve(folder), onStep: steps.onStep });
      steps.end();
      console.log(`Saved in ${resolve(folder)}: ${contents(saved)}.`);
      return 0;
    }
    const restored = await restoreBackup({
      nc,
      databaseUrl,
      from: resolve(folder),
      log,
      onStep: steps.onStep,
      ...(epochFloor === undefined ? {} : { epochFloor }),
      streams: {
        ...(config.SESSIONS_MAX_BYTES && { sessionsMaxBytes: config.SESSIONS_MAX_BYTES }),
        ...(config.SAMPLES_MAX_BYTES && { samplesMaxBytes: config.SAMPLES_MAX_BYTES }),
        ...(config.SAMPLES_MAX_AGE_HOURS && { samplesMaxAgeHours: config.SAMPLES_MAX_AGE_HOURS }),
        ...(config.TASK_CONFIGS_MAX_BYTES && { taskConfigsMaxBytes: config.TASK_CONFIGS_MAX_BYTES }),
        ...(config.STREAM_REPLICAS && { replicas: config.STREAM_REPLICAS }),
      },
    });
    steps.end();
    console.log(`Restored: ${contents(restored.manifest)}. Epochs go on above ${restored.epochFloor}.`);
    console.log('Start the services now. Running sessions go on by themselves.');
    return 0;
  } finally {
    steps.end();
    await connection.close();
  }
}

function contents({ sessions, task_configs, api_keys, users, database, created_at }: Manifest): string {
  const rows = database.tables.reduce((sum, table) => sum + table.rows, 0);
  return `${sessions.last_sequence} session events, ${task_configs.count} configuration snapshots, ${api_keys?.count ?? 0} API keys, ${users?.count ?? 0} people, ${rows} rows of ${database.tables.length} tables, as of ${created_at}`;
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,15}$/.test(text)) throw new BackupError(`--epoch-floor is not a whole number: ${text}`);
  return Number(text);
}

/** Connects, and fails where the broker is unavailable: services wait for ever, but a user wants to know. */
async function connected(access: BrokerAccess, name: string): Promise<Connection> {
  const connection = await withDeadline(connectNats({ ...access, name, log }), connectTimeoutMs);
  if (!connection) throw new BackupError('NATS does not answer at the address given');
  return connection;
}

let code = 1;
try {
  code = await main();
} catch (error) {
  const isExpected = error instanceof BackupError || error instanceof ConfigError;
  console.error(isExpected ? error.message : error);
  if (error instanceof RestoreFailed) {
    console.error(
      'The database is filled, but SESSIONS is not complete. Start no service: make broker and database empty again and repeat the restore.',
    );
  }
}
// Not just the exit code: a client that still waits for its broker would keep the process.
process.exit(code);
