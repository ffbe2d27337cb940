import { setTimeout as pause } from 'node:timers/promises';
import { apiKeyRecordSchema } from '@holdfast/shared/contracts/api-key.ts';
import { streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { userSchema } from '@holdfast/shared/contracts/user.ts';
import { ApiKeyBook } from '@holdfast/shared/jetstream/boards/api-keys.ts';
import { UserBook } from '@holdfast/shared/jetstream/boards/users.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import {
  RestoreFailed,
  republishEvents,
  type SavedEvent,
  sessionLogExtent,
} from '@holdfast/shared/jetstream/sessions/restore-session-log.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { alarmsExtent } from '@holdfast/shared/jetstream/streams/restore-alarms.ts';
import type { StreamSettings } from '@holdfast/shared/jetstream/streams/stream-configs.ts';
import { ensureStreams, makeAlarms } from '@holdfast/shared/jetstream/streams/streams.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import * as z from 'zod';
import { checkArchiveFile, readJsonLines } from './archive-file.ts';
import { BackupError } from './backup-error.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { requireEmptyDatabase, restoreDatabase } from './restore-database.ts';
import type { OnStep } from './show-steps.ts';

/**
 * Sequences that are left out unless the operator says more. Events appended after the backup are lost with their epochs,
 * and samples under those may still be on their way. This covers days of an ordinary plant and costs a second of work.
 */
const epochsLeftOut = 1_000;
/** A typing error must not fill the log. */
const mostEpochsLeftOut = 1_000_000;
/** Generous estimate of the bytes in the log of an event of no session. */
const bytesOfEpochLeftOut = 400;

const savedEventSchema = z.object({ sequence: z.int().positive(), subject: z.string(), data: z.string() });
const savedConfigSchema = z.object({ name: z.string(), text: z.string() });

export interface RestoredSystem {
  readonly manifest: Manifest;
  /** Every epoch from now on is higher. */
  readonly epochFloor: number;
}

/**
 * Brings a backup into an empty system whose services are stopped. All files are checked before anything is touched. The
 * database is filled in one transaction; SESSIONS comes last, since its events are what makes services work.
 * @throws BackupError, and when the log could not be completed RestoreFailed
 */
export async function restoreBackup(options: {
  readonly nc: NatsConnection;
  readonly databaseUrl: string;
  readonly from: string;
  /** An epoch that is known to be used; all later epochs will be higher. */
  readonly epochFloor?: number;
  /** Replaces sizes and copies of the saved system. */
  readonly streams: Partial<StreamSettings>;
  readonly log: Logger;
  readonly onStep?: OnStep;
}): Promise<RestoredSystem> {
  const { nc, databaseUrl, from, log, onStep = () => undefined } = options;
  const manifest = await readManifest(from);
  for (const file of manifest.files) await checkArchiveFile(from, file);
  const { last_sequence: lastSequence } = manifest.sessions;
  const epochFloor = Math.max(options.epochFloor ?? 0, lastSequence + epochsLeftOut);
  if (epochFloor - lastSequence > mostEpochsLeftOut) {
    throw new BackupError(
      `the epoch floor ${epochFloor} is more than ${mostEpochsLeftOut} above the backup's last event, ${lastSequence}`,
    );
  }
  await requireEmptyBroker(nc);
  await requireEmptyDatabase(databaseUrl);
  const settings = { ...settingsOf(manifest), ...options.streams };
  await requireRoom(nc, settings, manifest, epochFloor);
  if (manifest.alarms) await makeAlarms(nc, settings, manifest.alarms.first_sequence);
  await ensureStreams(nc, settings);
  await requireUnusedAlarms(nc, manifest);
  const configs = await TaskConfigStore.open(nc);
  if ((await configs.names()).length > 0) {
    throw new BackupError('TASK_CONFIGS is not empty: a restore goes into an empty broker only');
  }
  const keys = await ApiKeyBook.open(nc);
  if ((await keys.readAll()).length > 0) {
    throw new BackupError('API_KEYS is not empty: a restore goes into an empty broker only');
  }
  const users = await UserBook.open(nc);
  if ((await users.readAll()).length > 0) {
    throw new BackupError('USERS is not empty: a restore goes into an empty broker only');
  }

  await restoreDatabase({ url: databaseUrl, folder: from, saved: manifest.database, log, onStep });
  for await (const line of readJsonLines(from, manifest.task_configs.file)) {
    const { name, text } = savedConfigSchema.parse(line);
    await configs.putText(name, text);
  }
  if (manifest.api_keys) {
    for await (const line of readJsonLines(from, manifest.api_keys.file)) {
      await keys.create(apiKeyRecordSchema.parse(line));
    }
  }
  if (manifest.users) {
    for await (const line of readJsonLines(from, manifest.users.file)) {
      await users.create(userSchema.parse(line));
    }
  }
  if (manifest.alarms) {
    await republishEvents(nc, streamNames.alarms, savedAlarms(from, manifest.alarms, onStep));
  }
  // A service that was started meanwhile still follows an empty log, and would soon append to it.
  await requireNothingThere(nc).catch((error) => {
    if (error instanceof BackupError) throw new RestoreFailed(error.message, { cause: error });
    throw error;
  });
  const restored = await republishEvents(nc, streamNames.sessions, savedEvents(from, manifest, onStep));
  if (restored !== lastSequence) {
    throw new RestoreFailed(`SESSIONS ends at event ${restored}, but the backup at ${lastSequence}`);
  }
  await republishEvents(nc, streamNames.sessions, eventsOfNoSession(lastSequence, epochFloor));
  const end = (await sessionLogExtent(nc))?.lastSequence;
  if (end !== epochFloor) throw new RestoreFailed(`SESSIONS ends at ${end}, not at ${epochFloor}`);
  return { manifest, epochFloor };
}

