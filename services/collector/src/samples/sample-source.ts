import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';

/** The holder, session and device that samples come from. */
export interface SampleSource {
  readonly sessionId: string;
  readonly epoch: number;
  readonly collectorId: string;
  readonly taskId: string;
  readonly device: DeviceConfig;
  readonly periodMs: number;
  /** Set only where it differs from the version with which the session was placed: the log has that one. */
  readonly configVersion?: number | undefined;
}

/** The members that all samples of a source have in common. */
export function membersOf({ sessionId, epoch, collectorId, taskId, device, configVersion }: SampleSource) {
  return {
    session: sessionId,
    epoch,
    collector: collectorId,
    task: taskId,
    device_id: device.id,
    device: device.code,
    site: device.site_code,
    measurement: device.measurement ?? device.code,
    ...(configVersion === undefined ? {} : { config_version: configVersion }),
  };
}
