import type { GapsOfAll } from '@holdfast/shared/contracts/http/gaps-of-all-http.ts';
import type { OwnershipPage } from '@holdfast/shared/contracts/http/ownership-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Pages, readPages } from '../evidence/read-pages.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { rangeQuery, type TimeRange } from '../time/time-range.ts';
import { type Absence, joinOverlaps } from './lane-parts.ts';

export type Ownership = Pages<OwnershipPage>;

const sessionsAtMost = 1_000;

/** Who held the sessions of a time, newest sessions first. */
export function useOwnership(range: TimeRange) {
  const { ofPlant } = usePlantTime();
  return useQuery({
    queryKey: ['ownership', range.from, range.to, ofPlant],
    queryFn: () =>
      readPages<OwnershipPage>('/api/acquisition/ownership/', rangeQuery(range, ofPlant), sessionsAtMost),
    placeholderData: keepPreviousData,
    refetchInterval: range.to === undefined ? 30_000 : false,
  });
}

const awayAtMost = 1_000;

/** Times, by session, in which its holder was restarted and went on under the same epoch: the log does not show them. */
export function useAbsences(range: TimeRange): ReadonlyMap<string, readonly Absence[]> {
  const { ofPlant } = usePlantTime();
  const { data } = useQuery({
    queryKey: ['ownership', 'away', range.from, range.to, ofPlant],
    queryFn: () =>
      readPages<GapsOfAll>(
        '/api/acquisition/gaps/',
        { ...rangeQuery(range, ofPlant), cause: 'restart,delivered_late' },
        awayAtMost,
      ),
    placeholderData: keepPreviousData,
    refetchInterval: range.to === undefined ? 30_000 : false,
  });
  return useMemo(() => {
    // Where an event has led to ticks that were delivered late, the session went to another holder.
    const restarts = (data?.results ?? []).filter(({ events }) => events.length === 0);
    const bySession = Map.groupBy(restarts, ({ session_id }) => session_id);
    return new Map(
      [...bySession].map(([session, gaps]) => [
        session,
        joinOverlaps(gaps.map((gap) => ({ from: Date.parse(gap.start_time), to: Date.parse(gap.end_time) }))),
      ]),
    );
  }, [data]);
}
