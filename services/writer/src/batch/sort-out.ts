import { decodeSample, type Sample } from '@holdfast/shared/contracts/sample.ts';
import type { StorableSample } from '@holdfast/shared/sample-store/sample-store.ts';
import type { EpochFence } from '../fencing/epoch-fence.ts';
import { clockAheadMs, type TimedMessage } from './clock-difference.ts';

/** What of a message matters here. */
export interface IncomingMessage extends TimedMessage {
  /** Position in the stream. */
  readonly seq: number;
  string(): string;
}

export interface SortedOut<M> {
  readonly storable: { readonly message: M; readonly sample: Sample & Pick<StorableSample, 'quality'> }[];
  /** Those of the storable ones whose time is not to be trusted. */
  readonly uncertain: { readonly sample: Sample; readonly clockAheadMs: number }[];
  readonly undecodable: { readonly message: M; readonly reason: string }[];
  readonly fenced: { readonly message: M; readonly sample: Sample; readonly fencedBy: number }[];
}

/**
 * Expects messages in stream order, so that of two owners in one batch the later one fences. A sample of a collector
 * whose clock is further off than `clockToleranceMs` is stored, since its values were read, but marked: they may
 * belong to another moment.
 */
export function sortOut<M extends IncomingMessage>(
  messages: readonly M[],
  fence: EpochFence,
  clockToleranceMs: number,
): SortedOut<M> {
  const sorted: SortedOut<M> = { storable: [], uncertain: [], undecodable: [], fenced: [] };
  for (const message of messages) {
    const decoded = decodeSample(message.string());
    if (!decoded.ok) {
      sorted.undecodable.push({ message, reason: decoded.problem });
      continue;
    }
    const { sample } = decoded;
    const verdict = fence.judge(sample.session, sample.epoch, message.seq);
    if (!verdict.admitted) {
      sorted.fenced.push({ message, sample, fencedBy: verdict.fencedBy });
      continue;
    }
    const aheadMs = clockAheadMs(message, sample);
    if (Math.abs(aheadMs) <= clockToleranceMs) {
      sorted.storable.push({ message, sample });
    } else {
      sorted.storable.push({ message, sample: { ...sample, quality: 'uncertain' } });
      sorted.uncertain.push({ sample, clockAheadMs: aheadMs });
    }
  }
  return sorted;
}
