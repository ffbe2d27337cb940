import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type FleetForTest, fleetForTest } from '../support/fleet-for-test.ts';
import { logOf } from '../support/service-processes.ts';

const warningsOf = async (fleet: FleetForTest) =>
  (await fleet.events()).flatMap(({ decoded }) => (decoded.kind === 'warning' ? [decoded] : []));

describe('sessions whose time is limited', () => {
  it('are warned of once and stopped at their limit, over a kill of the supervisor, next to commands of people', async () => {
    const fleet = await fleetForTest(['press-1', 'press-2']);
    const { log, plant } = fleet;
    const supervisor = await fleet.start('supervisor');
    const collector = await fleet.collector('c1');
    // The collector's start is not part of the session's time.
    await eventually(() => logOf(collector).includes('lease held; taking work'), {
      what: 'the collector to take work',
    });
    await eventually(() => logOf(supervisor).includes('this supervisor leads'), {
      what: 'the supervisor to lead',
    });
    const config = plant.config({ taskId: '1', devices: ['press-1'] });
    const limited = await log.start(config, { softSeconds: 0.3, hardSeconds: 6 });
    // Paused and forgotten.
    const forgotten = await log.start(plant.config({ taskId: '2', devices: ['press-2'] }), {
      hardSeconds: 6,
    });
    await log.pause(forgotten);
    await fleet.sampled(limited, (await fleet.placed('1')).epoch, 1);
    await eventually(async () => (await warningsOf(fleet)).length > 0, { what: 'the warning' });

    await supervisor.kill();
    // Two at once, of which one will lead.
    const successors = await Promise.all([fleet.start('supervisor'), fleet.start('supervisor')]);
    await eventually(() => successors.some((each) => logOf(each).includes('this supervisor leads')), {
      what: 'one of them to lead',
    });
    await raceAtTheLimit(fleet);
    for (const [taskId, sessionId] of [
      ['1', limited],
      ['2', forgotten],
    ] as const) {
      const stopped = await eventually(
        async () => {
          const { session } = await log.task(taskId);
          return session.status === 'stopped' && session;
        },
        { what: `${sessionId} to be stopped` },
      );
      expect(stopped).toMatchObject({ session: { sessionId }, by: 'supervisor', reason: 'time limit' });
      const { hardLimitAt = '' } = stopped.session;
      expect(Date.parse(stopped.stoppedAt)).toBeGreaterThanOrEqual(Date.parse(hardLimitAt));
    }
    const [warning, ...more] = await warningsOf(fleet);
    expect(more).toEqual([]);
    expect(warning?.event).toMatchObject({ sessionId: limited, by: 'supervisor', reason: 'time limit' });
    expect(Date.parse(warning?.metadata.time ?? '')).toBeGreaterThanOrEqual(
      Date.parse(warning?.event.softLimitAt ?? ''),
    );
    // A collector obeys this stop as any other.
    await eventually(async () => (await log.assignments()) === 0, { what: 'the collector to let go' });
    const requests = () => plant.requests.filter(({ device }) => device === 'press-1').length;
    const before = requests();
    const next = await log.start(plant.config({ taskId: '2', devices: ['press-2'] }));
    await fleet.sampled(next, (await fleet.placed('2')).epoch, 3);
    expect(requests()).toBe(before);
  });
});

/** People stop, pause and start again at the very moment at which the supervisor stops. */
async function raceAtTheLimit(fleet: FleetForTest): Promise<void> {
  const { log, plant } = fleet;
  const tasks = Array.from({ length: 30 }, (_, index) => ({ taskId: String(100 + index), index }));
  const does = ({ index }: (typeof tasks)[number]) => (['stop', 'pause', 'start anew'] as const)[index % 3];
  await Promise.all(
    tasks.map(async (task) => {
      const { taskId, index } = task;
      const config = plant.config({ taskId, devices: ['press-2'] });
      // No collector polls them.
      const unplaced = { ...config, required_labels: { hall: 'none' } };
      const sessionId = await log.start(unplaced, { hardSeconds: 0.8 });
      const { session } = await log.task(taskId);
      const limitAt = session.status === 'running' ? session.session.hardLimitAt : undefined;
      await sleep(Date.parse(limitAt ?? '') - Date.now() + (index - 10) * 3);
      // A command that comes too late is refused.
      if (does(task) === 'pause') await log.pause(sessionId).catch(() => undefined);
      else await log.stop(sessionId);
      if (does(task) === 'start anew') await log.start(unplaced);
    }),
  );
  const lifecycle = async () =>
    (await fleet.events()).flatMap(({ decoded }) => (decoded.kind === 'lifecycle' ? [decoded.event] : []));
  const isOver = async () => {
    const stopped = new Set<string>();
    for (const { type, sessionId } of await lifecycle())
      if (type === 'session.stopped') stopped.add(sessionId);
    return tasks.every(({ taskId }) => stopped.has(`${taskId}-1`));
  };
  await eventually(isOver, { what: 'all of them to be stopped' });
  const events = await lifecycle();
  for (const task of tasks) {
    const { taskId } = task;
    const steps = events
      .filter((event) => event.taskId === taskId && event.type !== 'session.paused')
      .map(({ type, sessionId }) => `${type} ${sessionId}`);
    const first = [`session.started ${taskId}-1`, `session.stopped ${taskId}-1`];
    expect(steps).toEqual(does(task) === 'start anew' ? [...first, `session.started ${taskId}-2`] : first);
  }
}
