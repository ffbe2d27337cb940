/** Ticks of one device that more than one sample answers for. */
export function doubledTicks(
  samples: readonly { session: string; device: string; tick: number }[],
): string[] {
  const seen = new Set<string>();
  const doubled: string[] = [];
  for (const { session, device, tick } of samples) {
    const key = `${session}/${device}/${tick}`;
    if (seen.has(key)) doubled.push(key);
    seen.add(key);
  }
  return doubled;
}

/** Ticks between the first and the last one of each session and device that no sample answers for. */
export function missingTicks(
  samples: readonly { session: string; device: string; tick: number }[],
): string[] {
  const ticks = new Map<string, Set<number>>();
  for (const { session, device, tick } of samples) {
    const key = `${session}/${device}`;
    ticks.set(key, (ticks.get(key) ?? new Set()).add(tick));
  }
  return [...ticks].flatMap(([key, seen]) => {
    const missing: string[] = [];
    for (let tick = Math.min(...seen); tick < Math.max(...seen); tick += 1) {
      if (!seen.has(tick)) missing.push(`${key}/${tick}`);
    }
    return missing;
  });
}
