import type { JointGap } from '@holdfast/shared/contracts/http/gaps-of-all-http.ts';
import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';
import type { DeviceAccount } from '../accounting/account-for-session.ts';
import { gapDetail } from '../accounting/gap-details.ts';

const devicesNamed = 20;
const leastApartMs = 2_000;

interface Joint {
  readonly cause: GapCause;
  readonly events: readonly number[];
  readonly firstMs: number;
  readonly firstEndMs: number;
  startMs: number;
  endMs: number;
  ticks: number;
  readonly devices: Set<string>;
}

/** A gap with its place in time. */
export interface PlacedJointGap {
  readonly startMs: number;
  /** Sequences of the events from which the gap follows. */
  readonly events: readonly number[];
  readonly view: Omit<JointGap, 'events'>;
}

/**
 * Lists the gaps of a session's devices, oldest first. Gaps with the same cause and events that begin and end at the
 * same time, at most two ticks apart, are joined: all devices of a lost collector miss the same seconds. A device that
 * misses more stays apart.
 */
export function jointGaps(
  devices: readonly Pick<DeviceAccount, 'device' | 'periodMs' | 'gaps'>[],
): PlacedJointGap[] {
  const all = devices
    .flatMap(({ device, periodMs, gaps }) =>
      gaps.map(({ cause, from, to, events }) => ({
        ...{ device, cause, events, ticks: to - from + 1 },
        ...{ startMs: from * periodMs, endMs: (to + 1) * periodMs },
        apartMs: Math.max(leastApartMs, 2 * periodMs),
      })),
    )
    .sort((one, other) => one.startMs - other.startMs);
  const joints: Joint[] = [];
  /** By cause, the joint gaps that began recently enough for another gap to join them. */
  const open = new Map<GapCause, Joint[]>();
  for (const { device, cause, events, startMs, endMs, ticks, apartMs } of all) {
    const recent = (open.get(cause) ?? []).filter(({ firstMs }) => startMs - firstMs <= apartMs);
    const fitting = recent.find(
      (joint) =>
        Math.abs(endMs - joint.firstEndMs) <= apartMs &&
        !joint.devices.has(device) &&
        String(joint.events) === String(events),
    );
    if (fitting) {
      fitting.endMs = Math.max(fitting.endMs, endMs);
      fitting.ticks += ticks;
      fitting.devices.add(device);
    } else {
      const joint = {
        ...{ cause, events, firstMs: startMs, firstEndMs: endMs },
        ...{ startMs, endMs, ticks, devices: new Set([device]) },
      };
      joints.push(joint);
      recent.push(joint);
    }
    open.set(cause, recent);
  }
  return joints.map(({ cause, events, startMs, endMs, ticks, devices: missed }) => ({
    startMs,
    events,
    view: {
      cause,
      detail: gapDetail(cause),
      start_time: new Date(startMs).toISOString(),
      end_time: new Date(endMs).toISOString(),
      ticks,
      devices: [...missed].slice(0, devicesNamed),
      device_count: missed.size,
    },
  }));
}
