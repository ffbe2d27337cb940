import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { ApiKeyBook } from '@holdfast/shared/jetstream/boards/api-keys.ts';
import type { RecordBook } from '@holdfast/shared/jetstream/boards/record-book.ts';
import { UserBook } from '@holdfast/shared/jetstream/boards/users.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import {
  sessionLogExtent,
  streamSettingsInUse,
} from '@holdfast/shared/jetstream/sessions/restore-session-log.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { alarmsExtent } from '@holdfast/shared/jetstream/streams/restore-alarms.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import { writeArchiveFile } from './archive-file.ts';
import { BackupError } from './backup-error.ts';
import {
  type ArchiveFile,
  type Manifest,
  manifestName,
  manifestVersion,
  type SavedDatabase,
} from './manifest.ts';
import { saveDatabase } from './save-database.ts';
import type { OnStep } from './show-steps.ts';

/**
 * Saves a system, which may be running, into a new folder. The order makes the parts fit: the database first, so that its
 * read models are never ahead of the logs; then the logs, up to their ends at that time; then the configuration snapshots,
 * so that they include every one that the log names.
 * @throws BackupError, and then leaves no folder behind
 */
export async function saveBackup(options: {
  readonly nc: NatsConnection;
  readonly databaseUrl: string;
  readonly to: string;
  readonly onStep?: OnStep;
}): Promise<Manifest> {
  const { nc, databaseUrl, to, onStep = () => undefined } = options;
  if (await stat(to).catch(() => undefined))
    throw new BackupError(`${to} exists already, and a backup replaces none: give it another name`);
  // The folder gets its name last: an interrupted backup must not look like a complete one.
  const folder = `${to}.partial-${process.pid}`;
  await mkdir(folder, { mode: 0o700, recursive: true });
  try {
    const { database, files } = await saveDatabase(databaseUrl, folder, onStep);
    const extent = await sessionLogExtent(nc);
    if (!extent) throw new BackupError('the broker has no stream SESSIONS: is it the right one?');
    const log = { last: 0, expected: extent.lastSequence, onStep };
    const sessionsFile = await writeArchiveFile(folder, 'sessions.jsonl.gz', savedEvents(nc, database, log));
    const alarms = await saveAlarms(nc, folder, onStep);
    const configs = { count: 0 };
    const configsFile = await writeArchiveFile(folder, 'task-configs.jsonl.gz', savedConfigs(nc, configs));
    const keys = { count: 0 };
    const keysFile = await writeArchiveFile(
      folder,
      'api-keys.jsonl.gz',
      savedRecords(await ApiKeyBook.open(nc), keys),
    );
    const users = { count: 0 };
    const usersFile = await writeArchiveFile(
      folder,
      'users.jsonl.gz',
      savedRecords(await UserBook.open(nc), users),
    );
    const streams = await streamSettingsInUse(nc);
    const manifest: Manifest = {
      format: 'holdfast-backup',
      version: manifestVersion,
      created_at: new Date().toISOString(),
      database,
      sessions: { file: sessionsFile.name, last_sequence: log.last, stream_bytes: extent.bytes },
      ...(alarms && { alarms: alarms.saved }),
      task_configs: { file: configsFile.name, count: configs.count },
      api_keys: { file: keysFile.name, count: keys.count },
      users: { file: usersFile.name, count: users.count },
      streams: {
        sessions_max_bytes: streams.sessionsMaxBytes,
        samples_max_bytes: streams.samplesMaxBytes,
        samples_max_age_hours: streams.samplesMaxAgeHours,
        replicas: streams.replicas,
      },
      files: [...files, sessionsFile, ...(alarms ? [alarms.file] : []), configsFile, keysFile, usersFile],
    };
    await writeManifest(folder, manifest);
    await rename(folder, to);
    return manifest;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The events of SESSIONS. Checks on the way that the log is complete, and that the database was made from it. */
async function* savedEvents(
  nc: NatsConnection,
  { checkpoint }: SavedDatabase,
  log: { last: number; readonly expected: number; readonly onStep: OnStep },
): AsyncIterable<string> {
  for await (const { subject, sequence, storedAtMs, data } of readStream(nc, streamNames.sessions)) {
    if (sequence !== log.last + 1) {
      throw new BackupError(`SESSIONS is damaged: event ${sequence} follows on ${log.last}`);
    }
    log.last = sequence;
    log.onStep('session events', sequence, log.expected);
    if (sequence === checkpoint?.last_sequence && checkpoint.last_event_id !== null) {
      if (idOf(data) !== checkpoint.last_event_id) throw notTogether(sequence);
    }
    yield `${JSON.stringify({ sequence, subject, stored_at_ms: storedAtMs, data })}\n`;
  }
  if (log.last < log.expected) {
    throw new BackupError(`SESSIONS ended at event ${log.last} of ${log.expected} while it was read`);
  }
  if (checkpoint && log.last < checkpoint.last_sequence) throw notTogether(checkpoint.last_sequence);
}

/** The events of ALARMS. Undefined in a broker of an older release, which has none. */
async function saveAlarms(
  nc: NatsConnection,
  folder: string,
  onStep: OnStep,
): Promise<{ readonly saved: Manifest['alarms']; readonly file: ArchiveFile } | undefined> {
  const extent = await alarmsExtent(nc);
  if (!extent) return undefined;
  const { firstSequence, lastSequence } = extent;
  const alarms = { last: firstSequence - 1, expected: lastSequence, onStep };
  const file = await writeArchiveFile(folder, 'alarms.jsonl.gz', savedAlarms(nc, alarms));
  return { saved: { file: file.name, first_sequence: firstSequence, last_sequence: alarms.last }, file };
}

async function* savedAlarms(
  nc: NatsConnection,
  alarms: { last: number; readonly expected: number; readonly onStep: OnStep },
): AsyncIterable<string> {
  if (alarms.last === alarms.expected) return;
  for await (const { subject, sequence, data } of readStream(nc, streamNames.alarms)) {
    // The oldest go when there is no more room.
    if (sequence !== alarms.last + 1) {
      throw new BackupError(`ALARMS dropped its oldest events while it was read: start the backup again`);
    }
    alarms.last = sequence;
    alarms.onStep('alarm events', sequence, alarms.expected);
    yield `${JSON.stringify({ sequence, subject, data })}\n`;
  }
}

function notTogether(sequence: number): BackupError {
  return new BackupError(
    `this database was not made from this SESSIONS: they differ at event ${sequence}. Do both addresses belong together?`,
  );
}

function idOf(data: string): unknown {
  try {
    return (JSON.parse(data) as { id?: unknown } | null)?.id;
  } catch {
    return undefined;
  }
}

async function* savedConfigs(nc: NatsConnection, configs: { count: number }): AsyncIterable<string> {
  const store = await TaskConfigStore.open(nc);
  for (const name of await store.names()) {
    const loaded = await store.loadText(name);
    if (!loaded.ok) throw new BackupError(inLanguage(loaded.problem, 'en'));
    configs.count += 1;
    yield `${JSON.stringify({ name, text: loaded.text })}\n`;
  }
}

/** Keys or people. They hold only hashes, which give no access. Logins are not saved: people log in again. */
async function* savedRecords<R>(
  book: Pick<RecordBook<R>, 'readAll'>,
  saved: { count: number },
): AsyncIterable<string> {
  for (const { record } of await book.readAll()) {
    saved.count += 1;
    yield `${JSON.stringify(record)}\n`;
  }
}

async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const file = await open(join(folder, manifestName), 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
