import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import type { CollectorView } from '@holdfast/shared/contracts/http/collectors-http.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { cliForTest } from '../cli/cli-for-test.ts';
import { eventually } from '../support/eventually.ts';
import { testLease } from '../support/service-processes.ts';
import { type PressPlant, startPressPlant } from './press-plant.ts';

let plant: PressPlant;
let second: RunningProcess;
const collector = async (id: string): Promise<CollectorView> =>
  (await plant.rest.get('/api/system/collectors/')).body.results.find(
    (each: CollectorView) => each.id === id,
  );

beforeAll(async () => {
  plant = await startPressPlant(testLease);
  second = await plant.services.restart('collector', { COLLECTOR_ID: 'c2' });
  await plant.rest.create('/api/acquisition/sessions/start-task/', { task_id: plant.taskId });
  await eventually(async () => (await collector('c2'))?.state === 'active', { what: 'c2 to take work' });
  expect((await plant.rest.post('/api/system/collectors/c1/drain/')).status).toBe(200);
  await eventually(async () => (await collector('c2'))?.sessions === 1, { what: 'c2 to have the session' });
}, 240_000);

describe('a collector', () => {
  it('tells how busy it is, what it holds and of which release it is', async () => {
    await eventually(async () => ((await collector('c2')).load?.values_per_s ?? 0) > 0, {
      what: 'values to be read by c2',
    });
    const { version } = (await plant.rest.get('/api/system/overview/')).body;
    expect(await collector('c2')).toMatchObject({
      ...{ state: 'active', state_since: expect.any(String), version, sessions: 1, devices: 1 },
      last_heartbeat_at: expect.any(String),
      planned_values_per_s: 30,
      load: {
        ticks_per_s: expect.any(Number),
        cpu_share: expect.any(Number),
        memory_bytes: expect.any(Number),
        reported_at: expect.any(String),
      },
    });
    const listed = await cliForTest({ HOLDFAST_URL: plant.rest.url }).onTerminal('collectors', 'list');
    expect(listed.stdout).toMatch(/^c2 +active +\d+s ago +1\/\d+ +1 .* MB +\d+\.\d+\.\d+ /m);
  });

  it('that is killed is lost, with when it was heard last, and its sessions are shown to have moved', async () => {
    await plant.rest.post('/api/system/collectors/c1/undrain/');
    await eventually(async () => (await collector('c1')).state === 'active', { what: 'c1 to take work' });
    const heardAt = (await collector('c2')).last_heartbeat_at ?? '';
    await second.kill();
    await eventually(async () => (await collector('c2')).state === 'lost', { what: 'c2 to be lost' });
    await eventually(async () => (await collector('c1')).sessions === 1, { what: 'c1 to have the session' });
    const lost = await collector('c2');
    expect(lost).toMatchObject({ sessions: 0, load: null });
    expect(Date.parse(lost.last_heartbeat_at ?? '')).toBeGreaterThanOrEqual(Date.parse(heardAt));
    expect(Date.parse(lost.state_since ?? '')).toBeGreaterThan(Date.parse(lost.last_heartbeat_at ?? ''));
    const moves = async (query: string) =>
      (await plant.rest.get(`/api/system/collectors/moves/?${query}`)).body.results;
    expect(
      (await moves('collector=c2')).map(({ reason, former }: Record<string, string>) => [reason, former]),
    ).toEqual([
      ['failover', 'c2'],
      ['drain', 'c1'],
    ]);
    expect(await moves('to=-1d')).toEqual([]);
    const output = await cliForTest({ HOLDFAST_URL: plant.rest.url }).onTerminal('collectors', 'moves');
    expect(output.stdout).toMatch(/failover +c2 +c1 \(1\)/);
  });
});
