import type { FirstTick } from '@holdfast/sample-store/sample-store.ts';
import type { OwnershipSpan } from '@holdfast/shared/contracts/http/ownership-http.ts';
import type { Gap } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';
import {
  countTicks,
  intersection,
  normalise,
  type TickRange,
  type TickRanges,
} from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { Holder } from '../../sessions/queries/holders.ts';
import type { DeviceAccount } from '../accounting/account-for-session.ts';

type Owned = Pick<DeviceAccount, 'device' | 'periodMs' | 'stored' | 'gaps' | 'fenced'>;

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Causes that come from a change of holder. A device that does not answer meanwhile is not a cost of the change. */
const ofChanges: ReadonlySet<GapCause> = new Set<GapCause>([
  'waiting',
  'failover',
  'drain',
  'rebalance',
  'recovery',
  'fenced',
]);

/** The holders whose time touches the window. */
export function holdersWithin(holders: readonly Holder[], { fromMs, toMs }: Window): readonly Holder[] {
  return holders.filter((holder) => holder.fromMs < toMs && (holder.toMs ?? toMs) >= fromMs);
}

/**
 * The spans of holders with the samples of each, which for a device reach from the first tick read under the holder's
 * epoch up to the first one under the next.
 * @param firstTicks first ticks of the session by epoch; an epoch without one stored nothing, so its assignment's time
 * is used
 */
export function ownershipSpans(
  holders: readonly Holder[],
  {
    devices,
    firstTicks,
    ...window
  }: Window & { readonly devices: readonly Owned[]; readonly firstTicks: readonly FirstTick[] },
): OwnershipSpan[] {
  const firstOf = new Map(firstTicks.map(({ device, epoch, timeMs }) => [`${epoch}/${device}`, timeMs]));
  const ticksOf = (index: number, { device, periodMs }: Owned): TickRange => {
    const first = ({ epoch, fromMs }: Holder) => {
      const firstMs = firstOf.get(`${epoch}/${device}`);
      return firstMs === undefined ? Math.floor(fromMs / periodMs) : Math.ceil(firstMs / periodMs);
    };
    const [own, next] = [holders[index], holders[index + 1]];
    return { from: own ? first(own) : 0, to: (next ? first(next) : Number.MAX_SAFE_INTEGER) - 1 };
  };
  const byDevice = Map.groupBy(devices, ({ device }) => device);
  /** For each tick length, the first tick that is not charged to a change yet. */
  const uncharged = new Map<Owned, number>();
  return holders.map((holder, index) => {
    const ofHolder = new Extent();
    const twice = new Extent();
    let cost = 0;
    for (const ofLengths of byDevice.values()) {
      const ofDevice = new Extent();
      const owned = ofLengths.map((account) => {
        const { periodMs } = account;
        const own = ticksOf(index, account);
        const stored: TickRanges = own.from <= own.to ? intersection(account.stored, [own]) : [];
        for (const extent of [ofHolder, ofDevice]) extent.add(stored, periodMs);
        return { account, own, stored };
      });
      for (const { account, stored } of owned) {
        for (const { fenced, periodMs: otherMs } of ofLengths) {
          if (fenced.length === 0) continue;
          const bothMs = leastCommonMultiple(account.periodMs, otherMs);
          const times = intersection(
            ticksAt(bothMs, stored, account.periodMs),
            ticksAt(bothMs, fenced, otherMs),
          );
          twice.add(times, bothMs);
        }
      }
      const { firstMs, lastMs } = ofDevice;
      for (const { account, own } of owned) {
        const { periodMs } = account;
        // Gaps of any tick length up to the device's first sample are a cost of the change; later ones are not.
        const end = ofDevice.ticks > 0 ? Math.ceil(firstMs / periodMs) : Math.max(own.from, own.to + 1);
        const charged = { from: uncharged.get(account) ?? 0, to: end - 1 };
        cost += costOf(account, charged);
        const next = ofDevice.ticks > 0 ? Math.floor(lastMs / periodMs) + 1 : end;
        uncharged.set(account, Math.max(charged.from, next));
      }
    }
    const isWithin = holder.fromMs >= window.fromMs;
    return {
      ...{ nth: holder.nth, epoch: holder.epoch, collector_id: holder.collectorId, reason: holder.reason },
      from: new Date(holder.fromMs).toISOString(),
      to: holder.toMs === undefined ? null : new Date(holder.toMs).toISOString(),
      ended_by: holder.endedBy ?? null,
      first_sample: ofHolder.first,
      last_sample: ofHolder.last,
      missing_before: isWithin ? cost : null,
      read_twice:
        twice.first !== null && twice.last !== null
          ? { ticks: twice.ticks, from: twice.first, to: twice.last }
          : null,
    };
  });
}

function costOf({ gaps }: Owned, ticks: TickRange): number {
  if (ticks.from > ticks.to) return 0;
  return countTicks(gaps.filter(isOfChange).flatMap((gap) => intersection([gap], [ticks])));
}

/** Ticks that were delivered late belong to a change of holder where an event has led to them, else to a restart. */
function isOfChange({ cause, events }: Gap): boolean {
  return cause === 'delivered_late' ? events.length > 0 : ofChanges.has(cause);
}

/** The ticks whose times are also those of ticks of a multiple of their length, as ticks of that length. */
function ticksAt(multipleMs: number, ticks: TickRanges, periodMs: number): TickRanges {
  const of = multipleMs / periodMs;
  return normalise(ticks.map(({ from, to }) => ({ from: Math.ceil(from / of), to: Math.floor(to / of) })));
}

function leastCommonMultiple(one: number, other: number): number {
  let [greater, rest] = [one, other];
  while (rest > 0) [greater, rest] = [rest, greater % rest];
  return (one / greater) * other;
}

/** Counts ticks, and keeps the times of the first and last one. */
class Extent {
  ticks = 0;
  firstMs = Number.POSITIVE_INFINITY;
  lastMs = Number.NEGATIVE_INFINITY;

  add(ranges: TickRanges, periodMs: number): void {
    const [first, last] = [ranges[0], ranges.at(-1)];
    if (!first || !last) return;
    this.ticks += countTicks(ranges);
    this.firstMs = Math.min(this.firstMs, first.from * periodMs);
    this.lastMs = Math.max(this.lastMs, last.to * periodMs);
  }

  get first(): string | null {
    return this.ticks === 0 ? null : new Date(this.firstMs).toISOString();
  }

  get last(): string | null {
    return this.ticks === 0 ? null : new Date(this.lastMs).toISOString();
  }
}
