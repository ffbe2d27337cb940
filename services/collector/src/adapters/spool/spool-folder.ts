import { open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleSchema } from '@holdfast/shared/contracts/sample/sample.ts';
import * as z from 'zod';
import type { SpooledNotice } from '../../sending/spool.ts';
import { scanRecords, segmentMagic } from './spool-record.ts';

/** One file of the spool. Only the process that made it ever appends to it. */
export interface Segment {
  readonly id: number;
  readonly path: string;
  /** Valid bytes, including the magic. */
  bytes: number;
  records: number;
}

/** Names of segments; everything else in the folder is ignored. */
export const segmentName = /^(\d{12})-[0-9a-f]{8}\.segment$/;
export const lostFile = 'lost.json';
const confirmedFile = 'confirmed.json';

export function segmentPath(folder: string, id: number, instance: string): string {
  return join(folder, `${String(id).padStart(12, '0')}-${instance.slice(0, 8)}.segment`);
}

/** Up to where the broker has everything, and the last sequence that it confirmed. */
const confirmedSchema = z.object({
  segment: z.int(),
  end_offset: z.int(),
  sequence: z.int(),
  /** ms since 1970 */
  at: z.number(),
});
export type Confirmed = z.infer<typeof confirmedSchema>;

/**
 * `maybe_stored_after`: the sample was sent before it was given up; if it was stored, its sequence is higher than this.
 */
const noticesSchema = z.array(sampleSchema.extend({ maybe_stored_after: z.int().optional() }));

export interface Leftover {
  readonly segments: Segment[];
  readonly confirmed: Confirmed | undefined;
  /** Notices of lost samples that were not sent yet. */
  readonly notices: SpooledNotice[];
  /** Bytes cut off the end: a record that was being written when its process was killed. */
  readonly tornBytes: number;
}

/** Takes stock of what a predecessor left. A missing folder counts as empty. */
export async function readSpoolFolder(folder: string): Promise<Leftover> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[];
    throw error;
  });
  const segments: Segment[] = [];
  let tornBytes = 0;
  for (const name of names.sort()) {
    const id = segmentName.exec(name)?.[1];
    if (id === undefined) continue;
    const path = join(folder, name);
    const scanned = await scanSegment(path);
    tornBytes += scanned.tornBytes;
    if (scanned.records === 0) await unlink(path);
    else segments.push({ id: Number(id), path, bytes: scanned.bytes, records: scanned.records });
  }
  return {
    segments: segments.sort((a, b) => a.id - b.id),
    confirmed: await readJson(join(folder, confirmedFile), confirmedSchema),
    notices: ((await readJson(join(folder, lostFile), noticesSchema)) ?? []).map(
      ({ maybe_stored_after, ...sample }) => ({ sample, maybeStoredAfter: maybe_stored_after }),
    ),
    tornBytes,
  };
}

async function scanSegment(path: string): Promise<{ bytes: number; records: number; tornBytes: number }> {
  const content = await readFile(path);
  if (!content.subarray(0, segmentMagic.length).equals(segmentMagic))
    return { bytes: 0, records: 0, tornBytes: content.length };
  const { records, endOffset } = scanRecords(content.subarray(segmentMagic.length));
  const bytes = segmentMagic.length + endOffset;
  const tornBytes = content.length - bytes;
  if (tornBytes > 0) {
    const file = await open(path, 'r+');
    await file.truncate(bytes).finally(() => file.close());
  }
  return { bytes, records: records.length, tornBytes };
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Missing, or cut short by a crash of the machine. The file is always replaced as a whole, so the older version is
    // lost too.
    return undefined;
  }
}

export function writeLost(
  folder: string,
  notices: readonly SpooledNotice[],
  durable: boolean,
): Promise<void> {
  const content = notices.map(({ sample, maybeStoredAfter }) => ({
    ...sample,
    maybe_stored_after: maybeStoredAfter,
  }));
  return replaceFile(join(folder, lostFile), JSON.stringify(content), durable);
}

export function writeConfirmed(folder: string, confirmed: Confirmed): Promise<void> {
  // Without this file some samples are sent twice under the same message id: not worth waiting for the disk.
  return replaceFile(join(folder, confirmedFile), JSON.stringify(confirmed), false);
}

export async function removeSmallFile(folder: string, which: 'lost' | 'confirmed'): Promise<void> {
  const path = join(folder, which === 'lost' ? lostFile : confirmedFile);
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

async function replaceFile(path: string, content: string, durable: boolean): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(content);
    if (durable) await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
