import type { LearnedLimits } from '@holdfast/shared/contracts/session-status.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { LiveStatus } from '../../sessions/live-status/live-status.ts';
import { type SessionConfigSources, sessionConfig } from '../session-config.ts';

/** The limits that a session has learned about a device. */
export interface ReportedLimits {
  readonly sessionId: string;
  readonly collectorId: string;
  readonly deviceCode: string;
  readonly limits: LearnedLimits;
}

/** The same, with the device as it was configured when the session began. */
export interface DeviceLimits extends ReportedLimits {
  readonly device: DeviceConfig;
}

export interface DeviceLimitsSources extends SessionConfigSources {
  readonly liveStatus: Pick<LiveStatus, 'lastWords'>;
}

/** The limits learned by the latest session of each task, as far as this process has heard. */
export function reportedLimits(liveStatus: Pick<LiveStatus, 'lastWords'>): ReportedLimits[] {
  return [...liveStatus.lastWords()].flatMap(({ session, collector, device_health }) =>
    Object.entries(device_health).flatMap(([deviceCode, { learned_limits: limits }]) =>
      limits ? [{ sessionId: session, collectorId: collector, deviceCode, limits }] : [],
    ),
  );
}

/** The learned limits of one device, by its code. @throws BrokerUnavailable, DatabaseUnavailable */
export async function deviceLimits(
  sources: DeviceLimitsSources,
  deviceCode: string,
): Promise<DeviceLimits[]> {
  const ofDevice: DeviceLimits[] = [];
  for (const reported of reportedLimits(sources.liveStatus)) {
    if (reported.deviceCode !== deviceCode) continue;
    const config = await sessionConfig(sources, reported.sessionId);
    const device = config?.devices.find(({ code }) => code === deviceCode);
    if (device) ofDevice.push({ ...reported, device });
  }
  return ofDevice;
}
