import type { LearnedLimits } from '@holdfast/shared/contracts/session-status.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { Database } from '../../database/open-database.ts';
import type { TaskConfigs } from '../../ports.ts';
import type { LiveStatus } from '../../sessions/live-status/live-status.ts';

/** The limits that a session has learned of a device. */
export interface ToldLimits {
  readonly sessionId: string;
  readonly collectorId: string;
  readonly deviceCode: string;
  readonly limits: LearnedLimits;
}

/** The same with the device as it was configured when the session began. */
export interface ShownLimits extends ToldLimits {
  readonly device: DeviceConfig;
}

export interface ShownLimitsSources {
  readonly database: Database;
  readonly liveStatus: Pick<LiveStatus, 'lastWords'>;
  readonly taskConfigs: () => Pick<TaskConfigs, 'load'>;
}

/** By the latest session of each task, as far as this process has heard of it. */
export function toldLimits(liveStatus: Pick<LiveStatus, 'lastWords'>): ToldLimits[] {
  return [...liveStatus.lastWords()].flatMap(({ session, collector, device_health }) =>
    Object.entries(device_health).flatMap(([deviceCode, { learned_limits: limits }]) =>
      limits ? [{ sessionId: session, collectorId: collector, deviceCode, limits }] : [],
    ),
  );
}

/** Limits of one device, by its code. @throws BrokerUnavailable, DatabaseUnavailable */
export async function shownLimits(
  { database, liveStatus, taskConfigs }: ShownLimitsSources,
  deviceCode: string,
): Promise<ShownLimits[]> {
  const shown: ShownLimits[] = [];
  for (const told of toldLimits(liveStatus)) {
    if (told.deviceCode !== deviceCode) continue;
    const session = await database
      .selectFrom('sessions')
      .select(['task_id', 'config_version'])
      .where('session_id', '=', told.sessionId)
      .executeTakeFirst();
    if (!session) continue;
    const loaded = await taskConfigs().load(String(session.task_id), session.config_version);
    const device = loaded.ok ? loaded.config.devices.find(({ code }) => code === deviceCode) : undefined;
    if (device) shown.push({ ...told, device });
  }
  return shown;
}
