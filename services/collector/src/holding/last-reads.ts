import type { MissCause, Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { devicePeriodMs } from '@holdfast/shared/domain/rates/device-rates.ts';
import type { LastTick } from '../ports.ts';

/** Everything known of a session's devices before they are read. */
export interface LastReads {
  /** By id of the device, the first tick that no holder of the session has read. */
  readonly firstTicks: ReadonlyMap<string, number>;
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
  { devices, period_ms }: TaskConfig,
  { sessionId, epoch }: { readonly sessionId: string; readonly epoch: number },
  lastOf: (deviceId: string) => Promise<LastTick | undefined>,
  notBeforeMs = 0,
): Promise<LastReads> {
  const firstTicks = new Map<string, number>();
  const answering = new Set<string>();
  const stored: Sample[] = [];
  let goesOn = false;
  await Promise.all(
    devices.map(async (device) => {
      const periodMs = devicePeriodMs(period_ms, device.points);
      const first = Math.ceil(notBeforeMs / periodMs);
      if (first > 0) firstTicks.set(device.id, first);
      const last = await lastOf(device.id);
      if (!last) return;
      if (last.stored) stored.push(last.stored);
      if (last.session === sessionId) {
        // The tick that an earlier holder has read is not read again, also where its ticks were of another length.
        const unread = Math.floor((last.tick * last.period_ms) / periodMs) + 1;
        firstTicks.set(device.id, Math.max(first, unread));
        // This collector's own, before it was started again or lost its lease.
        goesOn ||= last.epoch === epoch;
      }
      // The reader and the session do not matter: a part of it counts, the other points are missing.
      const isSilent = last.miss && !last.values && silentCauses.includes(last.miss.cause);
      if (!isSilent) answering.add(device.id);
    }),
  );
  return { firstTicks, answering, stored, goesOn };
}
