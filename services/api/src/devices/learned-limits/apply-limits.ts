import { unitKey } from '@holdfast/driver-modbus/layout/endpoint-address.ts';
import { type ConfiguredLimits, narrowedLimits } from '@holdfast/driver-modbus/plan/narrowed-limits.ts';
import { deviceProfileSchema } from '@holdfast/shared/contracts/task-config.ts';
import type { Selectable } from 'kysely';
import type { LockedCheck } from '../../configuration/collection.ts';
import type { Database } from '../../database/open-database.ts';
import type { DevicesTable } from '../../database/tables.ts';
import type { ShownLimits } from './shown-limits.ts';

export type Applied =
  | { readonly outcome: 'changed'; readonly device: StoredDevice; readonly change: ConfiguredLimits }
  | { readonly outcome: 'nothing_new'; readonly device: StoredDevice }
  /** Somebody has changed how the device is read, or which one it is, since the session began. */
  | { readonly outcome: 'overtaken'; readonly device: StoredDevice }
  | { readonly outcome: 'not_wanted' | 'gone'; readonly device?: undefined };

type StoredDevice = Selectable<DevicesTable>;

export interface ApplyLimits {
  readonly deviceId: number;
  readonly shown: readonly ShownLimits[];
  /** Ranges too that were refused once only. */
  readonly withUnconfirmed?: boolean;
  /**
   * `by_itself`: only with the device's consent, and only on top of what the session began with or has written itself,
   * so that nothing is brought back that an engineer has taken away.
   */
  readonly how: 'by_itself' | 'asked_for';
  /** Called with the device while it is locked; what it throws is thrown. */
  readonly holds?: LockedCheck | undefined;
}

/**
 * Narrows the limits of a device by what sessions have learned. The device's row is locked meanwhile, so that several
 * processes do it once.
 */
export function applyLimits(database: Database, request: ApplyLimits): Promise<Applied> {
  const { deviceId, shown, how, holds, withUnconfirmed = false } = request;
  return database.transaction().execute(async (transaction): Promise<Applied> => {
    const device = await transaction
      .selectFrom('devices')
      .selectAll()
      .where('id', '=', deviceId)
      .forUpdate()
      .executeTakeFirst();
    if (!device) return { outcome: 'gone' };
    await holds?.(device, transaction);
    if (how === 'by_itself' && !device.profile?.write_back) return { outcome: 'not_wanted' };
    const sameDevice = shown.filter((each) => placeOf(each.device) === placeOf(device));
    if (sameDevice.length === 0) return { outcome: 'overtaken', device };
    const before = limitsOf(device);
    let after = before;
    for (const each of sameDevice) {
      if (how === 'by_itself') {
        const known = await transaction
          .selectFrom('device_write_backs')
          .select('limits')
          .where('device_id', '=', deviceId)
          .where('session_id', '=', each.sessionId)
          .executeTakeFirst();
        const expected = known?.limits ?? limitsOf(each.device);
        if (textOf(expected) !== textOf(before)) return { outcome: 'overtaken', device };
      }
      const excluded = each.limits.excluded.filter((range) => withUnconfirmed || range.is_confirmed);
      after = narrowedLimits(after, { ...each.limits, excluded }) ?? after;
    }
    if (after === before) return { outcome: 'nothing_new', device };
    const { excluded, ...largest } = after;
    const profile = { ...(device.profile ?? deviceProfileSchema.parse({})), excluded };
    const changed = await transaction
      .updateTable('devices')
      .set({ ...largest, profile: JSON.stringify(profile) })
      .where('id', '=', deviceId)
      .returningAll()
      .executeTakeFirstOrThrow();
    // The limits asked for count as the session's own too: it goes on from there.
    for (const { sessionId } of sameDevice) {
      const row = { device_id: deviceId, session_id: sessionId, limits: JSON.stringify(after) };
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
    return { outcome: 'changed', device: changed, change: after };
  });
}

/** Sessions of one device whose write-backs are remembered: a few tasks may read it at once. */
const keptOfDevice = 20;

interface Limited {
  readonly max_registers: number;
  readonly max_bits: number;
  readonly profile?: { readonly excluded: ConfiguredLimits['excluded'] } | null | undefined;
}

function limitsOf({ max_registers, max_bits, profile }: Limited): ConfiguredLimits {
  return { max_registers, max_bits, excluded: profile?.excluded ?? [] };
}

/** The same for the same limits, however their fields are ordered. */
function textOf({ max_registers, max_bits, excluded }: ConfiguredLimits): string {
  return JSON.stringify([max_registers, max_bits, excluded.map(({ table, from, to }) => [table, from, to])]);
}

/** Where it is: at another place stands another device, of which nothing was learned. */
function placeOf(device: Placed): string {
  return unitKey({ ...device, serial: device.serial ?? undefined });
}

type Placed = Pick<StoredDevice, 'protocol' | 'host' | 'port' | 'unit_id'> & {
  readonly serial?: StoredDevice['serial'] | undefined;
};