/** How long to look for services. They ask for events again and again, and are invisible between two requests. */
const watchedMs = 2_500;
const lookEveryMs = 100;

async function requireEmptyBroker(nc: NatsConnection): Promise<void> {
  const untilMs = performance.now() + watchedMs;
  do {
    await requireNothingThere(nc);
    await pause(lookEveryMs);
  } while (performance.now() < untilMs);
}

async function requireNothingThere(nc: NatsConnection): Promise<void> {
  const extent = await sessionLogExtent(nc);
  if (!extent) return;
  if (extent.lastSequence > 0) {
    throw new BackupError(
      `SESSIONS is not empty (${extent.lastSequence} events): a restore goes into an empty broker only. Give it a new store folder`,
    );
  }
  if (extent.isFollowed) {
    throw new BackupError('a service is connected to the broker: stop all services before a restore');
  }
}

async function requireRoom(
  nc: NatsConnection,
  settings: StreamSettings,
  manifest: Manifest,
  epochFloor: number,
): Promise<void> {
  const maxBytes = (await sessionLogExtent(nc))?.maxBytes ?? settings.sessionsMaxBytes;
  const bytesLeftOut = (epochFloor - manifest.sessions.last_sequence) * bytesOfEpochLeftOut;
  const minimumBytes = manifest.sessions.stream_bytes + bytesLeftOut;
  if (maxBytes < 0 || maxBytes >= minimumBytes) return;
  throw new BackupError(
    `SESSIONS may have ${maxBytes} bytes here, and the restored log needs ${minimumBytes}: raise SESSIONS_MAX_BYTES`,
  );
}

/** Occurrences of alarms are named by sequences: a stream that goes on from elsewhere would name them otherwise. */
async function requireUnusedAlarms(nc: NatsConnection, { alarms }: Manifest): Promise<void> {
  const extent = await alarmsExtent(nc);
  const isEmpty = extent !== undefined && extent.firstSequence > extent.lastSequence;
  if (isEmpty && (alarms === undefined || extent.firstSequence === alarms.first_sequence)) return;
  throw new BackupError(
    'ALARMS is not empty, or was used before: a restore goes into an empty broker only. Give it a new store folder',
  );
}

function settingsOf({ streams }: Manifest): StreamSettings {
  return {
    sessionsMaxBytes: streams.sessions_max_bytes,
    samplesMaxBytes: streams.samples_max_bytes,
    samplesMaxAgeHours: streams.samples_max_age_hours,
    replicas: streams.replicas,
  };
}

async function* savedEvents(
  folder: string,
  { sessions }: Manifest,
  onStep: OnStep,
): AsyncIterable<SavedEvent> {
  for await (const line of readJsonLines(folder, sessions.file)) {
    const event = savedEventSchema.parse(line);
    onStep('session events', event.sequence, sessions.last_sequence);
    yield event;
  }
}

async function* savedAlarms(
  folder: string,
  { file, last_sequence }: NonNullable<Manifest['alarms']>,
  onStep: OnStep,
): AsyncIterable<SavedEvent> {
  for await (const line of readJsonLines(folder, file)) {
    const event = savedEventSchema.parse(line);
    onStep('alarm events', event.sequence, last_sequence);
    yield event;
  }
}

/** Events that fill the gap. Each is a CloudEvent, so that people who read the log see what it is. */
async function* eventsOfNoSession(after: number, until: number): AsyncIterable<SavedEvent> {
  const time = new Date().toISOString();
  for (let sequence = after + 1; sequence <= until; sequence += 1) {
    const data = JSON.stringify({
      specversion: '1.0',
      id: `restored-${sequence}-${time}`,
      source: '/holdfast/backup',
      type: 'log.restored',
      time,
      subject: 'restored',
      datacontenttype: 'application/json',
      data: { schema_version: 1 },
    });
    yield { subject: subjects.restored, sequence, data };
  }
}
