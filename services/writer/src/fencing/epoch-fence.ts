/** `fencedBy`: the lowest epoch that answers for the tick and was known of when the sample was published. */
export type FenceVerdict =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly fencedBy: number };

interface FirstTick {
  readonly epoch: number;
  /** The owner answers for each tick of the device from this one on. */
  readonly tick: number;
  /** Position in the stream from which on it is known. */
  readonly sequence: number;
}

export interface FencedSample {
  readonly session: string;
  readonly epoch: number;
  /** Device code. */
  readonly device: string;
  readonly tick: number;
  readonly through_tick?: number | undefined;
  readonly since_tick?: number | undefined;
  /** Set of values that a subscribed device told in a tick that was not over. */
  readonly part?: number | undefined;
}

/** More owners in a row than this cannot have samples on their way at the same time. */
const epochsKept = 16;
/** Devices of sessions, those that are over included. What is in the database is asked of it again. */
const devicesKept = 200_000;

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
  #devices = 0;

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
    const { session, device, epoch, tick, since_tick = tick } = sample;
    const verdict = this.look(sample, sequence);
    // Also what comes too late says since when its sender answered.
    const known = this.#of(session, device)?.findLast((owner) => owner.epoch === epoch);
    if (known === undefined || known.sequence > sequence) {
      this.#keep(session, device, { epoch, tick: Math.min(tick, since_tick), sequence });
    }
    if (verdict.admitted) this.know(session, epoch);
    return verdict;
  }

  /** Judges a sample of an epoch that the log does not bear out: nobody is fenced by it. */
  look(
    { session, device, epoch, tick, through_tick = tick, part }: FencedSample,
    sequence: number,
  ): FenceVerdict {
    const last = part === undefined ? through_tick : tick - 2;
    // Only what lies before it in the stream counts, so that a repeat of the stream comes to the same.
    const fence = this.#of(session, device)?.find(
      (owner) => owner.epoch > epoch && owner.sequence < sequence && owner.tick <= last,
    );
    return fence ? { admitted: false, fencedBy: fence.epoch } : { admitted: true };
  }

  #of(session: string, device: string): readonly FirstTick[] | undefined {
    return this.#firstTicks.get(session)?.get(device);
  }

  #keep(session: string, device: string, first: FirstTick): void {
    const before = this.#of(session, device);
    if (before === undefined) this.#devices += 1;
    if (this.#devices > devicesKept) {
      this.#firstTicks.clear();
      this.#devices = 1;
    }
    const devices = this.#firstTicks.get(session) ?? new Map<string, FirstTick[]>();
    this.#firstTicks.set(session, devices);
    const others = before?.filter(({ epoch }) => epoch !== first.epoch) ?? [];
    const owners = [...others, first].sort((a, b) => a.epoch - b.epoch);
    devices.set(device, owners.slice(-epochsKept));
  }
}
