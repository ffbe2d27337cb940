import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApiUnderTest, sessionsPath, startApi } from '../../services/api/testing/api-under-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type CliForTest, cliForTest, Transcript } from './cli-for-test.ts';

let api: ApiUnderTest;
let cli: CliForTest;
let chinese: CliForTest;
let transcript: Transcript;

beforeAll(async () => {
  const nats = await natsForTest();
  // The command line sends an If-Match with every change, so it works under this setting as well.
  const env = { API_REQUIRE_IF_MATCH: 'true' };
  api = await startApi({ nats: nats.url, database: await freshDatabase(), env });
  await api.ready();
  cli = cliForTest({ HOLDFAST_URL: api.url });
  chinese = cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_LANG: 'zh' });
});

beforeEach(() => {
  transcript = new Transcript();
});

/** A device of two points, and a task that reads it. */
const plantFile = (code: string) => `holdfast_configuration: 1
devices:
  - code: ${code}-1
    host: ${code}.plant
    points:
      - { code: level, table: holding_register, address: 0, data_type: int16 }
      - { code: speed, table: holding_register, address: 1, data_type: int16 }
tasks: [{ code: ${code}, period_ms: 1000, devices: [${code}-1] }]
`;
async function plant(code: string): Promise<void> {
  const brought = await cli.runWith(plantFile(code), 'import', '-');
  expect([brought.code, brought.stderr]).toEqual([0, '']);
}

/** Runs it and writes it down; as a table unless what it answers is used. */
const run = (line: string, ...more: string[]) => transcript.of(cli).run(...line.split(' '), ...more);
const done = async (line: string, ...more: string[]) => JSON.parse((await run(line, ...more)).stdout);
const table = (line: string, ...more: string[]) => run(line, ...more, '--table');
const inChinese = (line: string) => transcript.of(chinese, '中 ').run(...line.split(' '), '--table');
const codesOf = async (kind: string) =>
  (await api.get(`/api/config/${kind}/`)).body.results.map(({ code }: { code: string }) => code);
describe('changes on the command line', () => {
  it('are listed with who, why and how many, shown field by field, and taken back in parts', async () => {
    await plant('mill');
    const edited = await done(
      'devices edit --code mill-* --set timeout_ms=1500 --set name="7" --reason',
      'new switch',
    );
    const set = edited.change_set;
    const { id } = edited.results[0];
    const device = async () => (await api.get(`/api/config/devices/${id}/`)).body;
    await table('changes list --device mill-1 --limit 1');
    await run('changes list --kind copy');
    await table(`changes show ${set}`);
    await inChinese(`changes show ${set}`);
    await table(`changes revert ${set} --dry-run`);
    const part = await done(`changes revert ${set} --only device:${id}:timeout_ms`);
    expect(await device()).toMatchObject({ timeout_ms: 1_000, name: '7' });
    await table(`changes revert ${set} --reason`, 'wrong mill');
    expect(await device()).toMatchObject({ name: '' });
    // Brings the change back; reverting it is refused once a later change has touched the same thing.
    await run(`changes revert ${part.change_set}`);
    await run('devices edit --code mill-1 --set timeout_ms=2500');
    await run(`changes revert ${set}`);
    // What is wrong with a number or a part is said, and nothing asked.
    await run('changes show last');
    await run('changes revert 1 --only press:4');
    await run('changes revert 999999');
    await run('points delete');
    await transcript.matches('changes');
  });
});

describe('many things on the command line', () => {
  it('are copied with steps, edited and deleted, tried first, and come back', async () => {
    await plant('press');
    const copy =
      'devices copy press-1 --count 3 --code press-{n:02} --first 2 --step host=10.0.0.11 --step unit_id=5:2 --task press';
    await run(`${copy} --dry-run`);
    expect(await codesOf('devices')).not.toContain('press-02');
    await run(copy);
    const [last] = (await api.get('/api/config/devices/?code=press-04')).body.results;
    expect(last).toMatchObject({ host: '10.0.0.13', unit_id: 9 });
    await table('points list press-04');
    await run('points edit --task press --code lev* --set unit=mm');
    await table('points list press-03');
    await run('points delete --device press-03 --code speed');
    await run('devices delete --code press-0*');
    const removed = await done('devices delete --code press-0* --cascade');
    expect(await codesOf('devices')).not.toContain('press-03');
    await run(`changes revert ${removed.change_set}`);
    await table('points list press-03');
    await table('changes list --kind copy');
    await transcript.matches('many-things');
  });
});

describe('versions of a task on the command line', () => {
  it('are listed, compared and restored', async () => {
    await plant('saw');
    const [task] = (await api.get('/api/config/tasks/?code=saw')).body.results;
    const started = await api.post(`${sessionsPath}/start-task/`, { task_id: task.id });
    expect(started.status).toBe(201);
    const { session_id } = started.body;
    await table('sessions list --task saw');
    await run('points edit --device saw-1 --code speed --set scale=0.1');
    await table('sessions list --task saw');
    await inChinese('sessions list --task saw');
    const edit = 'points edit --device saw-1 --code speed --set scale=0.2 --apply sessions';
    await table(`${edit} --dry-run`);
    const edited = await done(edit);
    expect(edited.applied).toMatchObject([{ session_id, to: 2, is_changed: true }]);
    // No session can be changed to a disabled task: the change is made, and the session stays as it was.
    const disabled = plantFile('saw').replace('period_ms: 1000', 'enabled: false, period_ms: 1000');
    const { runWith } = transcript.of(cli);
    for (const options of [['--dry-run'], []])
      await runWith(disabled, 'import', '-', '--apply', 'sessions', '--table', ...options);
    expect((await api.get(`/api/config/tasks/${task.id}/`)).body.enabled).toBe(false);
    await inChinese('tasks restore saw 1 --apply sessions');
    await api.post(`${sessionsPath}/${session_id}/stop/`);
    await run('points edit --device saw-1 --code level --set scale=0.5');
    // The number of sessions comes from the read model, which follows the log.
    await expect
      .poll(async () => JSON.parse((await cli.run('tasks', 'versions', 'saw')).stdout))
      .toMatchObject([{ version: 3, devices: 1, sessions: 1 }, { version: 2 }, { version: 1 }]);
    await table('tasks versions saw');
    await table('tasks diff saw 1');
    await run('tasks restore saw 1 --dry-run');
    await run('tasks restore saw 1');
    await table('tasks diff saw 1');
    const [device] = (await api.get('/api/config/devices/?code=saw-1')).body.results;
    const later = { code: 'later', address: 99, table: 'holding_register', data_type: 'int16' };
    expect(await api.post('/api/config/points/', { device_id: device.id, ...later })).toMatchObject({
      status: 201,
    });
    await table('tasks restore saw 1 --dry-run');
    await run('tasks restore saw 1 --keep-points');
    await transcript.matches('versions');
  });
});
