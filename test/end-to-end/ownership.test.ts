import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type PlantForTest, plantForTest } from '../support/plant-for-test.ts';
import { startService, testLease } from '../support/service-processes.ts';
import { type SessionLogForTest, sessionLogForTest } from '../support/session-log.ts';

describe('who polls a session', () => {
  let settings: Record<string, string>;
  let log: SessionLogForTest;
  let plant: PlantForTest;

  beforeAll(async () => {
    const nats = await natsForTest();
    settings = { NATS_URL: nats.url, ...testLease };
    log = await sessionLogForTest(nats.url);
    plant = await plantForTest(['press-1', 'press-2', 'press-3']);
  });

  const placementOf = async (taskId: string) => {
    const { session, placement } = await log.task(taskId);
    return currentPlacement(session, placement);
  };
  const samplesOf = async (sessionId: string, epoch: number) =>
    (await log.samples()).filter((sample) => sample.session === sessionId && sample.epoch === epoch);

  it('goes from start over drain, kill and stop without a person', async () => {
    await startService('supervisor', settings);
    const first = await startService('collector', { ...settings, COLLECTOR_ID: 'c1' });
    const sessionId = await log.start(plant.config({ taskId: '1', devices: ['press-1'] }));

    const placed = await eventually(() => placementOf('1'), { what: 'the session to be placed' });
    expect(placed.collectorId).toBe('c1');
    await eventually(async () => (await samplesOf(sessionId, placed.epoch)).length >= 3, {
      what: 'samples under the first epoch',
    });

    // A second collector comes and the first is asked to end: the session moves, nobody stops it.
    await startService('collector', { ...settings, COLLECTOR_ID: 'c2' });
    await eventually(async () => (await log.nc.isClosed()) === false, { what: 'connection' });
    first.signal('SIGTERM');
    expect((await first.exited).code).toBe(0);
    const moved = await eventually(
      async () => {
        const now = await placementOf('1');
        return now?.collectorId === 'c2' && now;
      },
      { what: 'c2 to hold the session' },
    );
    expect(moved.epoch).toBeGreaterThan(placed.epoch);
    await eventually(async () => (await samplesOf(sessionId, moved.epoch)).length >= 3, {
      what: 'samples under the second epoch',
    });
    const types = (await log.events()).map(
      ({ decoded }) => decoded.kind !== 'unreadable' && decoded.event.type,
    );
    expect(types).not.toContain('session.stopped');

    await log.stop(sessionId);
    const requestsAtStop = plant.requests.length;
    await eventually(async () => (await placementOf('1')) === undefined, {
      what: 'the placement to be over',
    });
    expect(plant.requests.length - requestsAtStop).toBeLessThan(5);
  });
});
