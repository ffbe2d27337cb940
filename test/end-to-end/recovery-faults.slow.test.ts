import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { logOf } from '../support/service-processes.ts';

describe('a supervisor starts on a log with running sessions', () => {
  it('calls a session recovered when its first sample is stored, not before, and none that was started or paused', async () => {
    const fleet = await fleetForTest(['press-1']);
    const supervisor = await fleet.start('supervisor');
    await eventually(() => logOf(supervisor).includes('Session recovery completed'), {
      what: 'the supervisor to have found nothing to recover',
    });
    const first = await fleet.collector('c1');
    const id = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const { epoch } = await fleet.placed('1');
    await fleet.sampled(id, epoch);
    await fleet.log.pause(id);
    await fleet.log.resume(id);
    const resumed = await fleet.placed('1', { above: epoch });
    await fleet.sampled(id, resumed.epoch);
    expect(recoveredIn(first)).toEqual([]);

    // Its device is silent when it comes back under its own epoch.
    fleet.plant.plant.setFault('press-1', { kind: 'silence' });
    await first.kill();
    const second = await fleet.collector('c1');
    await eventually(() => logOf(second).some((line) => line.startsWith('device press-1 is not read')), {
      what: 'it to ask the device',
    });
    expect(recoveredIn(second)).toEqual([]);
    fleet.plant.plant.clearFault('press-1');
    await eventually(() => recoveredIn(second).length > 0, { what: 'its recovery' });
    await fleet.sampled(id, resumed.epoch, 20);
    expect(recoveredIn(second)).toEqual([id]);

    const third = await fleet.collector('c2');
    await second.stop();
    await eventually(() => recoveredIn(third).length > 0, {
      what: 'it to go on elsewhere',
    });
    expect(recoveredIn(third)).toEqual([id]);
  });

  it('waits for a collector when none is up, which is no failure', async () => {
    const fleet = await fleetForTest(['press-1']);
    const sessionId = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const supervisor = await fleet.start('supervisor');
    await eventually(() => logOf(supervisor).some((line) => line.startsWith('running sessions wait')), {
      what: 'the supervisor to say that sessions wait',
    });
    expect((await fleet.log.task('1')).session.status).toBe('running');
    await fleet.collector('c1');
    await fleet.sampled(sessionId, (await fleet.placed('1')).epoch);
  });

  it('fails a session whose configuration snapshot is missing, and says why; the others run', async () => {
    const fleet = await fleetForTest(['press-1', 'press-2']);
    const lost = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const otherSession = await fleet.log.start(fleet.plant.config({ taskId: '2', devices: ['press-2'] }));
    await fleet.log.removeConfig('1', 1);
    await fleet.collector('c1');
    await fleet.start('supervisor');
    const task = await eventually(
      async () => {
        const now = await fleet.log.task('1');
        return now.session.status === 'error' && now;
      },
      { what: 'the session to fail' },
    );
    expect(inEnglish(task.session)).toMatchObject({
      session: { sessionId: lost },
      reason: 'Failed to recover after restart: configuration snapshot 1/1 is missing in TASK_CONFIGS',
    });
    const released = (await fleet.eventTypes()).filter((type) => type === 'session.released');
    expect(released).toHaveLength(2);
    await fleet.sampled(otherSession, (await fleet.placed('2')).epoch);
  });

  it('leaves sessions unplaced while recovery is disabled, until they are recovered one by one', async () => {
    const fleet = await fleetForTest(['press-1', 'press-2']);
    const before = await fleet.start('supervisor');
    const collector = await fleet.collector('c1');
    for (const taskId of ['1', '2']) {
      const sessionId = await fleet.log.start(fleet.plant.config({ taskId, devices: [`press-${taskId}`] }));
      await fleet.sampled(sessionId, (await fleet.placed(taskId)).epoch);
    }
    await Promise.all([before.kill(), collector.kill()]);
    const supervisor = await fleet.start('supervisor', { DISABLE_SESSION_RECOVERY: 'true' });
    await eventually(() => logOf(supervisor).includes('Session recovery completed'), {
      what: 'the supervisor to be done',
    });
    await fleet.collector('c1');
    const requests = fleet.plant.requests.length;
    await fleet.log.recover('1-1');
    const { epoch } = await fleet.placed('1');
    await fleet.sampled('1-1', epoch, 5);
    expect(await fleet.placement('2')).toBeUndefined();
    expect((await fleet.log.task('2')).session.status).toBe('running');
    const devices = fleet.plant.requests.slice(requests).map(({ device }) => device);
    expect(new Set(devices)).toEqual(new Set(['press-1']));
    // A start from now on is no recovery.
    await fleet.log.stop('2-1');
    const sessionId = await fleet.log.start(fleet.plant.config({ taskId: '2', devices: ['press-2'] }));
    await fleet.sampled(sessionId, (await fleet.placed('2')).epoch);
  });
});

describe('two supervisors run', () => {
  it('has one lead; the other takes over when it is killed and fails over what that one cannot', async () => {
    const fleet = await fleetForTest(['press-1']);
    const first = await fleet.start('supervisor');
    await eventually(() => logOf(first).includes('this supervisor leads'), { what: 'the first to lead' });
    const second = await fleet.start('supervisor');
    await eventually(() => logOf(second).some((line) => line.startsWith('"supervisor" is held')), {
      what: 'the second to stand by',
    });
    const collector = await fleet.collector('c1');
    const sessionId = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const before = await fleet.placed('1');
    await fleet.sampled(sessionId, before.epoch);
    await Promise.all([first.kill(), collector.kill()]);
    await fleet.collector('c2');
    const after = await fleet.placed('1', { on: 'c2', above: before.epoch });
    await fleet.sampled(sessionId, after.epoch);
    expect(logOf(second)).toContain('this supervisor leads');
    const assigned = (await fleet.eventTypes()).filter((type) => type === 'session.assigned');
    expect(assigned).toHaveLength(2);
  });

  it('does no harm when the leader is stopped, replaced and goes on', async () => {
    const fleet = await fleetForTest(['press-1', 'press-2']);
    const first = await fleet.start('supervisor');
    await eventually(() => logOf(first).includes('this supervisor leads'), { what: 'the first to lead' });
    const second = await fleet.start('supervisor');
    await fleet.collector('c1');
    const one = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const before = await fleet.placed('1');
    await fleet.sampled(one, before.epoch);
    first.signal('SIGSTOP');
    await eventually(() => logOf(second).includes('this supervisor leads'), {
      what: 'the second to lead',
    });
    first.signal('SIGCONT');
    const two = await fleet.log.start(fleet.plant.config({ taskId: '2', devices: ['press-2'] }));
    await fleet.sampled(two, (await fleet.placed('2')).epoch);
    await eventually(() => logOf(first).includes('this supervisor does not lead any more'), {
      what: 'the first to notice',
    });
    expect(await fleet.placement('1')).toMatchObject({ epoch: before.epoch });
    const assigned = (await fleet.eventTypes()).filter((type) => type === 'session.assigned');
    expect(assigned).toHaveLength(2);
  });
});

/** Ids of the sessions that a collector has called recovered. */
function recoveredIn(collector: RunningProcess): string[] {
  return logOf(collector).flatMap((line) => /^Successfully recovered session (\S+):/.exec(line)?.[1] ?? []);
}
