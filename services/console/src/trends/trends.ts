import type { PointTrends } from '@holdfast/shared/contracts/http/points-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { askedRange, spanOf, type TimeRange } from '../time/time-range.ts';

const soonestMs = 2_000;
const latestMs = 60_000;

/** The points over a time; a time that goes on is read again as often as it grows by a pixel. */
export function useTrends(
  { points, range, buckets }: { points: readonly string[]; range: TimeRange; buckets: number },
  isPaused: boolean,
) {
  const { ofPlant } = usePlantTime();
  const { from, to, isLive } = spanOf(range, ofPlant, new Date());
  const pixelMs = (to.getTime() - from.getTime()) / buckets;
  return useQuery({
    queryKey: ['trends', points, range, buckets],
    queryFn: () => {
      const asked = askedRange(range, ofPlant);
      return api.get<PointTrends>('/api/acquisition/points/history/', {
        point: points,
        start_time: asked.from,
        end_time: asked.to,
        buckets,
      });
    },
    enabled: points.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: isLive && !isPaused && Math.min(latestMs, Math.max(soonestMs, pixelMs)),
  });
}
