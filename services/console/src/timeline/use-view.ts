import type { Timeline } from '@holdfast/shared/contracts/http/timeline-http.ts';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Stretch } from '../strip/stretch.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { rangeQuery, spanOf } from '../time/time-range.ts';
import { useTimelineSearch } from './timeline-search.ts';

/** Time without a move until the address follows. It waits while the user zooms. */
const settledMs = 250;
const dayMs = 86_400_000;

export interface View {
  /** The session's life so far. */
  readonly all: Stretch;
  readonly isLive: boolean;
  /** The time requested from the API. */
  readonly query: { readonly from?: string; readonly to?: string };
  /** The drawn time, which may be ahead of the data. @param line the data that were read last */
  stretchFor(line: Timeline | undefined): Stretch;
  show(next: Stretch): void;
  goLive(): void;
  holdStill(now: Stretch): void;
}

/** The visible part of a session's life, kept in the address. @param whole its life, or undefined until it is known */
export function useView(whole: Timeline | undefined): View {
  const { from, to } = useTimelineSearch();
  const plant = usePlantTime();
  const navigate = useNavigate({ from: '/sessions/$id/timeline' });
  const [movingView, setMovingView] = useState<Stretch>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is what counts, wherever it came from
  useEffect(() => setMovingView(undefined), [from, to]);

  const startedAt = whole ? Date.parse(whole.started_at) : 0;
  const endedAt = whole?.stopped_at == null ? undefined : Date.parse(whole.stopped_at);
  const asOf = whole ? Date.parse(whole.as_of) : 0;
  const isLive = to === undefined && endedAt === undefined;
  const isLong = asOf - startedAt > dayMs;
  const query = useMemo(() => {
    if (from !== undefined) return rangeQuery({ from, to }, plant.ofPlant);
    if (endedAt !== undefined) return { to: new Date(endedAt).toISOString() };
    // A day, or the whole of a shorter life.
    return isLong ? { from: '-24h' } : {};
  }, [from, to, plant.ofPlant, endedAt, isLong]);

  const commit = useCallback(
    (next: { from: string; to: string | undefined }) =>
      void navigate({ search: (before) => ({ ...before, ...next }), replace: true }),
    [navigate],
  );
  const show = useCallback(
    (next: Stretch) => {
      setMovingView(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(
        () => commit({ from: new Date(next.from).toISOString(), to: new Date(next.to).toISOString() }),
        settledMs,
      );
    },
    [commit],
  );
  return {
    all: { from: startedAt, to: Math.max(startedAt + 1_000, endedAt ?? Math.max(asOf, Date.now())) },
    isLive,
    query,
    stretchFor: (line) => {
      if (movingView) return movingView;
      if (from !== undefined && to !== undefined) {
        const span = spanOf({ from, to }, plant.ofPlant, new Date());
        return { from: span.from.getTime(), to: span.to.getTime() };
      }
      return line
        ? { from: Date.parse(line.from), to: Date.parse(line.to) }
        : { from: startedAt, to: Math.max(startedAt + 1_000, endedAt ?? asOf) };
    },
    show,
    goLive: () => {
      const length = movingView ?? (from && to ? { from: Date.parse(from), to: Date.parse(to) } : undefined);
      const minutes = length ? Math.max(1, Math.round((length.to - length.from) / 60_000)) : 1_440;
      commit({ from: minutes < 10_000 ? `-${minutes}m` : `-${Math.round(minutes / 60)}h`, to: undefined });
    },
    holdStill: (now) =>
      commit({ from: new Date(now.from).toISOString(), to: new Date(now.to).toISOString() }),
  };
}
