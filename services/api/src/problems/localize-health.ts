import type { ShownHealth } from '@holdfast/shared/contracts/http/shown-health-http.ts';
import type { DeviceHealth } from '@holdfast/shared/contracts/session-status.ts';
import { localize } from './localize.ts';

/** What a collector reports about a device, in the language of the request that is being answered. */
export function localizeHealth({
  last_error,
  failing_points,
  last_exception,
  learned,
  ...health
}: DeviceHealth): ShownHealth {
  return {
    ...health,
    last_error: last_error && localize(last_error),
    ...(failing_points && {
      failing_points: failing_points.map((each) => ({ ...each, error: localize(each.error) })),
    }),
    ...(last_exception && { last_exception: { ...last_exception, text: localize(last_exception.text) } }),
    ...(learned && { learned: learned.map(localize) }),
  };
}

export const localizeHealthOfAll = (
  devices: Readonly<Record<string, DeviceHealth>>,
): Record<string, ShownHealth> =>
  Object.fromEntries(Object.entries(devices).map(([code, health]) => [code, localizeHealth(health)]));
