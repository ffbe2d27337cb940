import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { logOf, longLease } from '../support/service-processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('a supervisor starts on a log with running sessions', () => {
  it('says what it found and did in plain words and places them', async () => {
    const fleet = await fleetForTest(['press-1', 'press-2', 'press-3'], longLease);
    for (const taskId of ['1', '2', '3']) {
      await fleet.log.start(fleet.plant.config({ taskId, devices: [`press-${taskId}`] }));
    }
    await fleet.log.stop('3-1');
    const collector = await fleet.collector('c1');
    const supervisor = await fleet.start('supervisor');
    await fleet.sampled('1-1', (await fleet.placed('1')).epoch);
    await fleet.sampled('2-1', (await fleet.placed('2')).epoch);
    // Logged once all is done, when the sessions may have been polled for some time.
    await eventually(() => logOf(supervisor).includes('Session recovery completed'), {
      what: 'the supervisor to say that it is done',
    });
    const log = logOf(supervisor);
    expect(log).toContain('Found 2 running sessions to recover');
    expect(log).toContain('Recovering session 1-1 for task task-1');
    expect(log).toContain('Recovering session 2-1 for task task-2');
    expect(log.join(' ')).not.toContain('3-1');
    const recovered = () =>
      logOf(collector).filter((line) => line.startsWith('Successfully recovered session '));
    await eventually(() => recovered().length === 2, { what: 'the collector to say the same' });
    expect(
      recovered()
        .sort()
        .map((line) => line.split(/[ :]/)[3]),
    ).toEqual(['1-1', '2-1']);
  });
});

describe.skipIf(process.platform !== 'linux')(
  'a collector is killed with its temporary folder, as in a container',
  () => {
    it('goes on under its epoch without waiting for its lease, because the folder of its spool is kept', async () => {
      const fleet = await fleetForTest(['press-1'], { ...longLease, LEASE_TTL_MS: '600000' });
      const spool = await temporaryFolder('spool');
      const start = async () => {
        const temporary = await temporaryFolder('tmp');
        const collector = await fleet.collector('c1', { SPOOL_DIR: spool, TMPDIR: temporary });
        return { collector, temporary };
      };
      await fleet.start('supervisor');
      const first = await start();
      const sessionId = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
      const { epoch } = await fleet.placed('1');
      const before = await fleet.sampled(sessionId, epoch);
      await first.collector.kill();
      await rm(first.temporary, { recursive: true });
      await start();
      // With this lease a wait for its end would take ten minutes.
      await fleet.sampled(sessionId, epoch, before.length + 20);
      expect((await fleet.placed('1')).epoch).toBe(epoch);
    });
  },
);
