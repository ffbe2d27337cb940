import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { BackupError } from './backup-error.ts';

export const manifestName = 'manifest.json';

/** Raised with every change that an older release could not read. */
export const manifestVersion = 1;

/** Plain names of our own form: a manifest that was tampered with must not lead out of its folder. */
const fileName = z.string().regex(/^[A-Za-z0-9_.-]+\.gz$/);

const archiveFileSchema = z.object({
  name: fileName,
  /** Size of the packed file on the disk. */
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const savedTableSchema = z.object({
  schema: z.string(),
  name: z.string(),
  /** Columns in the order of the file. */
  columns: z.array(z.string()).min(1),
  rows: z.int().nonnegative(),
  file: fileName,
});

const savedSequenceSchema = z.object({
  schema: z.string(),
  table: z.string(),
  column: z.string(),
  /** As text: it may exceed what a number holds. */
  last_value: z.string().regex(/^-?[0-9]+$/),
  is_called: z.boolean(),
});

const savedDatabaseSchema = z.object({
  server_version: z.string(),
  /** Names of the migrations that made the tables. */
  migrations: z.object({ api: z.array(z.string()), samples: z.array(z.string()) }),
  /** Days (UTC, YYYY-MM-DD) that samples are in. */
  days: z.array(z.iso.date()),
  tables: z.array(savedTableSchema),
  sequences: z.array(savedSequenceSchema),
  /** How far SESSIONS was in the read model. */
  checkpoint: z
    .object({ last_sequence: z.int().nonnegative(), last_event_id: z.string().nullable() })
    .nullable(),
});

const manifestSchema = z.object({
  format: z.literal('holdfast-backup'),
  version: z.literal(manifestVersion),
  created_at: z.iso.datetime(),
  database: savedDatabaseSchema,
  sessions: z.object({
    file: fileName,
    last_sequence: z.int().nonnegative(),
    /** Room that the broker needed for the stream. */
    stream_bytes: z.int().nonnegative(),
  }),
  /** Missing in backups of releases and brokers without alarms. */
  alarms: z
    .object({
      file: fileName,
      first_sequence: z.int().positive(),
      /** One less than the first where there is none. */
      last_sequence: z.int().nonnegative(),
    })
    .optional(),
  task_configs: z.object({ file: fileName, count: z.int().nonnegative() }),
  /** Missing, like `users`, in older backups, which did not save them. */
  api_keys: z.object({ file: fileName, count: z.int().nonnegative() }).optional(),
  users: z.object({ file: fileName, count: z.int().nonnegative() }).optional(),
  streams: z.object({
    sessions_max_bytes: z.int(),
    samples_max_bytes: z.int(),
    samples_max_age_hours: z.int().positive(),
    replicas: z.int().positive(),
  }),
  files: z.array(archiveFileSchema),
});

export type ArchiveFile = z.infer<typeof archiveFileSchema>;
export type SavedTable = z.infer<typeof savedTableSchema>;
export type SavedSequence = z.infer<typeof savedSequenceSchema>;
export type SavedDatabase = z.infer<typeof savedDatabaseSchema>;
export type Manifest = z.infer<typeof manifestSchema>;

/** @throws BackupError when the folder holds no backup that this release can read */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, manifestName);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new BackupError(`${folder} holds no backup: ${(error as Error).message}`, { cause: error });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new BackupError(`${path} is damaged: it is not JSON`, { cause: error });
  }
  const version = (json as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > manifestVersion) {
    throw new BackupError(`${path} was written by a newer release (version ${version})`);
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw new BackupError(`${path} is damaged:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
