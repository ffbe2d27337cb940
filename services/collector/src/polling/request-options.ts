import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { RequestOptions } from '../ports.ts';

/** What each request says of the device that it goes to. */
export function requestOptions({ unit_id, timeout_ms, profile }: DeviceConfig): RequestOptions {
  return {
    unitId: unit_id,
    timeoutMs: timeout_ms,
    ...(profile?.accept_unit_zero ? { acceptUnitZero: true } : {}),
    ...(profile?.connect_pause_ms ? { connectPauseMs: profile.connect_pause_ms } : {}),
    ...(profile?.single_connection ? { singleConnection: true } : {}),
  };
}
