import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { MissCause, Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { LastTick } from '../ports.ts';
import { tickTimeMs } from '../samples/schedule.ts';

/** Everything known of a session's devices before they are read. */
export interface LastReads {
  /** By id of the device, ms since 1970: no tick that is scheduled before is to be read. */
  readonly firstMs: ReadonlyMap<string, number>;
  /** Ids of devices that answered when they were read last, whoever read them. */
  readonly answering: ReadonlySet<string>;
  /** The newest samples that the broker has. */
  readonly stored: readonly Sample[];
  /** Whether some of it was read under this epoch already. */
  readonly goesOn: boolean;
}

/** An exception too: it can be a gateway's, for a unit behind it that is silent. */
const silentCauses: readonly MissCause[] = ['timeout', 'connection', 'exception'];

/**
 * @param lastOf the newest sample of a device; it may be left unanswered
 * @param notBeforeMs no tick that is scheduled before is to be read
 */
export async function lastReads(
  deviceIds: Iterable<string>,
  { session_id, epoch }: Pick<Assignment, 'session_id' | 'epoch'>,
  lastOf: (deviceId: string) => Promise<LastTick | undefined>,
  notBeforeMs = 0,
): Promise<LastReads> {
  const firstMs = new Map<string, number>();
  const answering = new Set<string>();
  const stored: Sample[] = [];
  let goesOn = false;
  await Promise.all(
    Array.from(deviceIds, async (id) => {
      if (notBeforeMs > 0) firstMs.set(id, notBeforeMs);
      const last = await lastOf(id);
      if (!last) return;
      if (last.stored) stored.push(last.stored);
      if (last.session === session_id) {
        // The tick that an earlier holder has read is not read again, also where its ticks were of another length.
        firstMs.set(id, Math.max(notBeforeMs, tickTimeMs(last.tick, last.period_ms) + 1));
        // This collector's own, before it was started again or lost its lease.
        goesOn ||= last.epoch === epoch;
      }
      // The reader and the session do not matter: a part of it counts, the other points are missing.
      const isSilent = last.miss && !last.values && silentCauses.includes(last.miss.cause);
      if (!isSilent) answering.add(id);
    }),
  );
  return { firstMs, answering, stored, goesOn };
}
