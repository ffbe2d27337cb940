import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import { quarantinedBodyLength } from '@holdfast/shared/contracts/quarantined-message.ts';
import { decodeSample } from '@holdfast/shared/contracts/sample/sample.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import type { Quarantined, QuarantineStore } from '../ports.ts';
import { localize } from '../problems/localize.ts';
import { systemText } from './texts.ts';

export type Resendable =
  | {
      readonly ok: true;
      readonly stream: string;
      readonly subject: string;
      readonly body: string;
      /** Its place in the stream when it came for the first time. */
      readonly firstSequence: number;
      readonly clockAheadMs: number | undefined;
      readonly lostEpoch: number | undefined;
    }
  /** In words for people. */
  | { readonly ok: false; readonly why: string };

const sampleSubject = /^samples(\.[^.*>\s]+){3}$/;

/**
 * Whether a message can go back to the stream that it came from. Only samples can: they are safe to repeat. An event of
 * SESSIONS has its place in a chain, and a repeat would break it.
 */
export function resendable({ message }: Quarantined): Resendable {
  if (!message) return { ok: false, why: localize(systemText('it_has_a_form')) };
  const { stream, subject, body, sequence } = message;
  if (stream !== streamNames.samples || !sampleSubject.test(subject)) {
    const why = localize(systemText('only_samples_can_be_sent_again', { stream, subject }));
    return { ok: false, why };
  }
  if (body.length >= quarantinedBodyLength) {
    return { ok: false, why: localize(systemText('it_was_too_long')) };
  }
  const { clock_ahead_ms: clockAheadMs, lost_epoch: lostEpoch } = message;
  return { ok: true, stream, subject, body, firstSequence: sequence, clockAheadMs, lostEpoch };
}

/**
 * Whether the writer would reject a sample once more. It does if the sample was published after a later holder's first
 * one of its device, and is for the tick of that one or a later tick. @returns why that is to be expected; undefined:
 * it is not. @throws SampleStoreUnavailable
 */
async function wouldBeFenced(
  samples: Pick<SampleStore, 'firstTicks'>,
  { body, firstSequence }: { body: string; firstSequence: number },
): Promise<string | undefined> {
  const decoded = decodeSample(body);
  if (!decoded.ok) return undefined;
  const { session, epoch, device, tick, through_tick = tick, period_ms: periodMs } = decoded.sample;
  const later = (await samples.firstTicks([{ session, device, epoch }])).find(
    (first) => first.sequence < firstSequence && first.timeMs <= through_tick * periodMs,
  );
  if (!later) return undefined;
  return localize(systemText('it_was_read_under_epoch', { epoch, session, tick, later: later.epoch }));
}

export type ResendOutcome =
  | { readonly ok: true; readonly stream: string; readonly subject: string; readonly sentAs: number }
  | { readonly ok: false; readonly why: string };

/**
 * Sends a message to the stream that it came from and takes it out of quarantine.
 * @param trustEpoch whether the caller vouches for its epoch, where the log has lost it
 * @throws BrokerUnavailable, SampleStoreUnavailable
 */
export async function sendAgain(
  { quarantine, samples }: { quarantine: QuarantineStore; samples: Pick<SampleStore, 'firstTicks'> },
  item: Quarantined,
  { trustEpoch }: { readonly trustEpoch: boolean },
): Promise<ResendOutcome> {
  const message = resendable(item);
  if (!message.ok) return message;
  const why = await wouldBeFenced(samples, message);
  if (why !== undefined) return { ok: false, why };
  const { stream, subject, body, firstSequence, clockAheadMs, lostEpoch } = message;
  const { sequence } = item;
  // The message is deleted only when the stream has it: a repeat does no harm, a loss does.
  const sentAs = await quarantine.sendAgain({
    ...{ subject, body, sequence, firstSequence, clockAheadMs },
    trustEpoch: trustEpoch ? lostEpoch : undefined,
  });
  await quarantine.delete(sequence);
  return { ok: true, stream, subject, sentAs };
}
