import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { MissCause, Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { LastTick } from '../ports.ts';
import { tickTimeMs } from '../samples/schedule.ts';

/** Everything known of a session's devices before they are read. */
export interface LastReads {
  /** By device id, in ms since 1970: ticks scheduled before this time must not be read. */
  readonly firstMs: ReadonlyMap<string, number>;
  /** Ids of devices that answered when they were read last, whoever read them. */
  readonly answering: ReadonlySet<string>;
  /** The newest samples that the broker has. */
  readonly stored: readonly Sample[];
  /** Whether a part of these samples was read under this epoch already. */
  readonly goesOn: boolean;
}

/** `exception` counts too: it can come from a gateway, for a silent unit behind it. */
const silentCauses: readonly MissCause[] = ['timeout', 'connection', 'exception'];

/**
 * @param lastOf finds the newest sample of a device; it may be left unanswered
 * @param notBeforeMs ticks scheduled before this time must not be read
 */
export async function lastReads(
  deviceIds: Iterable<string>,
  { session_id, epoch }: Pick<Assignment, 'session_id' | 'epoch'>,
  lastOf: (deviceId: string) => Promise<LastTick | undefined>,
  notBeforeMs = 0,
): Promise<LastReads> {
  const firstMs = new Map<string, number>();
  const answering = new Set<string>();
  const samples: Sample[] = [];
  let goesOn = false;
  await Promise.all(
    Array.from(deviceIds, async (id) => {
      if (notBeforeMs > 0) firstMs.set(id, notBeforeMs);
      const last = await lastOf(id);
      if (!last) return;
      if (last.stored) samples.push(last.stored);
      if (last.session === session_id) {
        // A tick that an earlier holder has read is not read again, even where that holder's ticks had another length.
        firstMs.set(id, Math.max(notBeforeMs, tickTimeMs(last.tick, last.period_ms) + 1));
        // A sample of this collector itself, from before it was restarted or lost its lease.
        goesOn ||= last.epoch === epoch;
      }
      // The reader and the session do not matter. A partial reading counts as an answer: only the other points are
      // missing.
      const isSilent = last.miss && !last.values && silentCauses.includes(last.miss.cause);
      if (!isSilent) answering.add(id);
    }),
  );
  return { firstMs, answering, stored: samples, goesOn };
}
