import { setTimeout as sleep } from 'node:timers/promises';
import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { parseAssignmentSubject, streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { InvalidMeasurement } from '../benchmark.ts';

const lookEveryMs = 20;
/** After this long something is broken; how long it takes is not judged. */
const giveUpAfterMs = 300_000;

export interface ObservedAssignments {
  /** When the broker stored the first and the last `session.assigned`, ms since 1970. */
  readonly firstAssignedAtMs: number;
  readonly lastAssignedAtMs: number;
  /** When the broker stored the last message in ASSIGNMENTS, ms since 1970. */
  readonly lastRungAtMs: number;
  /** When nothing lay on the subjects of the former collectors any more, ms since 1970, to about 20 ms. */
  readonly clearedAtMs: number;
  /** Sessions by collector. */
  readonly byCollector: ReadonlyMap<string, number>;
}

/**
 * Watches the streams themselves until every session has been assigned and its message lies with its new
 * collector, then checks each. The times are the broker's own.
 * @param after last sequence of SESSIONS before the supervisor started
 * @param check called at every look; throws when there is no use in waiting
 * @throws InvalidMeasurement when not exactly these sessions were assigned, once, to these collectors
 */
export async function observeAssignments(options: {
  nc: NatsConnection;
  after: number;
  sessionIds: ReadonlySet<string>;
  collectorIds: ReadonlySet<string>;
  check: () => void;
}): Promise<ObservedAssignments> {
  const { nc, after, sessionIds, collectorIds, check } = options;
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const expected = sessionIds.size;
  const deadline = Date.now() + giveUpAfterMs;
  let lastRungAtMs: number;
  for (;;) {
    check();
    const { last_seq } = (await jsm.streams.info(streamNames.sessions)).state;
    const { messages } = (await jsm.streams.info(streamNames.assignments)).state;
    // Listing the subjects is dear, so only once the end is near.
    if (last_seq >= after + expected && messages <= expected) {
      const { state } = await jsm.streams.info(streamNames.assignments, {
        subjects_filter: subjects.allAssignments,
      });
      const rung = Object.keys(state.subjects ?? {}).filter((subject) =>
        collectorIds.has(parseAssignmentSubject(subject)?.collectorId ?? ''),
      );
      lastRungAtMs = Date.parse(state.last_ts);
      if (rung.length === expected) break;
    }
    if (Date.now() > deadline) {
      throw new InvalidMeasurement(
        `${last_seq - after} of ${expected} sessions were assigned after ${giveUpAfterMs} ms, and ${messages} ` +
          'messages lie in ASSIGNMENTS',
      );
    }
    await sleep(lookEveryMs);
  }
  const clearedAtMs = Date.now();
  const placed = await readPlacements(nc, after);
  const byCollector = new Map<string, number>();
  for (const { sessionId, collectorId } of placed) {
    if (!sessionIds.has(sessionId))
      throw new InvalidMeasurement(`${sessionId} was assigned but does not run`);
    if (!collectorIds.has(collectorId)) throw new InvalidMeasurement(`${collectorId} is not up but got work`);
    byCollector.set(collectorId, (byCollector.get(collectorId) ?? 0) + 1);
  }
  const distinct = new Set(placed.map(({ sessionId }) => sessionId)).size;
  if (placed.length !== expected || distinct !== expected) {
    throw new InvalidMeasurement(
      `${placed.length} assignments of ${distinct} sessions, instead of ${expected}`,
    );
  }
  return {
    firstAssignedAtMs: placed[0]?.storedAtMs ?? 0,
    lastAssignedAtMs: placed.at(-1)?.storedAtMs ?? 0,
    lastRungAtMs,
    clearedAtMs,
    byCollector,
  };
}

interface StoredPlacement {
  readonly sessionId: string;
  readonly collectorId: string;
  readonly storedAtMs: number;
}

async function readPlacements(nc: NatsConnection, after: number): Promise<StoredPlacement[]> {
  const consumer = await jetstream(nc).consumers.get(streamNames.sessions, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: after + 1,
  });
  const placed: StoredPlacement[] = [];
  const messages = await consumer.consume({ max_messages: 1_000 });
  for await (const message of messages) {
    const decoded = decodeSessionEvent(message.json());
    if (decoded.kind !== 'placement' || decoded.event.type !== 'session.assigned') {
      throw new InvalidMeasurement(`sequence ${message.seq} is no assignment: ${message.string()}`);
    }
    const { sessionId, collectorId } = decoded.event;
    placed.push({ sessionId, collectorId, storedAtMs: message.info.timestampNanos / 1e6 });
    if (message.info.pending === 0) break;
  }
  await messages.close();
  return placed;
}
