/** A stretch of time, in ms since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Joins neighbouring spans as long as both together are shorter than the length that can be told apart: at most two are left
 * for each such length, however many there were. @param spans in the order of time
 */
export function coarsened<S extends Span>(
  spans: readonly S[],
  leastMs: number,
  join: (one: S, next: S) => S,
): S[] {
  const found: S[] = [];
  for (const span of spans) {
    const last = found.at(-1);
    if (last && Math.max(last.toMs, span.toMs) - last.fromMs < leastMs)
      found[found.length - 1] = join(last, span);
    else found.push(span);
  }
  return found;
}

/** The spans within a time, cut to it. */
export function within<S extends Span>(spans: readonly S[], { fromMs, toMs }: Span): S[] {
  return spans
    .filter((span) => span.toMs > fromMs && span.fromMs < toMs)
    .map((span) => ({ ...span, fromMs: Math.max(span.fromMs, fromMs), toMs: Math.min(span.toMs, toMs) }));
}
