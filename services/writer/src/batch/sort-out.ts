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

/** A message that cannot be read as a sample, and where it says that it comes from, as far as that can be told. */
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

/** A sample that is its holder's, or that an engineer vouches for. */
export interface AdmittedMessage<M> extends DecodedMessage<M> {
  /** Whether the log bears its epoch out. */
  readonly isVerified: boolean;
}

export interface SortedOut<M> {
  readonly storable: { readonly message: M; readonly sample: Sample & StorableSample }[];
  /** Those of the storable ones whose time is not to be trusted. */
  readonly uncertain: { readonly sample: Sample; readonly clockAheadMs: number }[];
  readonly fenced: (DecodedMessage<M> & { readonly fencedBy: number })[];
}

/**
 * A sample that was sent again from quarantine is judged by where it lay at first: what its database refused then, and
 * takes now, was published under the lease. Expects messages in stream order, so that of two owners in one batch the later one fences. A sample of a collector
 * whose clock is further off than `clockToleranceMs` is stored, since its values were read, but marked: they may
 * belong to another moment.
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
    // Added to the sample itself, which is nobody else's: copies of all samples would be a tenth of the work.
    const storable: Sample & { sequence?: number; quality?: Quality } = sample;
    // By it other writers are told who answers for the device from here on.
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
