import type { JetStreamManager } from '@nats-io/jetstream';
import { isBrokerCopy } from '../../contracts/broker-copy.ts';
import { decodeSample, type Sample } from '../../contracts/sample/sample.ts';
import { sourceOfSample } from '../../contracts/sample/source-of-sample.ts';
import { streamNames } from '../../contracts/subjects.ts';
import { fewAtOnce } from '../../runtime/few-at-once.ts';
import { type EpochBook, isPlacedSo } from '../../sessions/epoch-book.ts';
import { leaderInfo } from '../connection/leader-info.ts';
import { storedMessage } from '../connection/stored-message.ts';

/** A sender may have written of a device under any number of tasks: memory holds the messages of so many. */
const othersAtOnce = 16;

/** A message of SAMPLES, however it was read. */
export interface ReadMessage {
  readonly subject: string;
  readonly headers: { get(name: string): string } | undefined;
  readonly body: string;
}

/** The sample in a message, if a holder of its session has published it, or undefined for anything else. @throws when SESSIONS cannot be read */
export async function holdersSample(message: ReadMessage, epochs: EpochBook): Promise<Sample | undefined> {
  const sample = claimedSample(message);
  return sample && isPlacedSo(await epochs.find(sample.epoch), sample) ? sample : undefined;
}

/** The sample in a message, as its sender says; only the log shows whether the sender held the session. */
function claimedSample({ subject, headers, body }: ReadMessage): Sample | undefined {
  if (isBrokerCopy(headers)) return undefined;
  const decoded = decodeSample(body);
  return decoded.ok && sourceOfSample(subject, decoded.sample) === 'holder' ? decoded.sample : undefined;
}

/** The next epoch under which the task was placed, see `nextPlacement`. */
export type NextEpoch = (taskId: string, epoch: number) => Promise<number | undefined>;

export interface NewestSampleOptions {
  readonly epochs: EpochBook;
  readonly nextEpoch: NextEpoch;
  /** Epoch of the caller, who takes the place of the last holder, or undefined for a caller who only looks. */
  readonly under: number | undefined;
}

/**
 * The newest sample of a device that its last holder has published. The last holder has the highest epoch: a former one
 * may publish at any time, even while its successor is dead, and says nothing about what the successor has read.
 * @param filter subject of the device for any collector, of all tasks or of one
 * @throws when the broker cannot be asked
 */
export async function newestSample(
  jsm: JetStreamManager,
  filter: string,
  { epochs, nextEpoch, under }: NewestSampleOptions,
): Promise<Sample | undefined> {
  const newest = await newestOn(jsm, filter);
  if (!newest) return undefined;
  const claimed = claimedSample(newest);
  // Both are asked at the same time: over a slow link each answer takes long.
  const [logged, next] = claimed
    ? await Promise.all([
        epochs.find(claimed.epoch),
        claimed.epoch === under ? under : nextEpoch(claimed.task, claimed.epoch),
      ])
    : [undefined, undefined];
  const sample = claimed && logged && isPlacedSo(logged, claimed) ? claimed : undefined;
  // Nearly always true; then no other collector's sample need be read.
  if (sample && next === under) return sample;
  const { state } = await leaderInfo(jsm, streamNames.samples, { subjects_filter: filter });
  const others = Object.keys(state.subjects ?? {}).filter((subject) => subject !== newest.subject);
  const inTurn = fewAtOnce(othersAtOnce);
  const samples = await Promise.all(
    others.map((subject) =>
      inTurn(async () => {
        const message = await newestOn(jsm, subject);
        const newestOwn = message && (await holdersSample(message, epochs));
        return newestOwn ? [{ sequence: message.sequence, sample: newestOwn }] : [];
      }),
    ),
  );
  const all = [...(sample ? [{ sequence: newest.sequence, sample }] : []), ...samples.flat()];
  const ofTasks = [...Map.groupBy(all, ({ sample }) => sample.task).values()].map((ofTask) =>
    ofTask.reduce((last, each) => (each.sample.epoch > last.sample.epoch ? each : last)),
  );
  return ofTasks.sort((a, b) => b.sequence - a.sequence)[0]?.sample;
}

async function newestOn(
  jsm: JetStreamManager,
  subject: string,
): Promise<(ReadMessage & { readonly sequence: number }) | undefined> {
  const message = await storedMessage(jsm, streamNames.samples, { last_by_subj: subject });
  return (
    message && {
      subject: message.subject,
      headers: message.header,
      body: message.string(),
      sequence: message.seq,
    }
  );
}
