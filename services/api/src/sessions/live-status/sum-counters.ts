import type { DeviceHealth } from '@holdfast/shared/contracts/session-status.ts';

/** The last status that one collector process reported for one placement of a session. */
export interface CounterRow {
  readonly session_id: string;
  readonly epoch: number;
  readonly instance: string;
  readonly points_read: number;
  readonly error_count: number;
  readonly last_read_time: Date | null;
  readonly device_health: Record<string, DeviceHealth>;
  readonly updated_at: Date;
}

export interface LiveTotals {
  readonly pointsRead: number;
  readonly errorCount: number;
  readonly lastReadTime: Date | null;
  readonly deviceHealth: Record<string, DeviceHealth>;
}

/**
 * Adds up the counts of all holders of the session; health is what the present holder, or else the last one, says. For
 * a device that this holder has never read, the last success comes from earlier holders.
 */
export function sumCounters(rows: readonly CounterRow[]): LiveTotals {
  let pointsRead = 0;
  let errorCount = 0;
  let lastReadTime: Date | null = null;
  let freshest: CounterRow | undefined;
  for (const row of rows) {
    pointsRead += row.points_read;
    errorCount += row.error_count;
    if (row.last_read_time && (!lastReadTime || row.last_read_time > lastReadTime)) {
      lastReadTime = row.last_read_time;
    }
    if (!freshest || isFresher(row, freshest)) freshest = row;
  }
  const own = Object.entries(freshest?.device_health ?? {});
  const deviceHealth = Object.fromEntries(
    own.map(([code, health]) => [
      code,
      isUnheard(health) ? { ...health, last_success: lastSuccess(rows, code) } : health,
    ]),
  );
  return { pointsRead, errorCount, lastReadTime, deviceHealth };
}

/** Whether the holder has asked the device and never had an answer; an earlier holder may have had one. */
export function isUnheard({ consecutive_failures, last_success }: DeviceHealth): boolean {
  return consecutive_failures > 0 && last_success === null;
}

function lastSuccess(rows: readonly CounterRow[], code: string): string | null {
  const all = rows.flatMap(({ device_health }) => device_health[code]?.last_success ?? []);
  return all.sort().at(-1) ?? null;
}

/** Compares epochs before times: clocks of collectors may differ, epochs do not. */
function isFresher(row: CounterRow, than: CounterRow): boolean {
  return row.epoch === than.epoch ? row.updated_at > than.updated_at : row.epoch > than.epoch;
}
