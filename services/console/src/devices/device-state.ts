import type {
  DeviceCondition,
  DeviceHealthView,
} from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { DeviceStatus } from '@holdfast/shared/contracts/session-status.ts';
import type { Severity } from '../parts/mark.tsx';

/** Names one device in one session: two sessions may read the same one. */
export function keyOf({ device, session_id }: Pick<DeviceHealthView, 'device' | 'session_id'>): string {
  return `${session_id} ${device}`;
}

/** Undefined when no attention is needed. */
export function severityOf(condition: DeviceCondition): Severity | undefined {
  switch (condition) {
    case 'failing':
      return 2;
    case 'partly':
    case 'slow':
      return 3;
    case 'unknown':
    case 'healthy':
      return undefined;
    default:
      return condition satisfies never;
  }
}

/** The word for a device's state; for a failing device, what fails. */
export function stateKey({
  condition,
  health,
}: Pick<DeviceHealthView, 'condition' | 'health'>): `devices.state.${DeviceStatus | 'partly' | 'unknown'}` {
  if (condition === 'failing' && health) return `devices.state.${health.status}`;
  return `devices.state.${condition === 'failing' ? 'unknown' : condition}`;
}

/** When the device gave a value last; later ticks are missing. */
export function lastGood({ health }: Pick<DeviceHealthView, 'health'>): string | null {
  return health?.last_success ?? null;
}

/** Whether the device has given nothing since its session began, or false while that is not known. */
export function wasNeverRead(view: Pick<DeviceHealthView, 'health' | 'ticks'>): boolean {
  return view.health !== null && lastGood(view) === null && view.ticks?.stored === 0;
}

/** Since when the state lasts; for a device that gives nothing, since its last value, however it has failed meanwhile. */
export function sinceOf(view: Pick<DeviceHealthView, 'condition' | 'since' | 'health'>): string | null {
  return view.condition === 'failing' ? (lastGood(view) ?? view.since) : view.since;
}

/** One of the devices, to stand for all, if they fail for the same reason; undefined where they do not. */
export function deviceForAlike(failingDevices: readonly DeviceHealthView[]): DeviceHealthView | undefined {
  const reasons = new Set(
    failingDevices.map(
      ({ health }) => `${health?.status} ${health?.status === 'error' && health.last_exception?.code}`,
    ),
  );
  return reasons.size === 1 ? failingDevices[0] : undefined;
}
