import { encodeSessionEvent, type SessionLogEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { apiDatabase } from '../../../testing/api-database.ts';
import { type Database, openDatabase } from '../../database/open-database.ts';
import { cleanUp } from '../cleanup/clean-up.ts';
import { applyBatch, CheckpointMoved, type ReadModel } from './apply-batch.ts';
import { beginCheckpoint, readCheckpoint } from './checkpoint.ts';
import { lastCleaned } from './cleaned-sessions.ts';
import { ProjectedRows } from './projected-rows.ts';

const log = createLogger('test', 'silent');

async function emptyReadModel(): Promise<Database> {
  const database = openDatabase({ url: await apiDatabase(), maxConnections: 2, log });
  cleanUpAfterFile(() => database.destroy());
  await beginCheckpoint(database);
  return database;
}

/** The read model as a process finds it that becomes the projector. */
async function begin(database: Database): Promise<ReadModel> {
  const checkpoint = await readCheckpoint(database);
  if (!checkpoint) throw new Error('there is no checkpoint');
  return { checkpoint, rows: new ProjectedRows(), cleanedUpTo: await lastCleaned(database) };
}

async function apply(database: Database, model: ReadModel, batch: StoredEvent[]): Promise<ReadModel> {
  return { ...model, checkpoint: await applyBatch(database, model, batch, log) };
}

const identity = (task: number, run: number) => ({
  sessionId: `${task}-${run}`,
  taskId: String(task),
  taskCode: `line-${task}`,
  configVersion: 1,
  startedAt: '2026-01-01T08:00:00.000Z',
  by: 'api',
});
const started = (task: number, run: number): SessionLogEvent => ({
  type: 'session.started',
  ...identity(task, run),
  metadata: { shift: '早班', run },
});
const paused = (task: number, run: number): SessionLogEvent => ({
  type: 'session.paused',
  ...identity(task, run),
  reason: 'x',
});
const resumed = (task: number, run: number): SessionLogEvent => ({
  type: 'session.resumed',
  ...identity(task, run),
  reason: 'resume',
});
const stopped = (task: number, run: number): SessionLogEvent => ({
  type: 'session.stopped',
  ...identity(task, run),
  reason: 'done',
});
const failed = (task: number, run: number): SessionLogEvent => ({
  type: 'session.failed',
  ...identity(task, run),
  reason: 'no answer',
  cause: 'passing',
  attempt: 1,
});
const assigned = (task: number, run: number): SessionLogEvent => ({
  type: 'session.assigned',
  sessionId: `${task}-${run}`,
  taskId: String(task),
  collectorId: 'collector-a',
  configVersion: 1,
  refusals: 0,
  reason: 'start',
});

function storedEvents(events: readonly SessionLogEvent[], after = 0): StoredEvent[] {
  return events.map((event, index) => {
    const sequence = after + index + 1;
    const { taskId } = event;
    const subject =
      event.type === 'session.assigned' ? subjects.placement(taskId) : subjects.lifecycle(taskId);
    const about = {
      id: `e${sequence}`,
      time: new Date(Date.UTC(2026, 0, 1) + sequence).toISOString(),
      source: '/t',
    };
    return { subject, sequence, message: JSON.parse(JSON.stringify(encodeSessionEvent(event, about))) };
  });
}

async function readModel(database: Database) {
  return {
    sessions: await database.selectFrom('sessions').selectAll().orderBy('session_id').execute(),
    events: await database.selectFrom('session_events').selectAll().orderBy('sequence').execute(),
    checkpoint: await readCheckpoint(database),
  };
}

let database: Database;
beforeEach(async () => {
  database = await emptyReadModel();
});

describe('a batch of session events', () => {
  const story = storedEvents([
    started(1, 1),
    assigned(1, 1),
    started(2, 1),
    paused(1, 1),
    // One session's whole life in one batch, whatever the batch size.
    started(3, 1),
    assigned(3, 1),
    stopped(3, 1),
    failed(2, 1),
    resumed(1, 1),
    assigned(1, 1),
    // Events after the end of their session, of which nothing is remembered.
    resumed(2, 1),
    stopped(1, 1),
    assigned(1, 1),
    started(1, 2),
    // A second start, which no release writes: the row exists although the session begins here.
    started(1, 2),
    stopped(2, 1),
  ]);

  it('makes the same read model whatever is remembered and however events are portioned', async () => {
    let model = await begin(database);
    for (const event of story)
      model = { ...(await apply(database, model, [event])), rows: new ProjectedRows() };
    const expected = await readModel(database);
    expect(expected.sessions.map(({ session_id, status }) => [session_id, status])).toEqual([
      ['1-1', 'stopped'],
      ['1-2', 'running'],
      ['2-1', 'stopped'],
      ['3-1', 'stopped'],
    ]);
    for (const size of [1, 2, 3, 5, story.length]) {
      const other = await emptyReadModel();
      let remembering = await begin(other);
      for (let at = 0; at < story.length; at += size) {
        remembering = await apply(other, remembering, story.slice(at, at + size));
      }
      expect(await readModel(other)).toEqual(expected);
    }
  });

  it('is not written by a process that has not noticed that another one has written meanwhile', async () => {
    const former = await apply(database, await begin(database), story.slice(0, 2));
    await apply(database, await begin(database), story.slice(2, 4));
    const before = await readModel(database);
    await expect(apply(database, former, story.slice(2, 4))).rejects.toThrow(CheckpointMoved);
    expect(await readModel(database)).toEqual(before);
  });

  it('does not bring a session back that was cleaned away since its row was written', async () => {
    const model = await apply(database, await begin(database), storedEvents([started(1, 1), stopped(1, 1)]));
    await cleanUp(
      database,
      { endedBefore: new Date(Date.UTC(2027, 0)), statuses: ['stopped'] },
      { limit: 10 },
    );
    await apply(database, model, storedEvents([assigned(1, 1)], 2));
    expect((await readModel(database)).sessions).toEqual([]);
  });

  it('that is read again leaves away what was cleaned away', async () => {
    const events = storedEvents([started(1, 1), stopped(1, 1), started(2, 1)]);
    await apply(database, await begin(database), events);
    await cleanUp(
      database,
      { endedBefore: new Date(Date.UTC(2027, 0)), statuses: ['stopped'] },
      { limit: 10 },
    );
    const before = await readModel(database);
    await database.deleteFrom('projection_checkpoint').execute();
    await beginCheckpoint(database);
    await apply(database, await begin(database), events);
    expect(await readModel(database)).toEqual(before);
  });
});
