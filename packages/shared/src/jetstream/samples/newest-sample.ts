import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  type StoredMsg,
} from '@nats-io/jetstream';
import { isBrokerCopy } from '../../contracts/broker-copy.ts';
import { decodeSample, type Sample } from '../../contracts/sample/sample.ts';
import { sourceOfSample } from '../../contracts/sample/source-of-sample.ts';
import { streamNames } from '../../contracts/subjects.ts';
import { type EpochBook, isPlacedSo } from '../../sessions/epoch-book.ts';
import { answeredSoon } from '../connection/answered-soon.ts';
import { leaderInfo } from '../connection/leader-info.ts';

/** A message of SAMPLES, as it is read by whichever way. */
export interface ReadMessage {
  readonly subject: string;
  readonly headers: { get(name: string): string } | undefined;
  readonly body: string;
}

/** The sample in a message, if a holder of its session has published it; undefined for anything else. @throws when SESSIONS cannot be read */
export async function holdersSample(
  { subject, headers, body }: ReadMessage,
  epochs: EpochBook,
): Promise<Sample | undefined> {
  if (isBrokerCopy(headers)) return undefined;
  const decoded = decodeSample(body);
  if (!decoded.ok || sourceOfSample(subject, decoded.sample) !== 'holder') return undefined;
  return isPlacedSo(await epochs.find(decoded.sample.epoch), decoded.sample) ? decoded.sample : undefined;
}

/** Read before it was due, or made up. */
function isBeforeItsTime({ tick, through_tick = tick, period_ms }: Sample, storedAtMs: number): boolean {
  return through_tick * period_ms > storedAtMs + period_ms;
}

/**
 * The newest sample of a device that a holder of its session has published. One for a tick to come counts only where nobody has held the session since: its
 * successor would wait for that tick, and a former holder could keep it waiting.
 * @param filter a subject for any collector, or one of a task
 * @throws when the broker cannot be asked
 */
export async function newestSample(
  jsm: JetStreamManager,
  epochs: EpochBook,
  filter: string,
): Promise<Sample | undefined> {
  const newest = await newestOn(jsm, filter);
  if (!newest) return undefined;
  const sample = await holdersSample(newest, epochs);
  if (sample && !isBeforeItsTime(sample, newest.storedAtMs)) return sample;
  // Something else lies there: what was sent again, or what somebody has made up.
  const { state } = await answeredSoon(() =>
    leaderInfo(jsm, streamNames.samples, { subjects_filter: filter }),
  );
  const others = Object.keys(state.subjects ?? {}).filter((subject) => subject !== newest.subject);
  const told = sample ? [{ sequence: newest.sequence, told: sample }] : [];
  const found = await Promise.all(
    others.map(async (subject) => {
      const message = await newestOn(jsm, subject);
      const told = message && (await holdersSample(message, epochs));
      return told ? [{ sequence: message.sequence, told }] : [];
    }),
  );
  const byEpoch = [...told, ...found.flat()].sort(
    (a, b) => b.told.epoch - a.told.epoch || b.sequence - a.sequence,
  );
  return byEpoch[0]?.told;
}

async function newestOn(
  jsm: JetStreamManager,
  subject: string,
): Promise<(ReadMessage & { readonly sequence: number; readonly storedAtMs: number }) | undefined> {
  const asked = { last_by_subj: subject };
  const message = await found(answeredSoon(() => jsm.streams.getMessage(streamNames.samples, asked)));
  if (!message) return undefined;
  return {
    subject: message.subject,
    headers: message.header,
    body: message.string(),
    sequence: message.seq,
    storedAtMs: message.time.getTime(),
  };
}

async function found(asked: Promise<StoredMsg | null>): Promise<StoredMsg | undefined> {
  try {
    return (await asked) ?? undefined;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound)
      return undefined;
    throw error;
  }
}
