import { settledMs } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connect.ts';
import { readSampleBacklog } from '@holdfast/shared/jetstream/sample-backlog.ts';
import type { SettledSamples } from '../ports.ts';
import { askedOfBroker } from './asked-of-broker.ts';

/** Many who look at gaps at a time make one question of it. */
const askedEveryMs = 500;

/** By what of SAMPLES no writer has acknowledged; while the broker cannot be asked, by what it said last. */
export function jetStreamSettledSamples(connection: () => NatsConnection): SettledSamples {
  let knownMs: number | undefined;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let asked: Promise<void> = Promise.resolve();

  const ask = async () => {
    const nowMs = Date.now();
    const { waiting, inHand, oldestMs, oldestDueMs } = await askedOfBroker(connection, readSampleBacklog);
    if (waiting + inHand === 0) knownMs = settledMs(nowMs, undefined);
    // Not when it was dropped between two questions; what was said before stays true.
    else if (oldestMs !== undefined) knownMs = settledMs(nowMs, Math.min(oldestMs, oldestDueMs ?? oldestMs));
  };

  return {
    async beforeMs() {
      if (performance.now() - askedAtMs >= askedEveryMs) {
        askedAtMs = performance.now();
        asked = ask().catch(() => undefined);
      }
      await asked;
      // Not known yet: everything may still be on its way.
      return knownMs ?? Number.NEGATIVE_INFINITY;
    },
  };
}
