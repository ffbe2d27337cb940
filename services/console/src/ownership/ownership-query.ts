import type { OwnershipPage } from '@holdfast/shared/contracts/http/ownership-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type Pages, readPages } from '../evidence/read-pages.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { askedRange, type TimeRange } from '../time/time-range.ts';

export type Ownership = Pages<OwnershipPage>;

const sessionsAtMost = 1_000;

/** Who held all sessions of a time, the newest sessions first. */
export function useOwnership(range: TimeRange) {
  const { ofPlant } = usePlantTime();
  return useQuery({
    queryKey: ['ownership', range.from, range.to, ofPlant],
    queryFn: () =>
      readPages<OwnershipPage>('/api/acquisition/ownership/', askedRange(range, ofPlant), sessionsAtMost),
    placeholderData: keepPreviousData,
    refetchInterval: range.to === undefined ? 30_000 : false,
  });
}
