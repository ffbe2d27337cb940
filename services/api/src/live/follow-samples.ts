import type { LiveReset } from '@holdfast/shared/contracts/http/live-http.ts';
import { decodeSample } from '@holdfast/shared/contracts/sample/sample.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { BrokerUnavailable, type LiveSamples } from '../ports.ts';
import type { EventStream } from './event-stream.ts';
import { type LiveFilter, liveSample } from './live-sample.ts';
import { StreamHead } from './stream-head.ts';

/** A client that is further behind continues with what is new: catching up would only keep it behind. */
export const messagesBehindAtMost = 50_000;

/**
 * Sends a client every sample after its starting point, until it is gone, at the client's own pace. @throws BrokerUnavailable
 */
export async function followSamples(
  samples: LiveSamples,
  client: EventStream,
  options: { taskId: string | undefined; filter: LiveFilter; from: StartingPoint },
): Promise<void> {
  const { taskId, filter } = options;
  let { from } = options;
  const head = new StreamHead(() => samples.bounds());
  while (!client.closed.aborted) {
    if (from.reset) {
      await client.send({ id: from.after, event: 'reset', data: from.reset });
    }
    client.reached(from.after);
    const feed = await samples.open({ after: from.after, taskId });
    const stop = () => feed.stop();
    client.closed.addEventListener('abort', stop);
    // The client may have gone while the feed was being opened.
    if (client.closed.aborted) stop();
    let position = from.after;
    let isBehind = feed.pendingAtStart > messagesBehindAtMost;
    try {
      if (!isBehind) {
        for await (const { sequence, pending, data } of feed) {
          const missing = await head.passed(position, sequence);
          if (missing !== undefined && !(await client.send(droppedBefore(sequence, missing, position))))
            break;
          position = sequence;
          isBehind = pending > messagesBehindAtMost;
          if (isBehind) break;
          const decoded = decodeSample(data);
          const eventData = decoded.ok ? liveSample(sequence, decoded.sample, filter) : undefined;
          if (!eventData) client.reached(sequence);
          else if (!(await client.send({ id: sequence, event: 'sample', data: eventData }))) break;
        }
      }
    } finally {
      client.closed.removeEventListener('abort', stop);
      feed.stop();
    }
    // A feed that ended by itself has lost its broker: the client comes back with what it has seen.
    if (!isBehind) return;
    const { lastSequence } = await samples.bounds();
    from = resetTo(lastSequence, 'behind', position);
  }
}

export interface StartingPoint {
  readonly after: number;
  readonly reset?: LiveReset;
}

/**
 * The starting point after the sample that the client has seen, or else after the youngest one. Ask for it before the
 * client is answered, which may count on every sample that comes after the answer. @throws BrokerUnavailable
 */
export async function startingPoint(
  samples: LiveSamples,
  lastEventId: number | undefined,
): Promise<StartingPoint> {
  const { firstSequence, lastSequence } = await samples.bounds();
  if (lastEventId === undefined) return { after: lastSequence };
  if (lastEventId > lastSequence) return resetTo(lastSequence, 'unknown', lastEventId);
  if (lastEventId + 1 < firstSequence) return resetTo(lastSequence, 'gone', lastEventId);
  return { after: lastEventId };
}

const retryMs = 1_000;

/**
 * The starting point of a client that comes back and was answered already. It waits for a broker that is down. After
 * any answer but a stream, a page's EventSource would not ask again. Samples that come meanwhile are sent from its id
 * on.
 * @returns undefined when the client is gone
 */
export async function startingPointOfReturn(
  samples: LiveSamples,
  lastEventId: number,
  client: EventStream,
): Promise<StartingPoint | undefined> {
  while (!client.closed.aborted) {
    try {
      return await startingPoint(samples, lastEventId);
    } catch (error) {
      if (!(error instanceof BrokerUnavailable)) throw error;
      await pause(systemTimers, retryMs, client.closed);
    }
  }
  return undefined;
}

/** The client takes samples so slowly that the stream has dropped some before it came to them. */
function droppedBefore(sequence: number, after: number, position: number) {
  const data: LiveReset = { reason: 'gone', after, continues_after: sequence - 1 };
  return { id: position, event: 'reset', data } as const;
}

function resetTo(sequence: number, reason: LiveReset['reason'], after: number): StartingPoint {
  return { after: sequence, reset: { reason, after, continues_after: sequence } };
}
