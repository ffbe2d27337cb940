import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { scanRecords, segmentMagic } from '../../services/collector/src/adapters/spool/spool-record.ts';

/** Paths of the files with samples in and below a folder, oldest first within a spool. */
export async function segmentsIn(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true }).catch(() => [] as string[]);
  return files
    .filter((file) => file.endsWith('.segment'))
    .map((file) => join(folder, file))
    .sort();
}

/** The spooled samples whose tick is not among those that arrived. */
export function notAmong(spooled: readonly Sample[], arrived: readonly Sample[]): Sample[] {
  const ticks = new Set(arrived.map(({ device, tick }) => `${device}/${tick}`));
  return spooled.filter(({ device, tick }) => !ticks.has(`${device}/${tick}`));
}

/** The samples that a collector leaves to others if it is killed now. */
export async function spooledIn(folder: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const path of await segmentsIn(folder)) {
    const { records } = scanRecords((await readFile(path)).subarray(segmentMagic.length));
    samples.push(...records.map(({ payload }) => JSON.parse(payload.toString()) as Sample));
  }
  return samples;
}
