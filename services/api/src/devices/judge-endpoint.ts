/** The load that reading one device puts on its endpoint. */
export interface DeviceLoad {
  readonly code: string;
  /** Period of the device's ticks. */
  readonly periodMs: number;
  /** Time on the bus, in ms, of a tick in which all points are due. */
  readonly fullTickMs: number;
  /** Average time on the bus, in ms per second. */
  readonly msPerSecond: number;
}

export interface EndpointVerdict {
  /** How much of the time the bus is busy: 0 to 1 and beyond. */
  readonly busyShare: number;
  /** Time, in ms, to read everything once. */
  readonly everythingOnceMs: number;
  readonly shortestPeriodMs: number;
  /**
   * `late_at_times`: there is enough time on average, but when everything is due at once, reading takes the shortest
   * period or longer, so ticks of the fastest devices are missed (overrun). `cannot_hold`: there is not enough time, or
   * exactly enough, which leaves none to make up for one late answer.
   */
  readonly verdict: 'holds' | 'late_at_times' | 'cannot_hold';
}

/** Judges whether one endpoint, which answers one request at a time, can serve all its devices. */
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

/** Whether all time is used; sums of fractions miss the whole by a little. */
function isFull(share: number): boolean {
  return share >= 1 - 1e-9;
}
