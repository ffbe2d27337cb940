import type { SiteView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { Report as ReportPage, ReportValues } from '@holdfast/shared/contracts/http/report-http.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, apiRoot } from '../api/api.ts';
import { type Pages, readPages } from '../evidence/read-pages.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { rangeQuery, type TimeRange } from '../time/time-range.ts';
import type { Split } from './report-search.ts';

export type Report = Pages<ReportPage>;

const sessionsAtMost = 1_000;
const byName = new Intl.Collator('en', { numeric: true });

export interface ReportQuery {
  readonly range: TimeRange;
  readonly split: Split;
  readonly site?: string | undefined;
  readonly session?: string | undefined;
}

const queryOf = ({ range, split, site, session }: ReportQuery, zone: string) => ({
  ...rangeQuery(range, zone),
  ...{ split, site, session },
});

/** The report, read again each time: it belongs to the moment at which it was made. */
export function useReport(reportQuery: ReportQuery) {
  const { ofPlant } = usePlantTime();
  const query = queryOf(reportQuery, ofPlant);
  const { range, ...rest } = reportQuery;
  return useQuery({
    queryKey: ['report', range.from, range.to, ofPlant, rest],
    queryFn: async () => {
      const report = await readPages<ReportPage>('/api/acquisition/report/', query, sessionsAtMost);
      // Incomplete sessions come first; the others follow by name, with numbers in natural order.
      const results = report.results.toSorted(
        (one, other) =>
          (other.counts?.missing ?? 0) - (one.counts?.missing ?? 0) ||
          byName.compare(one.task_code, other.task_code) ||
          byName.compare(one.session_id, other.session_id),
      );
      return { ...report, results, madeAt: new Date() };
    },
    enabled: reportQuery.split !== 'shift' || reportQuery.site !== undefined,
    placeholderData: keepPreviousData,
  });
}

/** Figures of the values in the same report; they take longer than it. */
export function useReportValues(reportQuery: ReportQuery) {
  const { ofPlant } = usePlantTime();
  const { range, ...rest } = reportQuery;
  return useQuery({
    queryKey: ['report', 'values', range.from, range.to, ofPlant, rest],
    queryFn: () => api.get<ReportValues>('/api/acquisition/report/values/', queryOf(reportQuery, ofPlant)),
    enabled: reportQuery.split !== 'shift' || reportQuery.site !== undefined,
  });
}

/** Address of the same report as a table. */
export function csvAddress(reportQuery: ReportQuery & { readonly title: string }, zone: string): string {
  const url = new URL('api/acquisition/report/csv/', apiRoot);
  for (const [name, value] of Object.entries({
    ...queryOf(reportQuery, zone),
    title: reportQuery.title || undefined,
  })) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}

export function useSites() {
  return useQuery({
    queryKey: ['report', 'sites'],
    queryFn: () => api.list('/api/config/sites/', {}, 1_000) as unknown as Promise<SiteView[]>,
    staleTime: 60_000,
  });
}
