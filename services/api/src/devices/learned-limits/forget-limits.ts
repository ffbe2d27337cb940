import { specs } from '@holdfast/drivers/specs.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { Selectable } from 'kysely';
import { rowIn, writeOf } from '../../configuration/change-sets/row-write.ts';
import { lockedRows, writeRows } from '../../configuration/change-sets/write-rows.ts';
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
    const thing = { kind: 'device', id: deviceId } as const;
    const row = rowIn(await lockedRows(transaction, [thing]), 'device', deviceId);
    if (!row) return undefined;
    const device = { ...row, id: deviceId };
    await holds(viewOfDevice(device), transaction);
    const forgotten = specs.get(device.protocol)?.learning?.forgotten(device.connection);
    if (!forgotten) return { changed: false, device };
    const connection = forgotten as typeof device.connection;
    await writeRows(transaction, writeOf(thing, row, { ...row, connection }));
    return { changed: true, device: { ...device, connection } };
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
