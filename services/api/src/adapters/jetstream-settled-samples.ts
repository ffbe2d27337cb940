import { settledMs } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { readSampleBacklog } from '@holdfast/shared/jetstream/samples/sample-backlog.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type { SettledSamples } from '../ports.ts';
import { brokerSlowness } from './broker-slowness.ts';
import { withBroker } from './with-broker.ts';

/** Many who look at gaps within this time make one question. */
const askedEveryMs = 500;
/**
 * A broker that works answers within milliseconds, even while it elects leaders for other streams. A broker that hangs
 * would hold each of the three questions for 5 s; its last answer serves as well as none. Over a slow link, each question
 * is given the time that answers take there.
 */
const patienceMs = 1_000;
const questions = 3;

/** Judges by the messages that no writer has acknowledged in SAMPLES; while the broker cannot be asked, by its last answer. */
export function jetStreamSettledSamples(connection: () => NatsConnection): SettledSamples {
  const slownessMs = brokerSlowness(connection);
  let lastAnswer: { readonly ms: number; readonly saidAtMs: number } | undefined;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  /** Whether the last question was answered in time. */
  let isInTime: Promise<boolean> = Promise.resolve(false);

  const ask = async (): Promise<boolean> => {
    const nowMs = Date.now();
    const { waiting, inHand, oldestMs, oldestDueMs } = await withBroker(connection, readSampleBacklog);
    // An answer that hung must not take back that to a later question.
    if (lastAnswer && lastAnswer.saidAtMs > nowMs) return true;
    if (waiting + inHand === 0) lastAnswer = { ms: settledMs(nowMs, undefined), saidAtMs: nowMs };
    // Unknown when the oldest was dropped between two questions; what was said before stays true.
    else if (oldestMs !== undefined) {
      lastAnswer = { ms: settledMs(nowMs, Math.min(oldestMs, oldestDueMs ?? oldestMs)), saidAtMs: nowMs };
    }
    return true;
  };

  return {
    async now() {
      if (performance.now() - askedAtMs >= askedEveryMs) {
        askedAtMs = performance.now();
        const withinMs = patienceMs + questions * slownessMs();
        const answering = new AbortController();
        const answer = ask()
          .catch(() => false)
          .finally(() => answering.abort());
        isInTime = Promise.race([
          answer,
          pause(systemTimers, withinMs, answering.signal).then(() => answering.signal.aborted && answer),
        ]);
      }
      const wasAsked = await isInTime;
      // While nothing is known yet, everything may still be on its way.
      return { beforeMs: lastAnswer?.ms ?? Number.NEGATIVE_INFINITY, wasAsked };
    },
  };
}
