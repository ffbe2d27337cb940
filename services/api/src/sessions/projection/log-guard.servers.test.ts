import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from '../../../testing/api-database.ts';
import { type Database, openDatabase } from '../../database/open-database.ts';
import { BrokerUnavailable, type SessionLog } from '../../ports.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { LogGuard } from './log-guard.ts';

const silent = createLogger('test', 'silent');
let database: Database;

beforeAll(async () => {
  database = openDatabase({ url: await apiDatabase(), maxConnections: 3, log: silent });
  cleanUpAfterFile(() => database.destroy());
});

/** A log of events with these ids. */
function logOf(...ids: string[]): SessionLog {
  return {
    lastSequence: async () => ids.length,
    eventAt: async (sequence) => ({ subject: '', sequence, message: { id: ids[sequence - 1] } }),
    openAfter: () => {
      throw new Error('not read here');
    },
  };
}
const away: SessionLog = {
  ...logOf(),
  lastSequence: async () => {
    throw new BrokerUnavailable('away');
  },
};

describe('a log', () => {
  it('is sound once it was found to be that of the read model, and until it is not', async () => {
    let nowMs = 0;
    const guard = new LogGuard(database, silent, { monotonicMs: () => nowMs });
    const after = async (log: SessionLog) => {
      await guard.check(log);
      nowMs += 3_000;
      return [guard.isSound(), guard.damage() !== undefined];
    };
    expect([guard.isSound(), guard.damage()]).toEqual([false, undefined]);
    expect(await after(away)).toEqual([false, false]);
    // A read model that is about to be made again may belong to any log.
    expect(await after(logOf('a', 'b'))).toEqual([false, false]);
    await database
      .transaction()
      .execute((transaction) => writeCheckpoint(transaction, { lastSequence: 2, lastEventId: 'b' }));
    expect(await after(logOf('a', 'b', 'c'))).toEqual([true, false]);
    expect(await after(away)).toEqual([true, false]);
    // A single finding may be the answer of a node that is behind.
    expect(await after(logOf('a', 'other'))).toEqual([false, false]);
    expect(guard.doubt()).toBeDefined();
    expect(await after(logOf('a', 'b'))).toEqual([true, false]);
    expect(guard.doubt()).toBeUndefined();
    expect(await after(logOf('a'))).toEqual([false, false]);
    expect(await after(away)).toEqual([false, false]);
    expect(await after(logOf('a', 'other'))).toEqual([false, false]);
    expect(await after(logOf('a', 'other'))).toEqual([false, true]);
    expect(await after(away)).toEqual([false, true]);
    expect(await after(logOf('a', 'b'))).toEqual([true, false]);
    await database.deleteFrom('projection_checkpoint').execute();
    expect(await after(logOf('a', 'b'))).toEqual([false, false]);
  });
});
