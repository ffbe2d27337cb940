import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';
import type { TickRanges } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { DeviceAccount } from './account-for-session.ts';

export type CountedDevice = Pick<DeviceAccount, 'periodMs' | 'scheduled' | 'stored' | 'quarantined' | 'gaps'>;

/** Adds the ticks of ranges to the columns in which they are scheduled. */
export type CountTicks = (into: number[], ranges: TickRanges, periodMs: number) => void;

interface ColumnTicks {
  readonly column: number;
  readonly ticks: number;
}

export interface TicksByColumn {
  readonly expected: number[];
  readonly stored: number[];
  /** `quarantined` and `missing` leave out columns without such ticks. */
  readonly quarantined: ColumnTicks[];
  readonly missing: (ColumnTicks & { readonly cause: GapCause })[];
}

/** Counts the ticks of all devices in a time cut into columns. @param devices accounted for within that time */
export function ticksByColumn(
  devices: readonly CountedDevice[],
  columns: number,
  count: CountTicks,
): TicksByColumn {
  const none = () => new Array<number>(columns).fill(0);
  const [expected, stored, quarantined] = [none(), none(), none()];
  const missing = new Map<GapCause, number[]>();
  for (const { periodMs, scheduled, gaps, ...device } of devices) {
    count(expected, scheduled, periodMs);
    count(stored, device.stored, periodMs);
    count(quarantined, device.quarantined, periodMs);
    for (const gap of gaps) {
      const ofCause = missing.get(gap.cause) ?? none();
      missing.set(gap.cause, ofCause);
      count(ofCause, [gap], periodMs);
    }
  }
  return {
    expected,
    stored,
    quarantined: withTicks(quarantined),
    missing: [...missing]
      .flatMap(([cause, ticks]) => withTicks(ticks).map((each) => ({ ...each, cause })))
      .sort((one, other) => one.column - other.column),
  };
}

function withTicks(ticks: readonly number[]): ColumnTicks[] {
  return ticks.flatMap((each, column) => (each === 0 ? [] : [{ column, ticks: each }]));
}
