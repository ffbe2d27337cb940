/** `fencedBy`: the lowest epoch that answers for the tick and was known of when the sample was published. */
export type FenceVerdict =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly fencedBy: number };

interface FirstTick {
  readonly epoch: number;
  /** The owner answers for each tick of the device that is scheduled then or later; ms since 1970. */
  readonly timeMs: number;
  /** Position in the stream from which on it is known. */
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
  /** Set of values that a subscribed device told in a tick that was not over. */
  readonly part?: number | undefined;
}

/** A stream that is delivered anew from its beginning has the samples of all owners that it keeps any of: of as many in a row. */
const epochsKept = 1_000;
/** Bounds those of all devices, of sessions that are over too. All go then: what is in the database is asked of it again. */
const ownersKept = 1_000_000;

/**
 * Keeps samples of former owners of a session out: those that were published after the first sample of a higher epoch of
 * their device, and are for its first tick or a later one. The position in the stream decides, not the order of arrival: a sample that was
 * published in time and is delivered again after its successor's belongs into the database. So does what comes later, from a
 * collector that was cut off, for a tick before the successor's first: it was read while the lease stood. A part of a tick says nothing of
 * the tick, and names one that is not over: it is let in for the one behind the successor's first, too, which was the tick then.
 */
export class EpochFence {
  readonly #highest = new Map<string, number>();
  /** By session, then device; by rising epoch. */
  readonly #firstTicks = new Map<string, Map<string, FirstTick[]>>();
  #owners = 0;

  /** The session has gone on under this epoch. */
  know(session: string, epoch: number): void {
    if (epoch > this.highest(session)) this.#highest.set(session, epoch);
  }

  /** Another writer has stored that from the sample at `sequence` on somebody answers for the device. */
  knowFirstTick(session: string, device: string, first: FirstTick): void {
    const known = this.#of(session, device)?.find(({ epoch }) => epoch === first.epoch);
    if (known === undefined || known.sequence > first.sequence) this.#keep(session, device, first);
  }

  /** The highest epoch that is known of a session, 0 when there is none. */
  highest(session: string): number {
    return this.#highest.get(session) ?? 0;
  }

  /** Judges a sample, and learns from it who answers for its device since when. */
  judge(sample: FencedSample, sequence: number): FenceVerdict {
    const { session, device, epoch, tick, since_tick = tick, period_ms } = sample;
    const owners = this.#of(session, device);
    const verdict = judgeBy(owners, sample, sequence);
    // Also what comes too late says since when its sender answered.
    const known = owners?.findLast((owner) => owner.epoch === epoch);
    if (known === undefined || known.sequence > sequence) {
      this.#keep(session, device, { epoch, timeMs: Math.min(tick, since_tick) * period_ms, sequence });
    }
    if (verdict.admitted) this.know(session, epoch);
    return verdict;
  }

  /** Judges a sample of an epoch that the log does not bear out: nobody is fenced by it. */
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
  // Only what lies before it in the stream counts, so that a repeat of the stream comes to the same.
  const fence = owners?.find(
    (owner) => owner.epoch > epoch && owner.sequence < sequence && owner.timeMs <= lastMs,
  );
  return fence ? { admitted: false, fencedBy: fence.epoch } : { admitted: true };
}
