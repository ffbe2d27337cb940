import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { BackupError } from './backup-error.ts';
import type { ArchiveFile } from './manifest.ts';

/** Readable by the user who makes the backup only: configuration, metadata and measured values are confidential. */
const ownerOnly = 0o600;

/** Packs the content into a new file, which is on the disk when this returns. */
export async function writeArchiveFile(
  folder: string,
  name: string,
  content: Readable | AsyncIterable<string>,
): Promise<ArchiveFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(
    content,
    // The fastest level: packing must not be slower than the database.
    createGzip({ level: 1 }),
    async function* (packed: AsyncIterable<Buffer>) {
      for await (const chunk of packed) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(join(folder, name), { mode: ownerOnly, flags: 'wx', flush: true }),
  );
  return { name, bytes, sha256: hash.digest('hex') };
}

/** @throws BackupError when the file is missing or has changed since it was written */
export async function checkArchiveFile(folder: string, { name, bytes, sha256 }: ArchiveFile): Promise<void> {
  const path = join(folder, name);
  const stats = await stat(path).catch(() => undefined);
  if (!stats) throw new BackupError(`${path} is missing`);
  if (stats.size !== bytes)
    throw new BackupError(`${path} is damaged: ${stats.size} bytes instead of ${bytes}`);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  if (hash.digest('hex') !== sha256) throw new BackupError(`${path} is damaged: its SHA-256 is another one`);
}

export function openArchiveFile(folder: string, name: string): Readable {
  const unpacked = createGunzip();
  const packed = createReadStream(join(folder, name));
  packed.on('error', (error) => unpacked.destroy(error));
  return packed.pipe(unpacked);
}

/** Reads one JSON value a line. Does not use `readline`, which also ends lines at U+2028, since JSON may hold that. */
export async function* readJsonLines(folder: string, name: string): AsyncIterable<unknown> {
  const content = openArchiveFile(folder, name);
  content.setEncoding('utf8');
  let rest = '';
  for await (const chunk of content) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
  if (rest !== '') throw new BackupError(`${name} is damaged: its last line is cut`);
}
