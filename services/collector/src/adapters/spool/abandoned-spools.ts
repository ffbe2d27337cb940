import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SpoolAdoption, type SpoolAdoptionOptions } from '../../sending/adopt-spools.ts';
import { DiskSpool } from './spool.ts';
import { lostFile, segmentName } from './spool-folder.ts';
import { lockSpoolFolder } from './spool-lock.ts';

export interface AbandonedSpoolsOptions
  extends Pick<
    SpoolAdoptionOptions,
    'createOutbox' | 'isBrokerUp' | 'onIdle' | 'lookEveryMs' | 'timers' | 'log'
  > {
  readonly spoolDir: string;
  /** This collector's folder in it, or undefined if it spools nothing itself. */
  readonly own: string | undefined;
  readonly installation: string;
  readonly instance: string;
}

/**
 * The folder of a collector's spool. The installation is part of its name, so that samples are not sent to the wrong
 * broker.
 */
export function spoolFolder(spoolDir: string, collectorId: string, installation: string): string {
  return join(spoolDir, `${collectorId}-${installation}`);
}

/**
 * Folders in which other collectors of this installation have left samples, the oldest first; `own` is not among them.
 * A folder without a lock file next to it is left out: whether its owner lives cannot be determined.
 */
async function spoolsOfOthers(
  spoolDir: string,
  own: string | undefined,
  installation: string,
): Promise<string[]> {
  const names = await namesIn(spoolDir);
  const abandoned: { readonly folder: string; readonly since: number }[] = [];
  for (const name of names) {
    const folder = join(spoolDir, name);
    if (folder === own || !name.endsWith(`-${installation}`) || !names.includes(`${name}.lock`)) continue;
    const samples = (await namesIn(folder)).filter((file) => segmentName.test(file) || file === lostFile);
    const times = await Promise.all(
      samples.map((file) =>
        stat(join(folder, file)).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      ),
    );
    if (times.length > 0) abandoned.push({ folder, since: Math.min(...times) });
  }
  return abandoned.sort((a, b) => a.since - b.since).map(({ folder }) => folder);
}

/** Whether the owner of a folder is dead for certain, and no other process has taken the folder. */
async function isSpoolAbandoned(folder: string): Promise<boolean> {
  const lock = await lockSpoolFolder(folder);
  await lock?.release(false);
  return lock?.isProof === true;
}

/** Removes the empty spools that dead collectors have left next to `own`: each new container has a new id. */
async function removeEmptySpools(
  spoolDir: string,
  own: string | undefined,
  installation: string,
): Promise<void> {
  const withSamples = await spoolsOfOthers(spoolDir, own, installation);
  for (const name of await namesIn(spoolDir)) {
    if (!name.endsWith(`-${installation}.lock`)) continue;
    const folder = join(spoolDir, name.slice(0, -'.lock'.length));
    if (folder === own || withSamples.includes(folder)) continue;
    const lock = await lockSpoolFolder(folder);
    if (!lock) continue;
    const isEmpty = lock.isProof && !(await spoolsOfOthers(spoolDir, own, installation)).includes(folder);
    if (isEmpty) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    await lock.release(isEmpty);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** Sends the samples in neighbouring spools whose owners are dead. Returned before it has begun. */
export function adoptAbandonedSpools(options: AbandonedSpoolsOptions): SpoolAdoption {
  const { spoolDir, own, installation, instance, log } = options;
  let isTidy = false;
  return new SpoolAdoption({
    ...options,
    find: async () => {
      if (!isTidy) await removeEmptySpools(spoolDir, own, installation);
      isTidy = true;
      return spoolsOfOthers(spoolDir, own, installation);
    },
    isAbandoned: isSpoolAbandoned,
    open: (folder) =>
      // Nothing is added to this spool, so no bound applies.
      DiskSpool.open({
        ...{ folder, instance, log, isAnothers: true },
        maxBytes: Number.MAX_SAFE_INTEGER,
        fsync: 'never',
      }),
  });
}
