import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, sessionsPath, startApi } from '../../services/api/testing/api-under-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type CliForTest, cliForTest } from './cli-for-test.ts';

let api: ApiUnderTest;
let cli: CliForTest;
let chinese: CliForTest;

beforeAll(async () => {
  const nats = await natsForTest();
  // The command line sends an If-Match with every change, so it works under this setting as well.
  const env = { API_REQUIRE_IF_MATCH: 'true' };
  api = await startApi({ nats: nats.url, database: await freshDatabase(), env });
  await api.ready();
  cli = cliForTest({ HOLDFAST_URL: api.url });
  chinese = cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_LANG: 'zh' });
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

const done = async (...args: string[]) => {
  const { code, stdout, stderr } = await cli.run(...args);
  expect([code, stderr], args.join(' ')).toEqual([0, '']);
  return JSON.parse(stdout);
};
/** On one line, without the spaces between columns. */
const table = async (who: CliForTest, ...args: string[]) => {
  const { code, stdout, stderr } = await who.run(...args, '--table');
  expect(code, stderr).toBe(0);
  return `${stdout}${stderr}`.replace(/ {2,}/g, '  ');
};
const codesOf = async (kind: string) =>
  (await api.get(`/api/config/${kind}/`)).body.results.map(({ code }: { code: string }) => code);
const pointsOf = async (device: string) =>
  (await done('points', 'list', device)).map(({ code, unit }: { code: string; unit: string }) => [
    code,
    unit,
  ]);

describe('changes on the command line', () => {
  it('are listed with who, why and how many, shown field by field, and taken back in parts', async () => {
    await plant('mill');
    const edited = await done(
      'devices',
      'edit',
      '--code',
      'mill-*',
      '--set',
      'timeout_ms=1500',
      '--set',
      'name="7"',
      '--reason',
      'new switch',
    );
    expect(edited.counts).toEqual({ created: 0, changed: 1, deleted: 0 });
    const set = String(edited.change_set);
    const listed = await table(cli, 'changes', 'list', '--device', 'mill-1', '--limit', '1');
    expect(listed).toMatch(/^ ?ID {2}TIME {2}BY {2}KIND {2}MADE {2}CHANGED {2}DELETED {2}FROM {2}REASON\n/);
    expect(listed).toMatch(
      new RegExp(`\\n ?${set} {2}.*test {2}bulk {2}0 {2}1 {2}0 {2}cli {2}new switch\\n`),
    );
    expect(await done('changes', 'list', '--kind', 'copy')).toEqual([]);
    const output = await table(cli, 'changes', 'show', set);
    expect(output).toMatch(new RegExp(`^${set}: bulk, .*test, .*, cli\\nnew switch\\n\\n`));
    expect(output).toMatch(/device mill-1 {2}\d+ {2}changed {2}name {2}.*7\n/);
    expect(output).toMatch(/device mill-1 {2}\d+ {2}changed {2}timeout_ms {2}1000 {2}1500\n/);
    const inChinese = await table(chinese, 'changes', 'show', set);
    expect(inChinese).toMatch(/设备 mill-1 {2}\d+ {2}更改 {2}timeout_ms {2}1000 {2}1500\n/);

    const { id } = edited.results[0];
    const tried = await table(cli, 'changes', 'revert', set, '--dry-run');
    expect(tried).toContain('Nothing was changed: this is what would be.');
    const part = await done('changes', 'revert', set, '--only', `device:${id}:timeout_ms`);
    expect((await api.get(`/api/config/devices/${id}/`)).body).toMatchObject({
      timeout_ms: 1_000,
      name: '7',
    });
    const rest = await table(cli, 'changes', 'revert', set, '--reason', 'wrong mill');
    expect(rest).toMatch(/Done as change (\d+); holdfast changes revert \1 takes it back\./);
    expect((await api.get(`/api/config/devices/${id}/`)).body).toMatchObject({ name: '' });
    // Brings the change back; reverting it is refused once a later change has touched the same thing.
    await done('changes', 'revert', String(part.change_set));
    await done('devices', 'edit', '--code', 'mill-1', '--set', 'timeout_ms=2500');
    const refused = await cli.run('changes', 'revert', set);
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/device mill-1: timeout_ms was changed by set \d+ later/);
  });

  it('say what is wrong with a number or a part, and ask nothing', async () => {
    const number = await cli.run('changes', 'show', 'last');
    expect([number.code, number.stderr]).toEqual([
      2,
      expect.stringContaining('number of a change, not last'),
    ]);
    const part = await cli.run('changes', 'revert', '1', '--only', 'press:4');
    expect([part.code, part.stderr]).toEqual([2, expect.stringContaining('device:4:host,port')]);
    const none = await cli.run('changes', 'revert', '999999');
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('no change set 999999')]);
    const all = await cli.run('points', 'delete');
    expect([all.code, all.stderr]).toEqual([2, expect.stringContaining("--code 'press-*'")]);
  });
});

