import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, configureTask, sessionsPath, startApi, startTask } from './api-under-test.ts';
import { placementsIn } from './placements.ts';

let nats: Awaited<ReturnType<typeof natsForTest>>;
let database: string;
let api: ApiUnderTest;
let log: SessionLogForTest;

beforeAll(async () => {
  nats = await natsForTest();
  database = await freshDatabase();
  api = await startApi({ nats: nats.url, database });
  await api.ready();
  log = await sessionLogForTest(nats.url);
});

const healthy = {
  status: 'healthy',
  consecutive_failures: 0,
  last_success: '2026-01-01T08:00:00.000Z',
  last_error: null,
} as const;

function statusOf(session: string, changes: Partial<SessionLiveStatus>): SessionLiveStatus {
  return {
    v: 1,
    session,
    epoch: 5,
    collector: 'collector-a',
    instance: 'first-life',
    state: 'polling',
    detail: '',
    updated_at: '2026-01-01T08:00:01.000Z',
    points_read: 10,
    error_count: 1,
    last_read_time: '2026-01-01T08:00:00.000Z',
    device_health: { 'press-1': healthy },
    ...changes,
  };
}

describe('the live status of a session', () => {
  it('is empty before anybody has polled it', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'unpolled'));
    expect(await api.get(`${sessionsPath}/${sessionId}/status/`)).toMatchObject({
      status: 200,
      body: {
        id: sessionId,
        status: 'running',
        points_read: 0,
        error_count: 0,
        last_read_time: null,
        metadata: { device_health: {} },
      },
    });
  });

  it('adds up what its holders have counted, and outlives the API and a broker that forgot', async () => {
    const taskId = await configureTask(api, 'polled');
    const sessionId = await startTask(api, taskId);
    const write = async (changes: Partial<SessionLiveStatus>) =>
      (await StatusBoard.open(log.nc)).write(String(taskId), statusOf(sessionId, changes));
    const status = async (from: ApiUnderTest) =>
      (await from.get(`${sessionsPath}/${sessionId}/status/`)).body;

    const { assign } = placementsIn(log.store);
    const epoch = await assign(sessionId, 'collector-a');
    await write({ epoch });
    await expect.poll(() => status(api)).toMatchObject({ points_read: 10, error_count: 1 });
    await write({ epoch, points_read: 25, updated_at: '2026-01-01T08:00:03.000Z' });
    await expect.poll(() => status(api)).toMatchObject({ points_read: 25 });
    await write({
      instance: 'second-life',
      epoch: await assign(sessionId, 'collector-a'),
      points_read: 7,
      error_count: 4,
      last_read_time: '2026-01-01T09:00:00.000Z',
      updated_at: '2026-01-01T09:00:01.000Z',
      device_health: { 'press-1': { ...healthy, status: 'timeout', consecutive_failures: 4 } },
    });
    const total = {
      points_read: 32,
      error_count: 5,
      last_read_time: '2026-01-01T09:00:00.000Z',
      metadata: { device_health: { 'press-1': { status: 'timeout', consecutive_failures: 4 } } },
    };
    await expect.poll(() => status(api)).toMatchObject(total);

    await api.process.stop();
    await nats.restart();
    api = await startApi({ nats: nats.url, database });
    await api.ready();
    expect(await status(api)).toMatchObject(total);
  });
});
