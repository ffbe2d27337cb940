import { readFile } from 'node:fs/promises';
import type { Stop } from '../runtime/lifecycle.ts';
import type { Logger } from '../runtime/logger.ts';
import { OutageLog } from '../runtime/outage-log.ts';
import { regularly } from '../runtime/regularly.ts';
import { type CollectorRights, collectorIdentitiesSchema } from './collector-identities.ts';

export interface WatchedIdentities {
  /** Rights of this collector, or undefined for one that has no account of its own. */
  of(collectorId: string): CollectorRights | undefined;
  readonly stop: Stop;
}

/**
 * Follows the file in which identity.mjs says what collectors with accounts of their own may be given: a collector that
 * is made, changed or revoked counts as such from the next look on. While the file cannot be read, its former content
 * holds.
 * @param path undefined if there is no such file: then every lease is believed
 * @throws Error that says what to do, when it cannot be read at first
 */
export async function watchCollectorIdentities(
  path: string | undefined,
  { log, everyMs = 1_000 }: { readonly log: Logger; readonly everyMs?: number },
): Promise<WatchedIdentities> {
  if (path === undefined) return { of: () => undefined, stop: async () => undefined };
  let identities = await readIdentities(path);
  const outage = new OutageLog({
    log,
    began: 'the identities of collectors cannot be read; those of before hold',
    ended: 'the identities of collectors can be read again',
  });
  const stop = regularly({ everyMs, outage }, async () => {
    identities = await readIdentities(path);
  });
  return { of: (collectorId) => identities.get(collectorId), stop };
}

async function readIdentities(path: string): Promise<ReadonlyMap<string, CollectorRights>> {
  try {
    const { collectors } = collectorIdentitiesSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    return new Map(Object.entries(collectors));
  } catch (error) {
    throw new Error(
      `COLLECTOR_IDENTITIES_FILE: ${path} does not say what collectors with accounts of their own may be given; deploy/secrets/generate.mjs writes it anew: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