describe('many things on the command line', () => {
  it('are copied with steps, edited and deleted, tried first, and come back', async () => {
    await plant('press');
    const copy = ['devices', 'copy', 'press-1', '--count', '3', '--code', 'press-{n:02}', '--first', '2'];
    const stepped = [...copy, '--step', 'host=10.0.0.11', '--step', 'unit_id=5:2', '--task', 'press'];
    const tried = await done(...stepped, '--dry-run');
    expect(tried).toMatchObject({ change_set: null, counts: { created: 9, changed: 1, deleted: 0 } });
    expect(await codesOf('devices')).not.toContain('press-02');
    const copied = await done(...stepped);
    const [last] = (await api.get('/api/config/devices/?code=press-04')).body.results;
    expect(last).toMatchObject({ host: '10.0.0.13', unit_id: 9 });
    expect(await pointsOf('press-04')).toEqual([
      ['level', ''],
      ['speed', ''],
    ]);

    await done('points', 'edit', '--task', 'press', '--code', 'lev*', '--set', 'unit=mm');
    expect(await pointsOf('press-03')).toEqual([
      ['level', 'mm'],
      ['speed', ''],
    ]);
    await done('points', 'delete', '--device', 'press-03', '--code', 'speed');
    const result = await cli.run('devices', 'delete', '--code', 'press-0*');
    expect([result.code, result.stderr]).toEqual([1, expect.stringContaining('press')]);
    const removed = await done('devices', 'delete', '--code', 'press-0*', '--cascade');
    expect(removed.counts).toEqual({ created: 0, changed: 1, deleted: 8 });
    expect(await codesOf('devices')).not.toContain('press-03');
    await done('changes', 'revert', String(removed.change_set));
    expect(await pointsOf('press-03')).toEqual([['level', 'mm']]);
    const [set] = await done('changes', 'list', '--kind', 'copy');
    expect(set.id).toBe(copied.change_set);
  });
});

describe('versions of a task on the command line', () => {
  it('are listed, compared and restored', async () => {
    await plant('saw');
    const [task] = (await api.get('/api/config/tasks/?code=saw')).body.results;
    const started = await api.post(`${sessionsPath}/start-task/`, { task_id: task.id });
    expect(started.status).toBe(201);
    expect(await table(cli, 'sessions', 'list', '--task', 'saw')).toMatch(
      / {2}saw {2}running {2}1 {2}waiting/,
    );
    await done('points', 'edit', '--device', 'saw-1', '--code', 'speed', '--set', 'scale=0.1');
    expect(await table(cli, 'sessions', 'list', '--task', 'saw')).toMatch(
      / {2}saw {2}running {2}1 \(newer\) {2}/,
    );
    expect(await table(chinese, 'sessions', 'list', '--task', 'saw')).toContain('1（有更新）');
    const edit = ['points', 'edit', '--device', 'saw-1', '--code', 'speed', '--set', 'scale=0.2'];
    const tried = await cli.run(...edit, '--apply', 'sessions', '--dry-run', '--table');
    expect([tried.code, tried.stderr]).toEqual([
      0,
      expect.stringContaining(`Session ${started.body.session_id} would go on with a new version; devices: `),
    ]);
    const edited = await done(...edit, '--apply', 'sessions');
    expect(edited.applied).toMatchObject([{ session_id: started.body.session_id, to: 2, is_changed: true }]);
    // No session can be changed to a disabled task: the change is made, and the session stays as it was.
    const disabled = plantFile('saw').replace('period_ms: 1000', 'enabled: false, period_ms: 1000');
    const refusing = await cli.runWith(
      disabled,
      ...['import', '-', '--apply', 'sessions', '--dry-run', '--table'],
    );
    const result = await cli.runWith(disabled, 'import', '-', '--apply', 'sessions', '--table');
    expect([refusing.code, refusing.stderr]).toEqual([result.code, result.stderr]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(
      `${started.body.session_id}: This task cannot be started as it is configured: `,
    );
    expect((await api.get(`/api/config/tasks/${task.id}/`)).body.enabled).toBe(false);
    const back = await table(chinese, 'tasks', 'restore', 'saw', '1', '--apply', 'sessions');
    expect(back).toContain(`会话 ${started.body.session_id} 自 `);
    await api.post(`${sessionsPath}/${started.body.session_id}/stop/`);
    await done('points', 'edit', '--device', 'saw-1', '--code', 'level', '--set', 'scale=0.5');
    // The number of sessions comes from the read model, which follows the log.
    await expect
      .poll(() => done('tasks', 'versions', 'saw'))
      .toMatchObject([{ version: 3, devices: 1, sessions: 1 }, { version: 2 }, { version: 1 }]);
    const diff = await table(cli, 'tasks', 'diff', 'saw', '1');
    expect(diff).toMatch(/point saw-1\/level {2}\d+ {2}changed {2}scale {2}1 {2}0\.5\n/);
    expect(await done('tasks', 'restore', 'saw', '1', '--dry-run')).toMatchObject({ change_set: null });
    expect(await done('tasks', 'restore', 'saw', '1')).toMatchObject({ counts: { changed: 1 } });
    expect((await done('tasks', 'diff', 'saw', '1')).results).toEqual([]);
    const [device] = (await api.get('/api/config/devices/?code=saw-1')).body.results;
    const later = {
      device_id: device.id,
      code: 'later',
      address: 99,
      table: 'holding_register',
      data_type: 'int16',
    };
    expect(await api.post('/api/config/points/', later)).toMatchObject({ status: 201 });
    const restore = await cli.run('tasks', 'restore', 'saw', '1', '--dry-run', '--table');
    expect(restore.stderr).toContain('that it read before: saw-1/later. --keep-points keeps them.');
    const keeping = await done('tasks', 'restore', 'saw', '1', '--keep-points');
    expect(keeping).toMatchObject({ unread_points: [] });
  });
});
