import { isDeepStrictEqual } from 'node:util';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { ConfigChange } from '@holdfast/shared/domain/session/events.ts';
import type { TaskContent } from '../../configuration/task-snapshot.ts';

type Content = Pick<TaskContent, 'period_ms' | 'devices'>;

/** An event has room for this many device codes. */
const mostCodes = 20;

/** The devices that the next content of a task adds, drops or reads differently. */
export function devicesThatChange(from: Content, next: Content) {
  const before = new Map(from.devices.map((device) => [device.id, device]));
  const after = new Set(next.devices.map(({ id }) => id));
  const isPeriodAlike = (device: DeviceConfig) =>
    from.period_ms === next.period_ms || device.points.every(({ period_ms }) => period_ms !== undefined);
  const added = next.devices.filter(({ id }) => !before.has(id));
  const removed = from.devices.filter(({ id }) => !after.has(id));
  const changed = next.devices.filter((device) => {
    const former = before.get(device.id);
    return former && !(isPeriodAlike(device) && isDeepStrictEqual(former, device));
  });
  return { added, removed, changed };
}

/** The change of devices in the form that an event has. */
export function changeOfDevices(from: Content, next: Content): ConfigChange {
  const { added, removed, changed } = devicesThatChange(from, next);
  return {
    ...{ added: added.length, removed: removed.length, changed: changed.length },
    codes: [...changed, ...added, ...removed].slice(0, mostCodes).map(({ code }) => code),
  };
}
