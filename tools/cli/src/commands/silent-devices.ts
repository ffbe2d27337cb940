import type { ApiClient } from '@holdfast/api-client/api-client.ts';
import type { SessionLiveView } from '@holdfast/shared/contracts/http/session-http.ts';
import type { ShownHealth } from '@holdfast/shared/contracts/http/shown-health-http.ts';
import { ApiRefused } from '../api-refused.ts';
import { sessionPath, sessionsPath } from './session-lists.ts';

/** Sessions asked at a time: enough not to take minutes for thousands, and few enough for the API to serve others. */
const askedAtOnce = 8;

export interface SilentDevice {
  readonly session_id: string;
  readonly task_code: string;
  readonly device: string;
  readonly status: ShownHealth['status'];
  readonly last_success: string | null;
  readonly last_error: string | null;
  /** Share of the ticks of the last five minutes that were lost to overruns. */
  readonly overrun_share?: number | undefined;
}

export interface DeviceVerdict {
  /** Devices of running sessions whose health is known. */
  readonly count: number;
  /** Silent devices by session and device. */
  readonly silent: readonly SilentDevice[];
  /** Devices that lose ticks because they take too long. */
  readonly slow: readonly SilentDevice[];
}

/**
 * Devices of running sessions that do not answer, or are too slow for their period. A refusal counts as an answer, and
 * paused sessions read no devices.
 * @throws CliError when a session's state cannot be read
 */
export async function silentDevices(api: ApiClient): Promise<DeviceVerdict> {
  const running = await api.list(`${sessionsPath}/`, { status: 'running' }, Number.POSITIVE_INFINITY);
  const ids = running.map(({ id }) => String(id));
  const failing: SilentDevice[][] = ids.map(() => []);
  let count = 0;
  let next = 0;
  const askOn = async () => {
    for (let index = next++; index < ids.length; index = next++) {
      const session = await statusOf(api, ids[index] ?? '');
      if (session?.status !== 'running') continue;
      const devices = Object.entries(session.metadata.device_health);
      count += devices.length;
      failing[index] = devices
        .filter(([, { status }]) => status !== 'healthy' && status !== 'error')
        .map(([device, { status, last_success, last_error, overrun_share }]) => ({
          session_id: session.id,
          task_code: session.task_code,
          device,
          status,
          last_success,
          last_error,
          overrun_share,
        }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(askedAtOnce, ids.length) }, askOn));
  const isSlow = ({ status }: SilentDevice) => status === 'slow';
  const rows = failing.flat();
  return { count, silent: rows.filter((device) => !isSlow(device)), slow: rows.filter(isSlow) };
}

/** @returns undefined when the session has been cleaned up meanwhile */
async function statusOf(api: ApiClient, id: string): Promise<SessionLiveView | undefined> {
  try {
    return await api.get<SessionLiveView>(`${sessionPath(id)}/status/`);
  } catch (error) {
    if (error instanceof ApiRefused && error.code === 'session_not_found') return undefined;
    throw error;
  }
}
