import type { TickCountsView, ValueCountsView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { CompletenessRow } from '@holdfast/shared/contracts/http/completeness-of-all-http.ts';
import type { Period } from '@holdfast/shared/domain/plant-clock.ts';
import type { TimeRange } from '../../times/time-range.ts';
import { countsOf } from '../accounting/count-ticks.ts';
import { countNeverDelivered, sumOfValues, valuesOf } from '../accounting/count-values.ts';
import { DueTimes } from './due-times.ts';
import type { Evidence } from './evidence.ts';
import { type TickCounts, tickColumns } from './tick-columns.ts';

interface Total {
  counts: TickCountsView;
  values: ValueCountsView | null;
  /** From the latest session that has read the device. */
  neverDelivered: number | null | undefined;
  columns: TickCounts;
  readonly due: DueTimes;
}

/** Sums up the ticks of devices over the sessions that have read them; only the sums are kept, not the ticks. */
export class DeviceTotals {
  readonly #periods: readonly Period[] | undefined;
  readonly #totals: Map<string, Total>;

  /** @param codes of the devices, in the order of the answer */
  constructor(codes: readonly string[], periods: readonly Period[] | undefined, time: TimeRange) {
    this.#periods = periods;
    this.#totals = new Map(
      codes.map((code) => [
        code,
        {
          counts: countsOf([]),
          values: valuesOf([]),
          neverDelivered: undefined,
          columns: tickColumns([], periods ?? []),
          due: new DueTimes(periods ?? [], time),
        },
      ]),
    );
  }

  add({ devices = [] }: Evidence): void {
    for (const device of devices) {
      const total = this.#totals.get(device.device);
      if (!total) continue;
      total.counts = sumOf(total.counts, countsOf([device]));
      total.values = sumOfValues(total.values, valuesOf([device]));
      total.due.add([device]);
      if (this.#periods) total.columns = columnsOf(total.columns, tickColumns([device], this.#periods));
    }
    for (const [code, ofLengths] of Map.groupBy(devices, ({ device }) => device)) {
      const total = this.#totals.get(code);
      if (total && total.neverDelivered === undefined) total.neverDelivered = countNeverDelivered(ofLengths);
    }
  }

  /** @param sitesOf codes of the sites where the devices are now */
  rows(sitesOf: ReadonlyMap<string, string>): CompletenessRow[] {
    return [...this.#totals].map(([device, { counts, values, neverDelivered: never = 0, columns, due }]) => ({
      ...{ session_id: null, task_code: null, task_name: null, status: null },
      device,
      sites: [sitesOf.get(device) ?? ''],
      counts,
      values,
      never_delivered: never,
      by_period: this.#periods ? { ...columns, due: due.view() } : null,
    }));
  }
}

function sumOf(one: TickCountsView, other: TickCountsView): TickCountsView {
  const expected = one.expected + other.expected;
  const stored = one.stored + other.stored;
  const byCause = { ...one.missing_by_cause };
  for (const [cause, ticks] of Object.entries(other.missing_by_cause) as [keyof typeof byCause, number][]) {
    byCause[cause] = (byCause[cause] ?? 0) + ticks;
  }
  return {
    ...{ expected, stored },
    quarantined: one.quarantined + other.quarantined,
    missing: one.missing + other.missing,
    missing_by_cause: byCause,
    completeness: expected === 0 ? null : stored / expected,
  };
}

function columnsOf(one: TickCounts, other: TickCounts): TickCounts {
  const added = (into: readonly number[], from: readonly number[]) =>
    into.map((ticks, period) => ticks + (from[period] ?? 0));
  return {
    expected: added(one.expected, other.expected),
    stored: added(one.stored, other.stored),
    quarantined: together([...one.quarantined, ...other.quarantined], ({ period }) => String(period)),
    missing: together([...one.missing, ...other.missing], ({ period, cause }) => `${period} ${cause}`),
  };
}

function together<T extends { readonly period: number; readonly ticks: number }>(
  parts: readonly T[],
  keyOf: (part: T) => string,
): T[] {
  const sumByKey = new Map<string, T>();
  for (const part of parts) {
    const sum = sumByKey.get(keyOf(part));
    sumByKey.set(keyOf(part), sum ? { ...sum, ticks: sum.ticks + part.ticks } : part);
  }
  return [...sumByKey.values()].sort((one, other) => one.period - other.period);
}
