/** The reads of one device on an endpoint. */
export interface DeviceLoad {
  readonly code: string;
  /** Share of the device's ticks. */
  readonly periodMs: number;
  /** ms of the bus in a tick in which all its points are due. */
  readonly fullTickMs: number;
  /** ms of the bus in a second, on average. */
  readonly msPerSecond: number;
}

export interface EndpointVerdict {
  /** 0 to 1 and beyond: how much of the time the bus is busy. */
  readonly busyShare: number;
  /** ms that it takes to read everything once. */
  readonly everythingOnceMs: number;
  readonly shortestPeriodMs: number;
  /**
   * `late_at_times`: there is time enough on the whole, but where everything is due at once it takes the shortest period or
   * longer, so that ticks of the fastest devices are missed then (overrun). `cannot_hold`: also when all of the time is taken
   * up, as nothing is left then in which one late answer could be caught up with.
   */
  readonly verdict: 'holds' | 'late_at_times' | 'cannot_hold';
}

/** True if one endpoint, which answers one request at a time, can serve all its devices. */
export function judgeEndpoint(devices: readonly DeviceLoad[]): EndpointVerdict {
  const busyShare = devices.reduce((sum, { msPerSecond }) => sum + msPerSecond, 0) / 1_000;
  const everythingOnceMs = devices.reduce((sum, { fullTickMs }) => sum + fullTickMs, 0);
  const shortestPeriodMs = devices.reduce(
    (shortest, { periodMs }) => Math.min(shortest, periodMs),
    Number.POSITIVE_INFINITY,
  );
  const verdict = isFull(busyShare)
    ? 'cannot_hold'
    : isFull(everythingOnceMs / shortestPeriodMs)
      ? 'late_at_times'
      : 'holds';
  return { busyShare, everythingOnceMs, shortestPeriodMs, verdict };
}

/** Sums of fractions miss the whole by a little. */
function isFull(share: number): boolean {
  return share >= 1 - 1e-9;
}
