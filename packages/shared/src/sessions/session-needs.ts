import type { Specs } from '@holdfast/driver/spec.ts';
import type { TaskConfig } from '../contracts/task-config.ts';
import type { SessionNeeds } from '../domain/session/events.ts';

/**
 * A session's needs are in each of its events, so that a supervisor can place it by the log alone. Endpoints beyond
 * this number are left out, to keep events small: sharing is not looked for on those.
 */
export const maxEndpointsInNeeds = 256;

/**
 * Needs that a session with this configuration has of its collector. Endpoints that any number of collectors may use
 * bind no session.
 */
export function sessionNeeds(
  config: Pick<TaskConfig, 'required_labels'> & {
    readonly devices: readonly Pick<TaskConfig['devices'][number], 'code' | 'protocol' | 'connection'>[];
  },
  specs: Specs,
): SessionNeeds {
  const labels = config.required_labels ?? {};
  // Every machine names its first serial line alike: only with the same labels is it taken for the same line.
  const where = Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(',');
  const endpoints = config.devices.flatMap(({ protocol, connection }) => {
    const endpoint = specs.get(protocol)?.endpoint(connection);
    if (!endpoint?.isExclusive) return [];
    return [endpoint.isLocal ? `${endpoint.key}@${where}` : endpoint.key];
  });
  // Each protocol names its first device.
  const drivers = Object.fromEntries(
    [...config.devices].reverse().map(({ protocol, code }) => [protocol, code]),
  );
  return { labels, drivers, endpoints: [...new Set(endpoints)].sort().slice(0, maxEndpointsInNeeds) };
}
