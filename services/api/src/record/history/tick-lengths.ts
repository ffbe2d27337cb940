/** A time span in which a device's ticks have one length. */
export interface RatedSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly periodMs: number;
}

/** The length of a device's ticks from a time on, until the next entry. */
export interface TickLength {
  readonly fromMs: number;
  readonly periodMs: number;
}

/** The successive lengths of ticks; while several sessions read a device at once, the shortest counts. */
export function tickLengths(spans: readonly RatedSpan[]): TickLength[] {
  const changes = spans
    .flatMap(({ fromMs, toMs, periodMs }) => [
      { atMs: fromMs, periodMs, by: 1 },
      { atMs: toMs, periodMs, by: -1 },
    ])
    .sort((one, other) => one.atMs - other.atMs);
  const open = new Map<number, number>();
  const lengths: TickLength[] = [];
  for (const [index, { atMs, periodMs, by }] of changes.entries()) {
    const count = (open.get(periodMs) ?? 0) + by;
    if (count > 0) open.set(periodMs, count);
    else open.delete(periodMs);
    // An end and a beginning at the same time are one change. While nothing is read, the former length stands.
    if (changes[index + 1]?.atMs === atMs || open.size === 0) continue;
    const shortest = Math.min(...open.keys());
    if (lengths.at(-1)?.periodMs !== shortest) lengths.push({ fromMs: atMs, periodMs: shortest });
  }
  return lengths;
}

/** The parts of a window that no session reads. */
export function holesBetween(
  spans: readonly RatedSpan[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): { readonly fromMs: number; readonly toMs: number }[] {
  const holes: { fromMs: number; toMs: number }[] = [];
  let atMs = fromMs;
  let lastMs: number | undefined;
  for (const span of spans.toSorted((one, other) => one.fromMs - other.fromMs)) {
    // Between a change of length and the first tick of the new length, no tick is due.
    const isDue = lastMs === undefined || lastMs === span.periodMs || span.fromMs - atMs >= span.periodMs;
    if (span.fromMs > atMs && isDue) holes.push({ fromMs: atMs, toMs: span.fromMs });
    atMs = Math.max(atMs, span.toMs);
    lastMs = span.periodMs;
  }
  if (atMs < toMs) holes.push({ fromMs: atMs, toMs });
  return holes;
}
