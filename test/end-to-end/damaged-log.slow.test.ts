import { rm } from 'node:fs/promises';
import { freePort } from '@holdfast/dev/free-port.ts';
import { describe, expect, it } from 'vitest';
import { cliForTest } from '../cli/cli-for-test.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { restClient } from '../support/rest-client.ts';
import { startService, testLease } from '../support/service-processes.ts';

describe('a session log that has lost events', () => {
  it('is reported by check-recovery and by the API as long as a supervisor that found it runs', async () => {
    const nats = await natsForTest();
    const apiPort = await freePort();
    const url = `http://127.0.0.1:${apiPort}`;
    const rest = restClient(url);
    await startService('api', {
      NATS_URL: nats.url,
      DATABASE_URL: await freshDatabase(),
      API_PORT: String(apiPort),
    });
    await eventually(async () => (await rest.get('/health/ready').catch(() => undefined))?.status === 200, {
      what: 'the API',
    });
    const supervisor = await startService('supervisor', { NATS_URL: nats.url, ...testLease });
    const device = await rest.create('/api/config/devices/', {
      ...{ code: 'press-1', host: '127.0.0.1', port: 1, unit_id: 1 },
    });
    await rest.create('/api/config/points/', {
      ...{ device_id: device.id, code: 'oil', table: 'holding_register', data_type: 'uint16', address: 0 },
    });
    const task = await rest.create('/api/config/tasks/', {
      ...{ code: 'presses', period_ms: 1000, device_ids: [device.id] },
    });
    const { session_id: id } = await rest.create('/api/acquisition/sessions/start-task/', {
      task_id: task.id,
    });
    const detail = async () => (await rest.get(`/api/acquisition/sessions/${id}/`)).body.placement.detail;
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
    const check = () => cliForTest({ HOLDFAST_URL: url }).run('check-recovery');
    const { code, stdout } = await check();
    expect(stdout).toMatch(
      /^HOLDFAST CRITICAL: .*; the session log is damaged \(supervisor on .*\): SESSIONS ends at sequence 0/,
    );
    expect(code).toBe(2);

    await supervisor.stop();
    await expect.poll(damage).toEqual([byApi]);
    expect((await check()).code).toBe(2);
  });
});
