/** `fencedBy`: the lowest epoch that answers for the tick and was known when the sample was published. */
export type FenceVerdict =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly fencedBy: number };

interface FirstTick {
  readonly epoch: number;
  /** ms since 1970: the owner answers for each tick of the device that is scheduled then or later. */
  readonly timeMs: number;
  /** Position in the stream from which on this is known. */
  readonly sequence: number;
}

export interface FencedSample {
  readonly session: string;
  readonly epoch: number;
  /** Device code. */
  readonly device: string;
  readonly tick: number;
  readonly period_ms: number;
  readonly through_tick?: number | undefined;
  readonly since_tick?: number | undefined;
  /** Number of a set of values that a subscribed device reported in a tick that was not over. */
  readonly part?: number | undefined;
}

/**
 * Most owners kept of a device. A stream that is delivered again from its beginning has samples of all its owners, up
 * to so many in a row.
 */
const epochsKept = 1_000;
/**
 * Most owners kept of all devices, including sessions that are over. At the bound all are dropped: the database still
 * has its own, and is asked again.
 */
const ownersKept = 1_000_000;

/**
 * Keeps out samples of a session's former owners: those published after the first sample of a higher epoch of their
 * device, for its first tick or a later one. The position in the stream decides, not the order of arrival: a sample
 * that was published in time and is delivered again after its successor's belongs into the database. A late sample of a
 * collector that was cut off, for a tick before the successor's first, belongs there too. It was read while the lease
 * stood. A part says nothing of its whole tick, and names one that is not over. It is also admitted for the tick after
 * the successor's first, which was then under way.
 */
export class EpochFence {
  readonly #highest = new Map<string, number>();
  /** By session, then device; sorted by rising epoch. */
  readonly #firstTicks = new Map<string, Map<string, FirstTick[]>>();
  #owners = 0;

  /** Notes that the session has gone on under this epoch. */
  know(session: string, epoch: number): void {
    if (epoch > this.highest(session)) this.#highest.set(session, epoch);
  }

  /** Notes what another writer has stored: from the sample at `first.sequence` on, an owner answers for the device. */
  knowFirstTick(session: string, device: string, first: FirstTick): void {
    const owner = this.#of(session, device)?.find(({ epoch }) => epoch === first.epoch);
    if (owner === undefined || owner.sequence > first.sequence) this.#keep(session, device, first);
  }

  /** The highest known epoch of a session, or 0 if there is none. */
  highest(session: string): number {
    return this.#highest.get(session) ?? 0;
  }

  /** Judges a sample, and learns from it since when its sender answers for the device. */
  judge(sample: FencedSample, sequence: number): FenceVerdict {
    const { session, device, epoch, tick, since_tick = tick, period_ms } = sample;
    const owners = this.#of(session, device);
    const verdict = judgeBy(owners, sample, sequence);
    // Even a sample that comes too late says since when its sender answered.
    const ownOwner = owners?.findLast((owner) => owner.epoch === epoch);
    if (ownOwner === undefined || ownOwner.sequence > sequence) {
      this.#keep(session, device, { epoch, timeMs: Math.min(tick, since_tick) * period_ms, sequence });
    }
    if (verdict.admitted) this.know(session, epoch);
    return verdict;
  }

  /** Judges a sample whose epoch the log does not confirm: it fences no owner. */
  look(sample: FencedSample, sequence: number): FenceVerdict {
    return judgeBy(this.#of(sample.session, sample.device), sample, sequence);
  }

  #of(session: string, device: string): readonly FirstTick[] | undefined {
    return this.#firstTicks.get(session)?.get(device);
  }

  #keep(session: string, device: string, first: FirstTick): void {
    if (this.#owners >= ownersKept) {
      this.#firstTicks.clear();
      this.#owners = 0;
    }
    const devices = this.#firstTicks.get(session) ?? new Map<string, FirstTick[]>();
    this.#firstTicks.set(session, devices);
    const before = devices.get(device) ?? [];
    const others = before.filter(({ epoch }) => epoch !== first.epoch);
    const owners = [...others, first].sort((a, b) => a.epoch - b.epoch).slice(-epochsKept);
    this.#owners += owners.length - before.length;
    devices.set(device, owners);
  }
}

function judgeBy(
  owners: readonly FirstTick[] | undefined,
  { epoch, tick, through_tick = tick, part, period_ms }: FencedSample,
  sequence: number,
): FenceVerdict {
  const newest = owners?.at(-1);
  if (newest === undefined || newest.epoch <= epoch) return { admitted: true };
  const lastMs = (part === undefined ? through_tick : tick - 2) * period_ms;
  // Only owners before it in the stream count, so a repeat of the stream has the same result.
  const fence = owners?.find(
    (owner) => owner.epoch > epoch && owner.sequence < sequence && owner.timeMs <= lastMs,
  );
  return fence ? { admitted: false, fencedBy: fence.epoch } : { admitted: true };
}
