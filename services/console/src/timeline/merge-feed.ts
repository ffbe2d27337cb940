import type { GapOfSession } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { DeviceChangesPage } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { SessionEventView } from '@holdfast/shared/contracts/http/session-http.ts';

/** Something that happened, from any source. */
export type Happening = { readonly key: string; readonly time: string } & (
  | { readonly kind: 'session'; readonly raw: SessionEventView }
  | { readonly kind: 'device'; readonly raw: DeviceChangesPage['results'][number] }
  | { readonly kind: 'gap'; readonly raw: GapOfSession }
);

export interface FeedSource {
  /** Newest first. */
  readonly rows: readonly Happening[];
  readonly isDone: boolean;
}

/**
 * Merges the rows of several sources, newest first, down to the point where the first of them has not been read further:
 * older rows could still get some in between. @returns also which sources have to be read further
 */
export function mergeFeed(sources: readonly FeedSource[]): {
  readonly rows: readonly Happening[];
  readonly pagesToRead: readonly number[];
} {
  const ends = sources.map(({ rows, isDone }) => (isDone ? Number.NEGATIVE_INFINITY : endOf(rows)));
  const horizon = Math.max(Number.NEGATIVE_INFINITY, ...ends);
  const rows = sources
    .flatMap((source) => source.rows)
    .filter(({ time }) => Date.parse(time) >= horizon)
    .sort((one, other) => Date.parse(other.time) - Date.parse(one.time) || compare(one, other));
  const pagesToRead = ends.flatMap((end, index) =>
    end === horizon && sources[index]?.isDone === false ? [index] : [],
  );
  return { rows, pagesToRead };
}

function endOf(rows: readonly Happening[]): number {
  const last = rows.at(-1);
  return last === undefined ? Number.POSITIVE_INFINITY : Date.parse(last.time);
}

/** Orders events of the same moment as in the log, the last on top. */
function compare(one: Happening, other: Happening): number {
  if (one.kind !== other.kind) return one.kind < other.kind ? 1 : -1;
  if (one.kind === 'gap' || other.kind === 'gap') return 0;
  return other.raw.sequence - one.raw.sequence;
}
