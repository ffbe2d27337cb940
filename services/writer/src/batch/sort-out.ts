import type { Quality, StorableSample } from '@holdfast/sample-store/sample-store.ts';
import { readSample } from '@holdfast/shared/contracts/sample/read-sample.ts';
import { type Sample, sampleSchema } from '@holdfast/shared/contracts/sample/sample.ts';
import type { Claim } from '../admission/admission.ts';
import { firstPlace } from '../admission/first-place.ts';
import type { EpochFence } from '../fencing/epoch-fence.ts';
import type { SampleMessage } from '../ports.ts';
import { clockAheadMs } from './clock-difference.ts';

export interface DecodedMessage<M> {
  readonly message: M;
  readonly sample: Sample;
}

/** A message that cannot be read as a sample, and where it claims to come from, if that can be told. */
export interface UndecodableMessage<M> {
  readonly message: M;
  readonly reason: string;
  readonly claim: Claim | undefined;
}

export interface DecodedBatch<M> {
  readonly decoded: DecodedMessage<M>[];
  readonly undecodable: UndecodableMessage<M>[];
}

export function decodeBatch<M extends SampleMessage>(messages: readonly M[]): DecodedBatch<M> {
  const batch: DecodedBatch<M> = { decoded: [], undecodable: [] };
  for (const message of messages) {
    const decoded = readSample(message.data);
    if (decoded.ok) batch.decoded.push({ message, sample: decoded.sample });
    else batch.undecodable.push({ message, reason: decoded.problem, claim: claimOf(message.string()) });
  }
  return batch;
}

const claimSchema = sampleSchema.pick({
  session: true,
  epoch: true,
  collector: true,
  task: true,
  device_id: true,
  device: true,
  site: true,
  measurement: true,
  config_version: true,
});

function claimOf(body: string): Claim | undefined {
  try {
    return claimSchema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

/** A sample that is from its holder, or for which an engineer vouches. */
export interface AdmittedMessage<M> extends DecodedMessage<M> {
  /** Whether the log confirms its epoch. */
  readonly isVerified: boolean;
}

export interface SortedOut<M> {
  readonly storable: { readonly message: M; readonly sample: Sample & StorableSample }[];
  /** The storable samples whose time cannot be trusted. */
  readonly uncertain: { readonly sample: Sample; readonly clockAheadMs: number }[];
  readonly fenced: (DecodedMessage<M> & { readonly fencedBy: number })[];
}

/**
 * Separates samples to be stored from fenced ones. A sample that was sent again from quarantine is judged by its first
 * place in the stream: if its database refused it then, and takes it now, it was still published under the lease.
 * Expects messages in stream order, so that of two owners in one batch the later one fences. A sample of a collector
 * whose clock is off by more than `clockToleranceMs` is stored, since its values were read, but marked: they may belong
 * to another moment.
 */
export function sortOut<M extends SampleMessage>(
  messages: readonly AdmittedMessage<M>[],
  fence: EpochFence,
  clockToleranceMs: number,
): SortedOut<M> {
  const sorted: SortedOut<M> = { storable: [], uncertain: [], fenced: [] };
  for (const { message, sample, isVerified } of messages) {
    const sequence = firstPlace(message)?.sequence ?? message.seq;
    const verdict = isVerified ? fence.judge(sample, sequence) : fence.look(sample, sequence);
    if (!verdict.admitted) {
      sorted.fenced.push({ message, sample, fencedBy: verdict.fencedBy });
      continue;
    }
    // Added to the sample itself, which nobody else uses: copies of all samples would be a tenth of the work.
    const storable: Sample & { sequence?: number; quality?: Quality } = sample;
    // The sequence tells other writers who answers for the device from here on.
    if (isVerified) storable.sequence = sequence;
    const aheadMs = clockAheadMs(message, sample);
    if (Math.abs(aheadMs) > clockToleranceMs) {
      storable.quality = 'uncertain';
      sorted.uncertain.push({ sample, clockAheadMs: aheadMs });
    }
    sorted.storable.push({ message, sample: storable });
  }
  return sorted;
}
