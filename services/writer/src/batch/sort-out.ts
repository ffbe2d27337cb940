import { decodeSample, type Sample } from '@holdfast/shared/contracts/sample.ts';
import type { EpochFence } from '../fencing/epoch-fence.ts';

/** What of a message matters here. */
export interface IncomingMessage {
  /** Position in the stream. */
  readonly seq: number;
  string(): string;
}

export interface SortedOut<M> {
  readonly storable: { readonly message: M; readonly sample: Sample }[];
  readonly undecodable: { readonly message: M; readonly reason: string }[];
  readonly fenced: { readonly message: M; readonly sample: Sample; readonly fencedBy: number }[];
}

/** Expects messages in stream order, so that of two owners in one batch the later one fences. */
export function sortOut<M extends IncomingMessage>(messages: readonly M[], fence: EpochFence): SortedOut<M> {
  const sorted: SortedOut<M> = { storable: [], undecodable: [], fenced: [] };
  for (const message of messages) {
    const decoded = decodeSample(message.string());
    if (!decoded.ok) {
      sorted.undecodable.push({ message, reason: decoded.problem });
      continue;
    }
    const { sample } = decoded;
    const verdict = fence.judge(sample.session, sample.epoch, message.seq);
    if (verdict.admitted) sorted.storable.push({ message, sample });
    else sorted.fenced.push({ message, sample, fencedBy: verdict.fencedBy });
  }
  return sorted;
}
