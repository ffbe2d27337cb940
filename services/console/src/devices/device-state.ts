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

/** Undefined when nobody needs to look. */
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

/** The word for how a device is: what fails, where something does. */
export function stateKey({
  condition,
  health,
}: Pick<DeviceHealthView, 'condition' | 'health'>): `devices.state.${DeviceStatus | 'partly' | 'unknown'}` {
  if (condition === 'failing' && health) return `devices.state.${health.status}`;
  return `devices.state.${condition === 'failing' ? 'unknown' : condition}`;
}

/** When it gave a value last; what it gave none since is missing. */
export function lastGood({ health }: Pick<DeviceHealthView, 'health'>): string | null {
  return health?.last_success ?? null;
}

/** Whether it gave nothing for as long as its session runs; while nobody can say, it is not said. */
export function wasNeverRead(view: Pick<DeviceHealthView, 'health' | 'ticks'>): boolean {
  return view.health !== null && lastGood(view) === null && view.ticks?.stored === 0;
}

/** Since when it is as it is: a device that gives nothing, since it gave something last, whatever way it has failed meanwhile. */
export function sinceOf(view: Pick<DeviceHealthView, 'condition' | 'since' | 'health'>): string | null {
  return view.condition === 'failing' ? (lastGood(view) ?? view.since) : view.since;
}

/** One of devices that all fail for the same reason; undefined where they do not. */
export function deviceForAlike(failing: readonly DeviceHealthView[]): DeviceHealthView | undefined {
  const reasons = new Set(
    failing.map(
      ({ health }) => `${health?.status} ${health?.status === 'error' && health.last_exception?.code}`,
    ),
  );
  return reasons.size === 1 ? failing[0] : undefined;
}
