import type { Quality, StorableSample } from '@holdfast/sample-store/sample-store.ts';
import { readSample } from '@holdfast/shared/contracts/sample/read-sample.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { Claim } from '../admission/admission.ts';
import { firstPlace } from '../admission/first-place.ts';
import type { EpochFence } from '../fencing/epoch-fence.ts';
import type { SampleMessage } from '../ports.ts';
import { clockAheadMs } from './clock-difference.ts';

export interface DecodedMessage<M> {
  readonly message: M;
  readonly sample: Sample;
}

/** A message that cannot be read as a sample, and where it claims to come from, if that is known. */
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

/** By hand: a schema would take most of the time that a flood of such messages costs. */
function claimOf(body: string): Claim | undefined {
  let json: Partial<Claim> | null;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const { session, epoch, collector, task, device_id, device, site, measurement, config_version } = json;
  const texts = [session, collector, task, device_id, device, site, measurement];
  const isClaim =
    texts.every((text) => typeof text === 'string') &&
    session !== '' &&
    [epoch, config_version ?? 1].every((number) => Number.isSafeInteger(number) && Number(number) > 0);
  if (!isClaim) return undefined;
  return {
    ...{ session, epoch, collector, task, device_id, device, site, measurement },
    ...(config_version === undefined ? {} : { config_version }),
  } as Claim;
}

/** A sample that is from its holder, or for which an engineer vouches. */
export interface AdmittedMessage<M> extends DecodedMessage<M> {
  /** Whether the log confirms its epoch. */
  readonly isVerified: boolean;
  /** Since when its collector has held the session, in ms since 1970, or 0 if that is not known. */
  readonly sinceMs: number;
}

export interface SortedOut<M> {
  readonly storable: { readonly message: M; readonly sample: Sample & StorableSample }[];
  /** The storable samples whose time cannot be trusted. */
  readonly uncertain: { readonly sample: Sample; readonly clockAheadMs: number }[];
  readonly fenced: (DecodedMessage<M> & { readonly fencedBy: number })[];
  /** Samples of times at which their collector cannot have read anything, as `reason` says. */
  readonly untimely: (DecodedMessage<M> & { readonly reason: string })[];
}

/**
 * Separates samples to be stored from fenced ones. A sample that was sent again from quarantine is judged by its first
 * place in the stream: if its database refused it then, and takes it now, it was still published under the lease.
 * Expects messages in stream order, so that of two owners in one batch the later one fences. A sample of a collector
 * whose clock is off by more than `clockToleranceMs` is stored, since its values were read, but marked. They may belong
 * to another moment. One of a time to come, or from before its session was given to its collector, is put aside before
 * the store makes room for such a day.
 */
export function sortOut<M extends SampleMessage>(
  messages: readonly AdmittedMessage<M>[],
  fence: EpochFence,
  clockToleranceMs: number,
  nowMs = Date.now(),
): SortedOut<M> {
  const sorted: SortedOut<M> = { storable: [], uncertain: [], fenced: [], untimely: [] };
  for (const { message, sample, isVerified, sinceMs } of messages) {
    const fromMs = sinceMs - clockToleranceMs;
    let reason = untimely(sample, fromMs, nowMs + clockToleranceMs);
    // The later of two clocks counts: one of them that is behind must not turn all samples away.
    if (reason !== undefined && message.time.getTime() > nowMs) {
      reason = untimely(sample, fromMs, message.time.getTime() + clockToleranceMs);
    }
    const sequence = firstPlace(message)?.sequence ?? message.seq;
    // A sample that cannot be true says nothing of who answers for the device either.
    const verdict =
      isVerified && reason === undefined ? fence.judge(sample, sequence) : fence.look(sample, sequence);
    if (!verdict.admitted) {
      sorted.fenced.push({ message, sample, fencedBy: verdict.fencedBy });
      continue;
    }
    if (reason !== undefined) {
      sorted.untimely.push({ message, sample, reason });
      continue;
    }
    // Added to the sample itself, which nothing else uses: copies of all samples would be a tenth of the work.
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

/** Collectors take over a source's own time unless it is a minute ahead of their clock or a day behind. */
const sourceAheadMs = 60_000;
const sourceBehindMs = 86_400_000;

/** Why the sample cannot have been read when it says, or undefined if it can. */
function untimely(sample: Sample, fromMs: number, untilMs: number): string | undefined {
  const { tick, through_tick = tick, since_tick = tick, period_ms, time, changes } = sample;
  const latestMs = Math.max(time, Math.max(tick, through_tick) * period_ms);
  // Parts of a subscribed device's tick that is under way have the time of its end.
  if (latestMs > untilMs + period_ms) return tooLate(latestMs);
  // The tick under way when the session was given to the collector counts from its beginning.
  const earliestMs = Math.min(time, Math.min(tick, since_tick) * period_ms);
  if (earliestMs + period_ms < fromMs) return tooEarly(earliestMs);
  for (const code in changes) {
    for (const [offsetMs] of changes[code] ?? []) {
      if (time + offsetMs > untilMs + sourceAheadMs) return tooLate(time + offsetMs);
      if (time + offsetMs + period_ms + sourceBehindMs < fromMs) return tooEarly(time + offsetMs);
    }
  }
  return undefined;
}

const tooLate = (timeMs: number) =>
  `its time, ${inWords(timeMs)}, has not come yet: check the clock of its collector`;

const tooEarly = (timeMs: number) =>
  `its time, ${inWords(timeMs)}, is before its collector was given the session: check the clock of the collector`;

function inWords(timeMs: number): string {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? `${timeMs} ms since 1970` : date.toISOString();
}
