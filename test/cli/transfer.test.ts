import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, configureTask, startApi } from '../../services/api/testing/api-under-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type CliForTest, cliForTest } from './cli-for-test.ts';

let from: ApiUnderTest;
let to: ApiUnderTest;
let source: CliForTest;
let target: CliForTest;

beforeAll(async () => {
  const nats = await natsForTest();
  from = await startApi({ nats: nats.url, database: await freshDatabase() });
  to = await startApi({ nats: nats.url, database: await freshDatabase() });
  await Promise.all([from.ready(), to.ready()]);
  source = cliForTest({ HOLDFAST_URL: from.url });
  target = cliForTest({ HOLDFAST_URL: to.url });
});

describe('configuration that is exported', () => {
  it('is the same in another installation, where ids are others, and is not brought in twice', async () => {
    // Other ids there than here.
    await configureTask(to, 'own');
    const site = await from.post('/api/config/sites/', { code: 'hall-1' });
    const task = await configureTask(from, '压力机');
    const [device] = (await from.get('/api/config/devices/')).body.results;
    await from.request('PATCH', `/api/config/devices/${device.id}/`, { site_id: site.body.id });
    const [, second] = (await from.get('/api/config/points/')).body.results;
    await from.request('PATCH', `/api/config/tasks/${task}/`, {
      point_ids: [second.id],
      max_duration: { soft_seconds: 60, hard_seconds: 90 },
    });

    const file = join(await temporaryFolder('transfer'), 'all.yaml');
    const exported = (await source.run('export')).stdout;
    await writeFile(file, exported);

    const dry = await target.run('import', file, '--dry-run');
    expect([dry.code, JSON.parse(dry.stdout)]).toEqual([0, { created: 5, changed: 0, unchanged: 0 }]);
    expect((await to.get('/api/config/sites/')).body.results).toEqual([]);

    const brought = await target.run('import', file);
    expect(brought).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(brought.stdout)).toEqual({ created: 5, changed: 0, unchanged: 0 });
    const again = await target.run('import', file);
    expect(JSON.parse(again.stdout)).toEqual({ created: 0, changed: 0, unchanged: 5 });

    const here = JSON.parse((await source.run('export', '--json')).stdout);
    const there = JSON.parse((await target.run('export', '--json')).stdout);
    expect(here.tasks[0]).toMatchObject({ max_duration: { soft_seconds: 60, hard_seconds: 90 } });
    expect(there.tasks).toContainEqual(here.tasks[0]);
    expect(there.devices).toContainEqual(here.devices[0]);
    expect(there.devices).toHaveLength(2);
  });

  it('is refused when it is something else', async () => {
    const file = join(await temporaryFolder('transfer'), 'other.yaml');
    await writeFile(file, 'version: "3"\nservices: {}\n');
    const { code, stderr } = await target.run('import', file);
    expect([code, stderr]).toEqual([1, expect.stringContaining('no configuration of Holdfast')]);
  });
});
