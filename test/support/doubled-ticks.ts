interface SampleOfTick {
  readonly session: string;
  readonly device: string;
  readonly tick: number;
  readonly period_ms: number;
  /** Set for a part of a tick that is not over, which answers for no tick. */
  readonly part?: number | undefined;
}

/** Ticks of one device that more than one sample answers for, whatever their length: their times distinguish them. */
export function doubledTicks(samples: readonly SampleOfTick[]): string[] {
  const keys = new Set<string>();
  const doubled: string[] = [];
  for (const { session, device, tick, period_ms, part } of samples) {
    if (part !== undefined) continue;
    const key = `${session}/${device}/${tick * period_ms}`;
    if (keys.has(key)) doubled.push(key);
    keys.add(key);
  }
  return doubled;
}

/** Ticks between the first and the last one of each session, device and length that no sample answers for. */
export function missingTicks(samples: readonly SampleOfTick[]): string[] {
  const ticks = new Map<string, Set<number>>();
  for (const { session, device, tick, period_ms, part } of samples) {
    if (part !== undefined) continue;
    const key = `${session}/${device}/${period_ms}`;
    ticks.set(key, (ticks.get(key) ?? new Set()).add(tick));
  }
  return [...ticks].flatMap(([key, tickSet]) => {
    const missing: string[] = [];
    for (let tick = Math.min(...tickSet); tick < Math.max(...tickSet); tick += 1) {
      if (!tickSet.has(tick)) missing.push(`${key}/${tick}`);
    }
    return missing;
  });
}
