import { setTimeout as sleep } from 'node:timers/promises';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { leaderInfo } from '@holdfast/shared/jetstream/connection/leader-info.ts';
import { readSampleBacklog } from '@holdfast/shared/jetstream/samples/sample-backlog.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { jetstreamManager } from '@nats-io/jetstream';

/** Outlasts a sample that a writer had in hand when it was cut off: the broker gives it to another writer after 30 s. */
const patienceMs = 90_000;
const lookAgainMs = 250;

/**
 * Waits until the database has all that SAMPLES holds now. A tick that is with a writer is neither stored nor lost.
 * @returns how many samples are still missing at the end
 */
export async function untilWritten(natsUrl: string): Promise<number> {
  const log = createLogger('trial', 'silent');
  const { nc, close } = await connectNats({ url: natsUrl, name: 'trial', log });
  const giveUpAtMs = Date.now() + patienceMs;
  /** Asks again while the broker, just healed, has no leader. */
  const answered = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (Date.now() > giveUpAtMs) throw error;
        await sleep(lookAgainMs);
      }
    }
  };
  try {
    const jsm = await jetstreamManager(nc, { checkAPI: false });
    const { state } = await answered(() => leaderInfo(jsm, streamNames.samples));
    for (;;) {
      const { settledSequence } = await answered(() => readSampleBacklog(nc));
      const missingCount = Math.max(0, state.last_seq - settledSequence);
      if (missingCount === 0 || Date.now() > giveUpAtMs) return missingCount;
      await sleep(lookAgainMs);
    }
  } finally {
    await close();
  }
}
