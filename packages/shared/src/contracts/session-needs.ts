import type { SessionNeeds } from '../domain/session/events.ts';
import type { TaskConfig } from './task-config.ts';

/**
 * A session's needs stand in each of its events, so that a supervisor can place it by the log alone. Beyond so
 * many endpoints the rest is left out, to keep events small: sharing is not looked for on those.
 */
export const maxEndpointsInNeeds = 256;

/** What a session on this configuration asks of its collector. */
export function sessionNeeds(
  config: Pick<TaskConfig, 'required_labels'> & {
    readonly devices: readonly { readonly host: string; readonly port: number }[];
  },
): SessionNeeds {
  const endpoints = [...new Set(config.devices.map(({ host, port }) => `${host}:${port}`))].sort();
  return { labels: config.required_labels ?? {}, endpoints: endpoints.slice(0, maxEndpointsInNeeds) };
}
