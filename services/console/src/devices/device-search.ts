import type { DeviceCondition } from '@holdfast/shared/contracts/http/device-health-http.ts';
import { useParams, useSearch } from '@tanstack/react-router';

/** Written out here: importing them would bring the API's schemas into the first load. */
const conditions = ['failing', 'partly', 'slow', 'unknown', 'healthy'] as const satisfies DeviceCondition[];

/** `undelivered`: devices with points that gave no value in the last 24 hours. */
export const deviceShows = ['all', ...conditions, 'undelivered'] as const;
export type DeviceShow = (typeof deviceShows)[number];

/** Lengths of time that the history of a device may show, in days. */
export const historyDays = [1, 7, 30] as const;
export type HistoryDays = (typeof historyDays)[number];

/** The state of the list in the address; parts that are left out have their defaults. */
export interface DevicesSearch {
  readonly condition?: Exclude<DeviceShow, 'all'> | undefined;
  readonly find?: string | undefined;
  readonly session?: string | undefined;
  /** Length of the shown device's history; a day when left out, which suits a fault that continues. */
  readonly days?: HistoryDays | undefined;
}

/** Leaves out unknown values. */
export function devicesSearch(search: Record<string, unknown>): DevicesSearch {
  const { find, session } = search;
  return {
    condition: deviceShows.filter((each) => each !== 'all').find((each) => each === search.condition),
    find: typeof find === 'string' || typeof find === 'number' ? String(find) : undefined,
    session: typeof session === 'string' ? session : undefined,
    days: historyDays.find((each) => each === search.days),
  };
}

export function useDevicesSearch() {
  const { condition, find = '', session, days = 1 } = useSearch({ from: '/devices' });
  const { device } = useParams({ strict: false });
  const show: DeviceShow = condition ?? 'all';
  return { show, find, session, days, device };
}
