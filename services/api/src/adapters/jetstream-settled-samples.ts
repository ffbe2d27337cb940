import { settledMs } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { readSampleBacklog } from '@holdfast/shared/jetstream/samples/sample-backlog.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type { SettledSamples } from '../ports.ts';
import { askedOfBroker } from './asked-of-broker.ts';
import { brokerSlowness } from './broker-slowness.ts';

/** Many who look at gaps within this time make one question. */
const askedEveryMs = 500;
/**
 * A broker that works answers within milliseconds, even while it elects leaders for other streams. A broker that hangs
 * would hold each of the three questions for 5 s; its last answer serves as well as none. Over a slow link, each question
 * is given the time that answers take there.
 */
const patienceMs = 1_000;
const questions = 3;

/** Judges by what no writer has acknowledged in SAMPLES; while the broker cannot be asked, by what it said last. */
export function jetStreamSettledSamples(connection: () => NatsConnection): SettledSamples {
  const slownessMs = brokerSlowness(connection);
  let known: { readonly ms: number; readonly saidAtMs: number } | undefined;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  /** Whether the last question was answered in time. */
  let asked: Promise<boolean> = Promise.resolve(false);

  const ask = async (): Promise<boolean> => {
    const nowMs = Date.now();
    const { waiting, inHand, oldestMs, oldestDueMs } = await askedOfBroker(connection, readSampleBacklog);
    // An answer that hung must not take back that to a later question.
    if (known && known.saidAtMs > nowMs) return true;
    if (waiting + inHand === 0) known = { ms: settledMs(nowMs, undefined), saidAtMs: nowMs };
    // Unknown when the oldest was dropped between two questions; what was said before stays true.
    else if (oldestMs !== undefined) {
      known = { ms: settledMs(nowMs, Math.min(oldestMs, oldestDueMs ?? oldestMs)), saidAtMs: nowMs };
    }
    return true;
  };

  return {
    async now() {
      if (performance.now() - askedAtMs >= askedEveryMs) {
        askedAtMs = performance.now();
        const withinMs = patienceMs + questions * slownessMs();
        const answered = new AbortController();
        const answer = ask()
          .catch(() => false)
          .finally(() => answered.abort());
        asked = Promise.race([
          answer,
          pause(systemTimers, withinMs, answered.signal).then(() => answered.signal.aborted && answer),
        ]);
      }
      const wasAsked = await asked;
      // While nothing is known yet, everything may still be on its way.
      return { beforeMs: known?.ms ?? Number.NEGATIVE_INFINITY, wasAsked };
    },
  };
}
