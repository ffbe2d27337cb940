import type { CompletenessView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { CompletenessOfAll } from '@holdfast/shared/contracts/http/completeness-of-all-http.ts';
import type { GapsOfAll } from '@holdfast/shared/contracts/http/gaps-of-all-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import { type Pages, readPages } from '../evidence/read-pages.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { rangeQuery, spanOf, type TimeRange } from '../time/time-range.ts';
import type { MapView } from './completeness-search.ts';

export type Completeness = Pages<CompletenessOfAll>;

const rowsAtMost = 1_000;

export interface MapQuery {
  readonly by: MapView;
  readonly range: TimeRange;
  /** The session or device whose hours are asked; only one of the two. */
  readonly session: string | undefined;
  readonly device: string | undefined;
}

/** The longest day, one on which the clock is set back, in ms. */
const longestDayMs = 25 * 3_600_000;

/** Whether fields are hours: those of one session or device, or of a single day, which would be a single field. */
export function isByHour({ by, range }: Pick<MapQuery, 'by' | 'range'>, zone: string): boolean {
  const { from, to } = spanOf(range, zone, new Date());
  return by === 'hours' || to.getTime() - from.getTime() <= longestDayMs;
}

/** Ticks by day or hour of the plant, or by hour of one session or device. */
export function useCompleteness({ by, range, session, device }: MapQuery) {
  const { ofPlant } = usePlantTime();
  const isHours = by === 'hours';
  const query = {
    ...rangeQuery(range, ofPlant),
    ...(isHours
      ? { interval: '1h', session, device, by: device === undefined ? 'session' : 'device' }
      : { interval: isByHour({ by, range }, ofPlant) ? '1h' : '1d', by }),
  };
  return useQuery({
    queryKey: ['completeness', by, range.from, range.to, ofPlant, isHours && session, isHours && device],
    queryFn: () => readPages<CompletenessOfAll>('/api/acquisition/completeness/', query, rowsAtMost),
    placeholderData: keepPreviousData,
    enabled: !isHours || session !== undefined || device !== undefined,
    // Four weeks of hundreds of sessions take the server some work, and change little within minutes.
    refetchInterval: ({ state }) =>
      range.to === undefined && ((state.data?.results.length ?? 0) > 100 ? 300_000 : 60_000),
  });
}

export interface GapsQuery {
  readonly from: string;
  readonly to: string;
  readonly session?: string | undefined;
  readonly device?: string | undefined;
}

export const gapsAtMost = 200;

/**
 * Gaps of a period, oldest first.
 * @param readAt when the figures next to the gaps were read: gaps are read again together with them
 */
export function useGapsOfAll(gapQuery: GapsQuery | undefined, readAt: number) {
  return useQuery({
    queryKey: ['completeness', 'gaps', gapQuery, readAt],
    queryFn: () => api.get<GapsOfAll>('/api/acquisition/gaps/', { ...gapQuery, limit: gapsAtMost }),
    placeholderData: keepPreviousData,
    enabled: gapQuery !== undefined,
  });
}

/**
 * How many values the points of one session gave in a period, and which points gave none.
 * @param readAt when the figures next to the values were read: values are read again together with them
 */
export function useValuesOfSession({ from, to, session }: GapsQuery, readAt: number) {
  return useQuery({
    queryKey: ['completeness', 'values', session, from, to, readAt],
    queryFn: () =>
      api.get<CompletenessView>(
        `/api/acquisition/sessions/${encodeURIComponent(session ?? '')}/completeness/`,
        {
          ...{ from, to },
        },
      ),
    placeholderData: keepPreviousData,
    enabled: session !== undefined,
  });
}
