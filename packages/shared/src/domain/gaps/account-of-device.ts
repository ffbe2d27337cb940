import { type Accounting, attributeGaps, type Coverage } from './attribute-gaps.ts';
import type { DueTicks } from './due-ticks.ts';
import { normalise, type TickRanges } from './tick-ranges.ts';

/** The account of the ticks of one length. */
export interface AccountOfLength extends Accounting {
  readonly periodMs: number;
}

type GapEvidence = Omit<
  Parameters<typeof attributeGaps>[0],
  'scheduled' | 'coverage' | 'periodMs' | 'others'
>;

const nothing: Coverage = { stored: [], quarantined: [], missed: new Map(), sent: [], confirmed: [] };

/**
 * Accounts for every tick of a device, by the lengths that its ticks have had: first those that were due, in their
 * order, then those that are only on record. The records around a hole explain it, whatever their tick length.
 * @param coverage by length in ms
 */
export function accountOfDevice({
  due,
  coverage,
  ...rest
}: GapEvidence & {
  readonly due: readonly DueTicks[];
  readonly coverage: ReadonlyMap<number, Coverage>;
}): AccountOfLength[] {
  const scheduled = new Map<number, TickRanges>(due.map((each) => [each.periodMs, each.scheduled]));
  const all = [...new Set([...scheduled.keys(), ...coverage.keys()])].map((periodMs) => ({
    periodMs,
    scheduled: scheduled.get(periodMs) ?? [],
    coverage: coverage.get(periodMs) ?? nothing,
  }));
  const ticks = all.length > 1 ? all.map(ticksOfLength) : [];
  return all.map((each) => ({
    periodMs: each.periodMs,
    ...attributeGaps({
      ...rest,
      ...each,
      others: ticks.filter(({ periodMs }) => periodMs !== each.periodMs),
    }),
  }));
}

function ticksOfLength<T extends { readonly coverage: Coverage }>(ticks: T) {
  const { stored, quarantined, missed, confirmed, sourceKept } = ticks.coverage;
  const recorded = normalise([...stored, ...quarantined, ...confirmed, ...[...missed.values()].flat()]);
  return { ...ticks, recorded, sourceKept };
}
