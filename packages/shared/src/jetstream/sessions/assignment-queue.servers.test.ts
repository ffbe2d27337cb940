import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { durableNames, streamNames } from '../../contracts/subjects.ts';
import { openAssignmentInbox } from './assignment-queue.ts';

describe("a collector's inbox", () => {
  it('finds out when its consumer was made anew by another process, or deleted', async () => {
    const { nc } = await sessionLogForTest((await natsForTest()).url);
    const open = () =>
      openAssignmentInbox({
        nc,
        collectorId: 'c1',
        ackWaitMs: 3_000,
        capacity: 10,
        onAssignment: () => undefined,
      });
    const first = await open();
    expect(await first.isIntact()).toBe(true);
    const second = await open();
    expect(await first.isIntact()).toBe(false);
    expect(await second.isIntact()).toBe(true);
    const jsm = await jetstreamManager(nc);
    await jsm.consumers.delete(streamNames.assignments, durableNames.collector('c1'));
    expect(await second.isIntact()).toBe(false);
    await first.close();
    await second.close();
  });
});
