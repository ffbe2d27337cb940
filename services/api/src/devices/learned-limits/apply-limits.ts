import { isDeepStrictEqual } from 'node:util';
import { unitPlace } from '@holdfast/driver/device-place.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import type { Selectable } from 'kysely';
import { rowIn, writeOf } from '../../configuration/change-sets/row-write.ts';
import { lockedRows, writeRows } from '../../configuration/change-sets/write-rows.ts';
import type { LockedCheck } from '../../configuration/collection.ts';
import { viewOfDevice } from '../../configuration/device-specs.ts';
import { inTransaction } from '../../database/in-transaction.ts';
import type { Database } from '../../database/open-database.ts';
import type { DevicesTable } from '../../database/tables.ts';
import type { DeviceLimits } from './device-limits.ts';

export type Applied =
  | { readonly outcome: 'changed'; readonly device: StoredDevice; readonly change: object }
  | { readonly outcome: 'nothing_new'; readonly device: StoredDevice }
  /** Since the session began, a user has changed how the device is read, or which device it is. */
  | { readonly outcome: 'overtaken'; readonly device: StoredDevice }
  | { readonly outcome: 'not_wanted' | 'gone'; readonly device?: undefined };

type StoredDevice = Selectable<DevicesTable>;

export interface ApplyLimits {
  readonly deviceId: number;
  readonly limits: readonly DeviceLimits[];
  /** Whether to include ranges that were refused only once. */
  readonly withUnconfirmed?: boolean;
  /**
   * `by_itself`: only if the device's configuration allows it, and only on top of the limits with which the session began
   * or which it wrote itself, so that nothing comes back that an engineer has removed.
   */
  readonly how: 'by_itself' | 'asked_for';
  /** Called with the device while it is locked; what it throws is passed on. */
  readonly holds?: LockedCheck | undefined;
}

/**
 * Narrows the limits of a device to those that sessions have learned. The device's row is locked meanwhile, so that only one of
 * several processes does it.
 */
export function applyLimits(database: Database, request: ApplyLimits): Promise<Applied> {
  const { deviceId, limits: learnedLimits, how, holds, withUnconfirmed = false } = request;
  return inTransaction(database, async (transaction): Promise<Applied> => {
    const thing = { kind: 'device', id: deviceId } as const;
    const row = rowIn(await lockedRows(transaction, [thing]), 'device', deviceId);
    if (!row) return { outcome: 'gone' };
    const device = { ...row, id: deviceId };
    await holds?.(viewOfDevice(device), transaction);
    const learning = specs.get(device.protocol)?.learning;
    if (how === 'by_itself' && !learning?.isWrittenBack(device.connection)) return { outcome: 'not_wanted' };
    const sameDevice = learnedLimits.filter((each) => placeOf(each.device) === placeOf(device));
    if (!learning || sameDevice.length === 0) return { outcome: 'overtaken', device };
    const before = learning.limits(device.connection);
    let after: object = device.connection;
    for (const each of sameDevice) {
      if (how === 'by_itself') {
        const writeBack = await transaction
          .selectFrom('device_write_backs')
          .select('limits')
          .where('device_id', '=', deviceId)
          .where('session_id', '=', each.sessionId)
          .executeTakeFirst();
        const expected = writeBack?.limits ?? learning.limits(each.device.connection);
        if (!isDeepStrictEqual(expected, before)) return { outcome: 'overtaken', device };
      }
      after = learning.narrowed(after, each.limits, withUnconfirmed) ?? after;
    }
    if (after === device.connection) return { outcome: 'nothing_new', device };
    const limits = learning.limits(after);
    const connection = after as typeof device.connection;
    await writeRows(transaction, writeOf(thing, row, { ...row, connection }));
    // Limits that a user applied also count as written by the session, which goes on from there.
    for (const { sessionId } of sameDevice) {
      const row = { device_id: deviceId, session_id: sessionId, limits: JSON.stringify(limits) };
      await transaction
        .insertInto('device_write_backs')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(['device_id', 'session_id'])
            .doUpdateSet({ limits: row.limits, written_at: new Date() }),
        )
        .execute();
    }
    await transaction
      .deleteFrom('device_write_backs')
      .where('device_id', '=', deviceId)
      .where(
        'session_id',
        'not in',
        transaction
          .selectFrom('device_write_backs')
          .select('session_id')
          .where('device_id', '=', deviceId)
          .orderBy('written_at', 'desc')
          .limit(keptOfDevice),
      )
      .execute();
    return { outcome: 'changed', device: { ...device, connection }, change: limits };
  });
}

/** Sessions per device whose write-backs are remembered, because a few tasks may read it at once. */
const keptOfDevice = 20;

/** The place of a device: another place is another device, about which nothing was learned. */
function placeOf({ protocol, connection }: { readonly protocol: string; readonly connection: object }) {
  const spec = specs.get(protocol);
  return spec && `${protocol} ${unitPlace(spec, connection)}`;
}
