import type {
  NeverDeliveredView,
  ValueCountsView,
  valueCauses,
} from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { ValueCounts } from '@holdfast/shared/domain/gaps/point-values.ts';
import type { DeviceAccount } from './account-for-session.ts';

type Cause = (typeof valueCauses)[number];

export function valuesView({ expected, delivered, byCause }: ValueCounts): ValueCountsView {
  return { expected, delivered, by_cause: byCause as Partial<Record<Cause, number>> };
}

/** The values of all these devices together, or null if those of any device are not known. */
export function valuesOf(devices: readonly Pick<DeviceAccount, 'values'>[]): ValueCountsView | null {
  let sum: ValueCountsView | null = valuesView({ expected: 0, delivered: 0, byCause: {} });
  for (const { values } of devices) sum = sumOfValues(sum, values ? valuesView(values) : null);
  return sum;
}

export function sumOfValues(
  one: ValueCountsView | null,
  other: ValueCountsView | null,
): ValueCountsView | null {
  if (!one || !other) return null;
  const byCause = { ...one.by_cause };
  for (const [cause, values] of Object.entries(other.by_cause) as [Cause, number][]) {
    byCause[cause] = (byCause[cause] ?? 0) + values;
  }
  return {
    expected: one.expected + other.expected,
    delivered: one.delivered + other.delivered,
    by_cause: byCause,
  };
}

/**
 * The points of one device that some stored tick lacks, over all lengths of its ticks, or undefined if one of these is not
 * known.
 */
export function pointsOf(
  ofLengths: readonly Pick<DeviceAccount, 'values'>[],
): ({ readonly point: string } & ValueCountsView)[] | undefined {
  const points = new Map<string, ValueCountsView>();
  for (const { values } of ofLengths) {
    if (!values) return undefined;
    for (const { code, ...counts } of values.points) {
      const before = points.get(code) ?? null;
      points.set(code, sumOfValues(before, valuesView(counts)) ?? valuesView(counts));
    }
  }
  return [...points].map(([point, counts]) => ({ point, ...counts }));
}

/**
 * Counts the points that gave nothing. Points on which a subscribed device has reported nothing do not count. It may
 * report them rarely, and nothing is wrong with that.
 * @returns null if no known device has such a point but the values of some device are not known
 */
export function countNeverDelivered(devices: readonly Pick<DeviceAccount, 'values'>[]): number | null {
  const never = devices.flatMap(({ values }) => values?.neverDelivered ?? []);
  const count = never.filter(({ cause }) => cause !== 'not_told').length;
  return count === 0 && devices.some(({ values }) => !values) ? null : count;
}

/** Points that gave nothing, device by device. */
export function neverDelivered(
  devices: readonly Pick<DeviceAccount, 'device' | 'values'>[],
): NeverDeliveredView[] {
  return devices.flatMap(({ device, values }) =>
    (values?.neverDelivered ?? []).map(({ code, sinceMs, cause }) => ({
      ...{ device, point: code, since: new Date(sinceMs).toISOString() },
      cause: cause as Cause,
    })),
  );
}
