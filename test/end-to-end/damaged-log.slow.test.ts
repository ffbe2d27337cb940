import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess } from '@holdfast/dev/child-process.ts';
import { describe, expect, inject, it } from 'vitest';
import { cliForTest } from '../cli/cli-for-test.ts';
import { eventually } from '../support/eventually.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { configureAndStart, configureDevice, countPoint } from '../support/over-rest.ts';
import { servicesForTest } from '../support/system-for-test.ts';

describe.runIf(inject('installedServers').curl !== null)('a session log that has lost events', () => {
  it('is reported by check-recovery and by the API as long as a supervisor that found it runs', async () => {
    const nats = await natsForTest();
    const settings = { writer: false, collector: false } as const;
    const { rest, process } = await servicesForTest({ natsUrl: nats.url, settings });
    const place = { code: 'press-1', host: '127.0.0.1', port: 1, unit_id: 1 };
    const device = await configureDevice(rest, place, [countPoint]);
    const task = { code: 'presses', period_ms: 1000, device_ids: [device.id] };
    const { path } = await configureAndStart(rest, task);
    const detail = async () => (await rest.get(`${path}/`)).body.placement.detail;
    await eventually(async () => (await detail()).includes('no collector'), {
      what: 'the session to wait for a collector',
    });
    const damage = async () => (await rest.get('/api/acquisition/recovery/')).body.log_damage;
    expect(await damage()).toEqual([]);

    await nats.stop();
    await rm(nats.storeDir, { recursive: true });
    await nats.restart();
    const bySupervisor = {
      found_by: expect.stringMatching(/^supervisor on ./),
      detail: expect.stringContaining('SESSIONS ends at sequence 0'),
    };
    const byApi = { ...bySupervisor, found_by: 'api' };
    await expect.poll(damage).toEqual([bySupervisor, byApi]);
    expect(await detail()).toContain('the session log is damaged: SESSIONS ends at sequence 0');
    const check = () => cliForTest({ HOLDFAST_URL: rest.url }).run('check-recovery');
    const { code, stdout } = await check();
    expect(stdout).toMatch(
      /^HOLDFAST CRITICAL: .*; the session log is damaged \(supervisor on .*\): SESSIONS ends at sequence 0/,
    );
    expect(code).toBe(2);
    const script = await startProcess({
      name: 'check',
      command: join(import.meta.dirname, '..', '..', 'check_recovery.sh'),
      args: [],
      env: { HOLDFAST_URL: rest.url },
    });
    expect((await script.exited).code).toBe(1);
    expect(script.lastLines(1).join()).toMatch(
      /^WARNING: the session log is damaged: SESSIONS ends at sequence 0.*; expected 1 running sessions, actual 0$/,
    );

    await process('supervisor').stop();
    await expect.poll(damage).toEqual([byApi]);
    expect((await check()).code).toBe(2);
  });
});
