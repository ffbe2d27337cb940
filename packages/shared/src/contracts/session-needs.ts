import {
  type EndpointFields,
  endpointKey,
  endpointOf,
} from '@holdfast/driver-modbus/layout/endpoint-address.ts';
import type { SessionNeeds } from '../domain/session/events.ts';
import type { TaskConfig } from './task-config.ts';

/**
 * A session's needs stand in each of its events, so that a supervisor can place it by the log alone. Beyond so
 * many endpoints the rest is left out, to keep events small: sharing is not looked for on those.
 */
export const maxEndpointsInNeeds = 256;

/** Demands of a session with this configuration on its collector. */
export function sessionNeeds(
  config: Pick<TaskConfig, 'required_labels'> & {
    readonly devices: readonly EndpointFields[];
  },
): SessionNeeds {
  const labels = config.required_labels ?? {};
  // Every machine names its first serial line alike: only with the same labels is it taken for the same line.
  const where = Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(',');
  const endpoints = config.devices.map(endpointOf).map((address) => {
    const key = endpointKey(address);
    return address.kind === 'serial' ? `${key}@${where}` : key;
  });
  return { labels, endpoints: [...new Set(endpoints)].sort().slice(0, maxEndpointsInNeeds) };
}
