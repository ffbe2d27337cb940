import { encodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { expect, it } from 'vitest';
import { apiDatabase } from '../../../testing/api-database.ts';
import { openDatabase } from '../../database/open-database.ts';
import type { SessionLog } from '../../ports.ts';
import { ProjectedRows } from './projected-rows.ts';
import { startProjector } from './projector.ts';

const log = createLogger('test', 'silent');

function started(sequence: number): StoredEvent {
  const message = encodeSessionEvent(
    {
      type: 'session.started',
      sessionId: `${sequence}-1`,
      taskId: String(sequence),
      taskCode: `line-${sequence}`,
      configVersion: 1,
      startedAt: '2026-01-01T08:00:00.000Z',
      by: 'api',
      metadata: {},
    },
    { id: `event-${sequence}`, time: '2026-01-01T08:00:00.000Z', source: '/holdfast/test' },
  );
  return { subject: subjects.lifecycle(String(sequence)), sequence, message };
}

/** A log that delivers only the first `delivered` events to its first reader, as after a hang of the broker. */
function logThatHung(events: readonly StoredEvent[], delivered: number) {
  const opened: number[] = [];
  let timesEmpty = 0;
  const sessionLog: SessionLog = {
    lastSequence: async () => events.length,
    eventAt: async (sequence) => events[sequence - 1],
    openAfter: (after) => {
      opened.push(after);
      let sent = after;
      const end = opened.length === 1 ? delivered : events.length;
      return {
        next: async () => {
          const batch = events.slice(sent, end);
          sent = Math.max(sent, end);
          if (batch.length > 0) return batch;
          await pause(systemTimers, 5);
          timesEmpty += 1;
          return batch;
        },
        close: () => undefined,
      };
    },
  };
  return { sessionLog, opened, timesEmpty: () => timesEmpty };
}

it('opens the log again when nothing comes though the log is ahead, as after a broker that hung', async () => {
  const database = openDatabase({ url: await apiDatabase(), maxConnections: 3, log });
  cleanUpAfterFile(() => database.destroy());
  const { sessionLog, opened, timesEmpty } = logThatHung([started(1), started(2)], 1);
  const reached: (number | undefined)[] = [];
  const projector = startProjector({
    database,
    sessionLog: () => sessionLog,
    endOfLog: () => 2,
    rows: new ProjectedRows(),
    onProjected: (sequence) => reached.push(sequence),
    log,
  });
  cleanUpAfterFile(projector.stop);
  await eventually(() => reached.at(-1) === 2, { what: 'the event that had no reader' });
  const rows = await database.selectFrom('sessions').select('session_id').orderBy('session_id').execute();
  expect(rows).toEqual([{ session_id: '1-1' }, { session_id: '2-1' }]);
  // The projector reopened the log once, from its checkpoint, and does not do so again when there is no more.
  const before = timesEmpty();
  await eventually(() => timesEmpty() > before + 3, { what: 'looks that find no more' });
  // From the event of its checkpoint, by which it knows the log.
  expect(opened).toEqual([0, 0]);
});
