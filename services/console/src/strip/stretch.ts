/** A stretch of time, in ms since 1970, or of a whole, from 0 to 1. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The parts without what the others cover; a part that another one splits becomes two. */
export function without<P extends Stretch>(parts: readonly P[], others: readonly Stretch[]): P[] {
  return others.reduce<P[]>(
    (rest, other) =>
      rest.flatMap((part) =>
        other.to <= part.from || other.from >= part.to
          ? [part]
          : [
              { ...part, to: other.from },
              { ...part, from: other.to },
            ].filter(({ from, to }) => to > from),
      ),
    [...parts],
  );
}
