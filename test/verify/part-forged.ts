import { brokerCopyHeader } from '@holdfast/shared/contracts/broker-copy.ts';
import { decodeSample } from '@holdfast/shared/contracts/sample/sample.ts';
import { parsePublishedSubject, sampleSources } from '@holdfast/shared/contracts/subjects.ts';
import type { StreamMessage } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import type { ForgedMessage, QuarantinedSample, RecordedSample } from './history.ts';
import type { SampleWords } from './holder-check.ts';

/** A message of SAMPLES, without what a verdict does not need. */
export interface SampleMessage {
  readonly sequence: number;
  readonly storedAtMs: number;
  readonly subject: string;
  /** The broker was made to put it there: no holder vouches for it. */
  readonly isCopy: boolean;
  readonly decoded: ReturnType<typeof decodeSample>;
  /** The message as far as it can be read; undefined when it names no session. */
  readonly words: SampleWords | undefined;
}

type SampleClaim = Pick<SampleMessage, 'sequence' | 'subject' | 'words'>;

/** A message of QUARANTINE that was put away from SAMPLES. */
export interface PutAway {
  readonly sequence: number;
  readonly subject: string;
  readonly codes: readonly string[] | undefined;
  readonly decoded: ReturnType<typeof decodeSample>;
  readonly words: SampleWords | undefined;
}

/** Undefined for a message that was sent again from quarantine: it was here before. */
export function sampleMessage({
  sequence,
  storedAtMs,
  subject,
  data,
  header,
}: StreamMessage): SampleMessage | undefined {
  if (parsePublishedSubject(subject)?.source === sampleSources.again) return undefined;
  return { sequence, storedAtMs, subject, isCopy: header(brokerCopyHeader) !== '', ...readWords(data) };
}

export function readWords(body: string): Pick<SampleMessage, 'decoded' | 'words'> {
  const decoded = decodeSample(body);
  return { decoded, words: decoded.ok ? decoded.sample : wordsOf(body) };
}

function wordsOf(body: string): SampleWords | undefined {
  try {
    const json = JSON.parse(body) as Partial<SampleWords> | null;
    const { session, epoch, collector, task, device_id } = json ?? {};
    if (!session || !epoch || !collector || !task || !device_id) return undefined;
    return { session, epoch, collector, task, device_id };
  } catch {
    return undefined;
  }
}

export interface PartOptions {
  readonly isSaidByHolder: (subject: string, words: SampleWords) => boolean;
  /** Collectors that are known to lie, each from this sequence of SAMPLES on: what one says of its own former sessions is no record either. */
  readonly liars: ReadonlyMap<string, number>;
}

/**
 * Parts what holders said from what others said in their names: only the former is a record of what was read.
 */
export function partForged(
  messages: readonly SampleMessage[],
  putAway: readonly PutAway[],
  { isSaidByHolder, liars }: PartOptions,
): {
  readonly samples: RecordedSample[];
  readonly undecodable: number[];
  readonly quarantined: QuarantinedSample[];
  readonly forged: ForgedMessage[];
} {
  const isByLog = ({ subject, words }: SampleClaim) => words !== undefined && isSaidByHolder(subject, words);
  const isByLiar = ({ sequence, subject }: SampleClaim) =>
    sequence >= (liars.get(parsePublishedSubject(subject)?.source ?? '') ?? Number.POSITIVE_INFINITY);
  const away = new Set(putAway.flatMap(({ sequence, codes }) => (codes ? [] : [sequence])));
  const samples: RecordedSample[] = [];
  const undecodable: number[] = [];
  const forged: ForgedMessage[] = [];
  const inStream = new Set<number>();
  const forgedSequences = new Set<number>();
  for (const message of messages) {
    const { sequence, storedAtMs, subject, decoded, isCopy } = message;
    inStream.add(sequence);
    const isOwnEpoch = !isCopy && isByLog(message);
    if (!isOwnEpoch || isByLiar(message)) {
      forgedSequences.add(sequence);
      const sample = decoded.ok ? decoded.sample : undefined;
      const inQuarantine = away.has(sequence);
      forged.push({ sequence, storedAtMs, subject, sample, isOwnEpoch, inQuarantine });
    } else if (decoded.ok) samples.push({ sequence, storedAtMs, sample: decoded.sample });
    else undecodable.push(sequence);
  }
  const isForged = (each: PutAway) =>
    inStream.has(each.sequence)
      ? forgedSequences.has(each.sequence)
      : isByLiar(each) || (each.words !== undefined && !isByLog(each));
  const quarantined = putAway
    .filter((each) => !isForged(each))
    .map(({ sequence, codes, decoded }): QuarantinedSample => {
      if (!decoded.ok) return { sequence, codes, tick: undefined };
      const { session, device, tick, period_ms: periodMs } = decoded.sample;
      return { sequence, codes, tick: { session, device, tick, periodMs } };
    });
  return { samples, undecodable, forged, quarantined };
}
