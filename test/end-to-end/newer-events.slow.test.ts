import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { logOf } from '../support/service-processes.ts';

describe('an event of a newer release stands in the log', () => {
  it('leaves its task as it is and stops neither the supervisor nor the collector for the others', async () => {
    const fleet = await fleetForTest(['press-1', 'press-2', 'press-3']);
    const supervisor = await fleet.start('supervisor');
    await fleet.collector('c1');
    const held = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const { epoch } = await fleet.placed('1');
    await fleet.sampled(held, epoch);

    // An event of a newer API: this release cannot know whether it ends the session.
    for (const [taskId, expectedLast] of [
      ['1', (await fleet.log.task('1')).lastLifecycle],
      ['2', 0],
    ] as const) {
      await fleet.log.store.append(
        subjects.lifecycle(taskId),
        {
          specversion: '1.0',
          id: `newer-${taskId}`,
          source: '/holdfast/newer',
          type: 'session.started',
          time: new Date().toISOString(),
          subject: `${taskId}-1`,
          data: { schema_version: 99 },
        },
        expectedLast,
      );
    }
    await eventually(
      () => logOf(supervisor).filter((line) => line.includes('an event cannot be read')).length >= 2,
      { what: 'the supervisor to say that it cannot read the two events' },
    );

    const healthy = await fleet.log.start(fleet.plant.config({ taskId: '3', devices: ['press-3'] }));
    await fleet.sampled(healthy, (await fleet.placed('3')).epoch, 5);
    expect(fleet.plant.requests.some(({ device }) => device === 'press-2')).toBe(false);
    const released = (await fleet.eventTypes()).filter((type) => type === 'session.released');
    expect(released).toEqual([]);

    // A new supervisor reads the same log and goes on the same way.
    await supervisor.kill();
    await fleet.start('supervisor');
    await fleet.log.stop(healthy);
    const again = await fleet.log.start(fleet.plant.config({ taskId: '3', devices: ['press-3'] }));
    await fleet.sampled(again, (await fleet.placed('3')).epoch, 3);
  });
});
