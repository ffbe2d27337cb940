import type { ReportPart, ReportRow } from '@holdfast/shared/contracts/http/report-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import {
  type Period,
  type PlantClock,
  periodsOf,
  shiftsWithin,
} from '@holdfast/shared/domain/plant-clock.ts';
import type { Database } from '../../database/open-database.ts';
import { Problem, validationFailed } from '../../problems/problem.ts';
import { tooManyPeriods } from '../../problems/too-many-periods.ts';
import type { TimeRange } from '../../times/time-range.ts';
import { countsOf } from '../accounting/count-ticks.ts';
import { DueTimes } from './due-times.ts';
import { sessionOf } from './evidence.ts';
import type { EvidenceWithHolders } from './evidence-with-holders.ts';
import { jointGaps } from './joint-gaps.ts';
import { evidenceText } from './texts.ts';
import { countsOfPeriods, tickColumns } from './tick-columns.ts';

export type Part = Period & { readonly name: string };

const partsAtMost = 400;
const gapsAtMost = 100;
const dayMs = 86_400_000;

/**
 * The parts of a report, within its time.
 * @throws Problem for shifts without a site, or for a site that has no shifts
 */
export async function partsOf(
  database: Database,
  {
    clock,
    time: { from, to },
    split,
    site,
  }: {
    readonly clock: PlantClock;
    readonly time: TimeRange;
    readonly split: 'none' | 'day' | 'shift';
    readonly site: string | undefined;
  },
): Promise<Part[]> {
  const window = { fromMs: from.getTime(), toMs: to.getTime() };
  const isLong = (window.toMs - window.fromMs) / dayMs > partsAtMost;
  if (split !== 'none' && isLong) throw tooManyPeriods(partsAtMost);
  switch (split) {
    case 'none':
      return [{ name: '', ...window }];
    case 'day':
      return cut(
        periodsOf(clock, { ...window, intervalMs: dayMs }).map((period) => ({ name: '', ...period })),
        window,
      );
    case 'shift': {
      if (site === undefined) {
        throw validationFailed([{ path: 'site', message: fieldText('site_needed_for_shifts') }]);
      }
      const siteRow = await database
        .selectFrom('sites')
        .select('shifts')
        .where('code', '=', site)
        .executeTakeFirst();
      const shifts = siteRow?.shifts ?? [];
      if (shifts.length === 0) {
        throw new Problem('site_has_no_shifts', evidenceText('site_has_no_shifts'));
      }
      const parts = cut(shiftsWithin(clock, shifts, window), window);
      if (parts.length > partsAtMost) throw tooManyPeriods(partsAtMost);
      return parts;
    }
    default:
      return split satisfies never;
  }
}

function cut(parts: readonly Part[], { fromMs, toMs }: Period): Part[] {
  return parts.map((part) => ({
    name: part.name,
    fromMs: Math.max(part.fromMs, fromMs),
    toMs: Math.min(part.toMs, toMs),
  }));
}

export function partView({ name, fromMs, toMs }: Part): ReportPart {
  return { name, start_time: new Date(fromMs).toISOString(), end_time: new Date(toMs).toISOString() };
}

/** A row whose gaps name the events from which they follow by sequence. */
export type UntoldRow = Omit<ReportRow, 'gaps'> & {
  readonly gaps: readonly (Omit<ReportRow['gaps'][number], 'events'> & {
    readonly events: readonly number[];
  })[];
};

/** Makes the row of a session in a report: what is there, what is missing and why, and who held it. */
export function reportRow(
  { row, devices, spans }: EvidenceWithHolders,
  parts: readonly Part[],
  time: TimeRange,
): UntoldRow {
  const due = new DueTimes(parts, time);
  due.add(devices ?? []);
  const gaps = jointGaps(devices ?? []);
  const lengthOf = ({ start_time, end_time }: (typeof gaps)[number]['view']) =>
    Date.parse(end_time) - Date.parse(start_time);
  const longest = gaps
    .toSorted((one, other) => lengthOf(other.view) - lengthOf(one.view))
    .slice(0, gapsAtMost)
    .sort((one, other) => one.startMs - other.startMs);
  return {
    ...sessionOf(row),
    counts: devices ? countsOf(devices) : null,
    by_part: devices ? countsOfPeriods(tickColumns(devices, parts)) : [],
    due: due.view().map(({ period: part, from, to }) => ({ part, from, to })),
    holders: spans,
    gaps: longest.map(({ view, events }) => ({ ...view, events })),
    gaps_left_out: gaps.length - longest.length,
  };
}
