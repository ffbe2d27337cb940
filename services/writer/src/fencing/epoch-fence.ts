export type FenceVerdict =
  | { readonly admitted: true }
  /** The session had moved on to `fencedBy` before this was published. */
  | { readonly admitted: false; readonly fencedBy: number };

interface EpochStart {
  readonly epoch: number;
  /** Lowest position in the stream at which a sample of this epoch, or one above it, was seen. */
  readonly sequence: number;
}

/** More owners in a row than this cannot have samples on their way at the same time. */
const epochsKept = 16;

/**
 * Keeps samples of former owners of a session out: whatever was published after the first sample of a higher
 * epoch. The position in the stream decides, not the order of arrival: a sample that was published in time and is
 * delivered again after its successor's belongs into the database.
 */
export class EpochFence {
  readonly #startsOfSession = new Map<string, EpochStart[]>();

  /** Knowledge from before: every sample after `sequence` comes after this epoch's first. */
  know(session: string, epoch: number, sequence: number): void {
    const starts = this.#startsOfSession.get(session) ?? [];
    const known = starts.find((start) => start.epoch === epoch);
    if (known && known.sequence <= sequence) return;
    const others = starts.filter((start) => start.epoch !== epoch);
    const sorted = [...others, { epoch, sequence }].sort((a, b) => a.epoch - b.epoch);
    this.#startsOfSession.set(session, sorted.slice(-epochsKept));
  }

  /** The highest epoch that is known of a session, 0 when there is none. */
  highest(session: string): number {
    return this.#startsOfSession.get(session)?.at(-1)?.epoch ?? 0;
  }

  judge(session: string, epoch: number, sequence: number): FenceVerdict {
    const starts = this.#startsOfSession.get(session);
    const newer = starts?.findLast((start) => start.epoch > epoch && start.sequence < sequence);
    if (newer) return { admitted: false, fencedBy: newer.epoch };
    this.know(session, epoch, sequence);
    return { admitted: true };
  }
}
