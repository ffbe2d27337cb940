import type { RegisterTable } from '../layout/point-layout.ts';
import type { AddressRange } from './plan-reads.ts';

/** Requests that a device has refused, as a collector reports them. */
export interface ObservedLimits {
  readonly max_registers?: number | undefined;
  readonly max_bits?: number | undefined;
  readonly excluded: readonly AddressRange[];
}

export interface ExcludedRange extends AddressRange {
  /** Learned from refusals, not set by an engineer. */
  readonly learned?: boolean | undefined;
}

/** How a device is configured to be read. */
export interface ConfiguredLimits {
  readonly max_registers: number;
  readonly max_bits: number;
  readonly excluded: readonly ExcludedRange[];
}

/** Most ranges that a device's profile may exclude. */
export const mostExcludedRanges = 1_000;

/**
 * The configured limits, narrowed to what the device has shown: never wider, and never more ranges than a profile may
 * have. Settings that are there stay as they are, and so does the order of the ranges.
 * @returns undefined when there is nothing to add
 */
export function narrowedLimits(
  configured: ConfiguredLimits,
  limits: ObservedLimits,
): ConfiguredLimits | undefined {
  const excluded: ExcludedRange[] = [...configured.excluded];
  for (const range of mergedRanges(limits.excluded)) {
    for (const part of withoutRanges([range], excluded)) {
      if (excluded.length < mostExcludedRanges) excluded.push({ ...part, learned: true });
    }
  }
  const narrowed = {
    max_registers: Math.min(configured.max_registers, limits.max_registers ?? Number.POSITIVE_INFINITY),
    max_bits: Math.min(configured.max_bits, limits.max_bits ?? Number.POSITIVE_INFINITY),
    excluded,
  };
  const isSame =
    narrowed.max_registers === configured.max_registers &&
    narrowed.max_bits === configured.max_bits &&
    excluded.length === configured.excluded.length;
  return isSame ? undefined : narrowed;
}

/** The same addresses in as few ranges as possible, by table and address. */
export function mergedRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const merged: AddressRange[] = [];
  for (const range of [...ranges].sort(byPlace)) {
    const last = merged.at(-1);
    if (last?.table === range.table && range.from <= last.to + 1) {
      merged[merged.length - 1] = { ...last, to: Math.max(last.to, range.to) };
    } else merged.push({ table: range.table, from: range.from, to: range.to });
  }
  return merged;
}

/** The ranges without the addresses of others. */
export function withoutRanges(
  ranges: readonly AddressRange[],
  removed: readonly AddressRange[],
): AddressRange[] {
  let remaining: AddressRange[] = [...ranges];
  for (const hole of removed) {
    remaining = remaining.flatMap((range) => {
      if (range.table !== hole.table || hole.to < range.from || hole.from > range.to) return [range];
      return [
        ...(range.from < hole.from ? [{ ...range, to: hole.from - 1 }] : []),
        ...(range.to > hole.to ? [{ ...range, from: hole.to + 1 }] : []),
      ];
    });
  }
  return remaining;
}

function byPlace(a: AddressRange, b: AddressRange): number {
  return a.table === b.table ? a.from - b.from : order(a.table, b.table);
}

function order(a: RegisterTable, b: RegisterTable): number {
  return a < b ? -1 : 1;
}
