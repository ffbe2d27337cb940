import type { DeviceHealth } from '@holdfast/shared/contracts/session-status.ts';

/** Points that a device does not give for the same reason, since the same time. */
export interface SilentBlock {
  readonly error: string;
  readonly since: string;
  readonly points: readonly string[];
}

/** The missing points, grouped by the request that asks for them, the longest missing first. */
export function silentBlocks({
  failing_points: points = [],
}: Pick<DeviceHealth, 'failing_points'>): SilentBlock[] {
  const blocks = Map.groupBy(points, ({ error }) => error);
  return [...blocks]
    .map(([error, of]) => ({
      error,
      // The first is the oldest: points come in this order.
      since: of[0]?.since ?? '',
      points: of.map(({ code }) => code),
    }))
    .sort((one, other) => (one.since < other.since ? -1 : 1));
}
