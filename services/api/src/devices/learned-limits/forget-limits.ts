import { specs } from '@holdfast/drivers/specs.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { Selectable } from 'kysely';
import type { LockedCheck } from '../../configuration/collection.ts';
import { viewOfDevice } from '../../configuration/device-specs.ts';
import { inTransaction } from '../../database/in-transaction.ts';
import type { Database } from '../../database/open-database.ts';
import type { DevicesTable } from '../../database/tables.ts';
import type { Collectors } from '../../ports.ts';

type StoredDevice = Selectable<DevicesTable>;

/**
 * Removes the ranges that sessions have learned from a device's connection. Ranges from engineers stay. The running
 * session counts as overtaken from here on, so it does not write back what was removed.
 * @param holds called with the device while it is locked; what it throws is passed on
 * @returns undefined when there is no such device
 */
export function forgetRanges(
  database: Database,
  deviceId: number,
  holds: LockedCheck,
): Promise<{ readonly changed: boolean; readonly device: StoredDevice } | undefined> {
  return inTransaction(database, async (transaction) => {
    const device = await transaction
      .selectFrom('devices')
      .selectAll()
      .where('id', '=', deviceId)
      .forUpdate()
      .executeTakeFirst();
    if (!device) return undefined;
    await holds(viewOfDevice(device), transaction);
    const connection = specs.get(device.protocol)?.learning?.forgotten(device.connection);
    if (!connection) return { changed: false, device };
    const changed = await transaction
      .updateTable('devices')
      .set({ connection: JSON.stringify(connection) })
      .where('id', '=', deviceId)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { changed: true, device: changed };
  });
}

const callMs = 5_000;

/** Makes the collectors that poll a device ask it for everything again. @throws BrokerUnavailable */
export async function forgetInSessions(
  collectors: Pick<Collectors, 'call'>,
  device: DeviceConfig,
  holders: readonly string[],
  traceparent: string | undefined,
): Promise<{ readonly sessions: string[]; readonly not_reached: string[] }> {
  const call = { v: 1, kind: 'forget', within_ms: callMs, device, traceparent } as const;
  const answers = await Promise.all(
    holders.map(async (id) => ({ id, outcome: await collectors.call(id, call) })),
  );
  const reply = ({ outcome }: (typeof answers)[number]) =>
    outcome.ok && outcome.reply.kind === 'forgotten' ? outcome.reply.sessions : undefined;
  return {
    sessions: answers.flatMap((answer) => reply(answer) ?? []),
    not_reached: answers.filter((answer) => reply(answer) === undefined).map(({ id }) => id),
  };
}
