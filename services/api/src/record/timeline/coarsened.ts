/** A stretch of time, in ms since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Joins neighbouring spans as long as both together are shorter than the length that can be distinguished: at most two are left
 * for each such length, however many there were. @param spans in the order of time
 */
export function coarsened<S extends Span>(
  spans: readonly S[],
  leastMs: number,
  join: (one: S, next: S) => S,
): S[] {
  const joined: S[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last && Math.max(last.toMs, span.toMs) - last.fromMs < leastMs)
      joined[joined.length - 1] = join(last, span);
    else joined.push(span);
  }
  return joined;
}

/** The spans within a time, cut to it. */
export function within<S extends Span>(spans: readonly S[], { fromMs, toMs }: Span): S[] {
  return spans
    .filter((span) => span.toMs > fromMs && span.fromMs < toMs)
    .map((span) => ({ ...span, fromMs: Math.max(span.fromMs, fromMs), toMs: Math.min(span.toMs, toMs) }));
}
