import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { jetStreamQuarantine } from '@holdfast/shared/jetstream/samples/quarantine.ts';
import { SampleStream } from '@holdfast/shared/jetstream/samples/sample-stream.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, configureTask, startApi } from '../../services/api/testing/api-under-test.ts';
import { placementsIn } from '../../services/api/testing/placements.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '../support/session-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type CliForTest, cliForTest } from './cli-for-test.ts';

let nats: Awaited<ReturnType<typeof natsForTest>>;
let api: ApiUnderTest;
let database: string;
let cli: CliForTest;

beforeAll(async () => {
  nats = await natsForTest();
  database = await freshDatabase();
  api = await startApi({ nats: nats.url, database });
  await api.ready();
  cli = cliForTest({ HOLDFAST_URL: api.url });
});

const hasScript = spawnSync('script', ['--version'], { stdio: 'ignore' }).status === 0;

describe('sessions on the command line', () => {
  it('are started by the code of their task, printed as JSON in a pipe, and stopped with a reason', async () => {
    await configureTask(api, 'press');
    const started = await cli.run('sessions', 'start', 'press', '--metadata', 'order=4711');
    expect(started).toMatchObject({ code: 0, stderr: '' });
    const { session_id } = JSON.parse(started.stdout);

    await expect
      .poll(async () => JSON.parse((await cli.run('sessions', 'list', '--active')).stdout))
      .toMatchObject([
        { id: session_id, task_code: 'press', status: 'running', metadata: { order: '4711' } },
      ]);

    expect((await cli.run('sessions', 'start', 'press')).code).toBe(1);
    const chief = cliForTest({ HOLDFAST_URL: api.url, HOLDFAST_OPERATOR: '李伟' });
    expect((await chief.run('sessions', 'pause', session_id)).code).toBe(0);
    expect((await cli.run('sessions', 'resume', session_id)).code).toBe(0);
    const stopped = await cli.run('sessions', 'stop', session_id, '--reason', 'end of shift', '--table');
    expect(stopped).toMatchObject({ code: 0, stderr: '' });
    expect(stopped.stdout).toContain(`${session_id} stopped: `);
    await expect
      .poll(async () => (await cli.run('sessions', 'events', session_id, '--table')).stdout)
      .toMatch(/session\.paused +.*by=李伟 [\s\S]*session\.stopped +.*by=test .*reason=end of shift/);
    const gaps = await cli.run('sessions', 'gaps', session_id);
    expect([gaps.code, Array.isArray(JSON.parse(gaps.stdout))]).toEqual([0, true]);
  });

  it('whose gaps are asked for while the broker is unavailable come with what could not be asked, next to the JSON too', async () => {
    const away = await natsForTest();
    const lonely = await startApi({ nats: away.url, database: await freshDatabase() });
    await lonely.ready();
    const asking = cliForTest({ HOLDFAST_URL: lonely.url });
    await configureTask(lonely, 'kept');
    const { session_id } = JSON.parse((await asking.run('sessions', 'start', 'kept')).stdout);
    const lacks = async () => (await asking.run('sessions', 'gaps', session_id)).stderr;
    await expect.poll(lacks).toBe('');
    await away.stop();
    const lacking = /^NATS does not answer now.*not_arrived\.\n$/;
    await expect.poll(lacks).toMatch(lacking);
    const table = await asking.run('sessions', 'gaps', session_id, '--table');
    expect([table.code, table.stderr]).toEqual([0, expect.stringMatching(lacking)]);
    const json = await asking.run('sessions', 'gaps', session_id);
    expect([json.code, Array.isArray(JSON.parse(json.stdout))]).toEqual([0, true]);
  });

  it('of which one is refused are commanded all the same, and the exit code says that one was', async () => {
    const id = await configureTask(api, 'lathe');
    const { session_id } = JSON.parse((await cli.run('sessions', 'start', String(id))).stdout);
    const stopped = await cli.run('sessions', 'stop', '999-1', session_id, '--table');
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain('999-1: There is no such thing (session_not_found, 404)');
    expect(stopped.stdout).toContain(`${session_id} stopped`);
  });

  it.skipIf(!hasScript)('stand in an aligned table on a terminal, names of any script too', async () => {
    for (const [code, name] of [
      ['压力机', '压力机三号'],
      ['mill', 'Mill'],
    ]) {
      await api.post('/api/config/tasks/', { code, name, period_ms: 1_000, device_ids: [] });
    }
    const { code, stdout } = await cli.onTerminal('tasks', 'list');
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^ *ID {2}TASK +NAME +PERIOD +DEVICES +ENABLED$/);
    // Each ideograph takes two cells.
    const column = (part: string, word: string) => {
      const line = lines.find((each) => each.includes(part)) ?? '';
      const before = line.slice(0, line.indexOf(word));
      return before.length + (before.match(/\p{Script=Han}/gu)?.length ?? 0);
    };
    expect(column('压力机', '1000 ms')).toBe(column('Mill', '1000 ms'));
    const json = await cli.onTerminal('tasks', 'show', 'mill', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ code: 'mill' });
  });
});

const epochs = new Map<string, Promise<number>>();
function epochOf(session: string, { store }: SessionLogForTest): Promise<number> {
  const epoch = epochs.get(session) ?? placementsIn(store).assign(session, 'c1');
  epochs.set(session, epoch);
  return epoch;
}

/** Reports on a session's devices in place of a collector. */
async function says(session: string, device_health: SessionLiveStatus['device_health']): Promise<void> {
  const log = await sessionLogForTest(nats.url);
  await (await StatusBoard.open(log.nc)).write(session.split('-')[0] ?? '', {
    ...{
      v: 1,
      session,
      epoch: await epochOf(session, log),
      collector: 'c1',
      instance: 'one-life',
      state: 'polling',
      detail: '',
    },
    ...{ updated_at: new Date().toISOString(), points_read: 1, error_count: 0, last_read_time: null },
    device_health,
  });
}

describe('tables', () => {
  it('have no empty cell', async () => {
    const taskId = await configureTask(api, 'saw');
    const max_duration = { soft_seconds: 90, hard_seconds: 7_200 };
    await api.request('PATCH', `/api/config/tasks/${taskId}/`, { max_duration });
    const { session_id } = JSON.parse((await cli.run('sessions', 'start', 'saw')).stdout);
    const shows = [
      ['sessions', 'show', session_id],
      ['tasks', 'show', 'saw'],
      ['tasks', 'plan', 'saw'],
      ['devices', 'list'],
      ['points', 'list', 'saw-device'],
      ['points', 'list'],
      ['points', 'values', 'saw-device'],
      ['collectors', 'list'],
      ['sinks'],
    ];
    const ended = await Promise.all(shows.map((args) => cli.run(...args, '--table')));
    // No writer is there.
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1]);
    for (const { stdout } of ended) expect(stdout).not.toMatch(/undefined|NaN|\[object|^$/);
    expect(ended[0]?.stdout).toMatch(/^status +running$/m);
    expect(ended[0]?.stdout).toMatch(/^soft limit +\d{4}-.*\nhard limit +\d{4}-/m);
    expect(ended[1]?.stdout).toMatch(/^devices +saw-device \(\d+\)$/m);
    expect(ended[1]?.stdout).toMatch(/^warns after +90 s \(1m 30s\)\nstops after +7200 s \(2h\)$/m);
    const since = '2026-11-27T03:12:00.000Z';
    const points = ['flow', 'level', 'heat', 'cool'].map((code) => ({ code, since, error: 'exception 2' }));
    const healthy = { consecutive_failures: 0, last_success: since, last_error: null };
    await says(session_id, {
      'saw-device': { ...healthy, status: 'error', failing_count: 6, failing_points: points },
    });
    await expect
      .poll(async () => (await cli.run('sessions', 'show', session_id, '--table')).stdout)
      .toMatch(
        /^DEVICE +HEALTH .* FAILING POINTS .*\nsaw-device +error +0 .* flow since [^,]+, level since [^,]+, heat since \S+ and 3 more +-$/m,
      );
    await cli.run('sessions', 'stop', session_id, '--reason', 'end of shift');
    expect((await cli.run('sessions', 'show', session_id, '--table')).stdout).toMatch(
      /^stopped +\d{4}-.* by .+: end of shift$/m,
    );
    expect(ended[3]?.stdout).toMatch(/saw-device +- +modbus_tcp +127\.0\.0\.1:502/);
    expect(ended[4]?.stdout).toMatch(/^ *ID {2}POINT +.*WRITABLE +ENABLED\n *\d+ {2}saw-device\/value-0 /);
    expect(ended[5]?.stdout).toContain(' saw-device/');
    const nowhere = await cli.run('points', 'write', 'saw-device/nope', '1');
    expect([nowhere.code, nowhere.stderr]).toEqual([
      1,
      'There is no point nope of device saw-device.\nThe list: holdfast points list saw-device\n',
    ]);
    expect((await cli.run('devices', 'test', 'saw-device')).code).toBe(3);
  });
});

describe('times', () => {
  let session_id: string;
  let started_at: string;

  beforeAll(async () => {
    await configureTask(api, 'clock');
    session_id = JSON.parse((await cli.run('sessions', 'start', 'clock')).stdout).session_id;
    started_at = JSON.parse((await cli.run('sessions', 'show', session_id)).stdout).started_at;
  });

  // None has daylight saving time, and one is off by half an hour.
  it.each([
    ['Asia/Shanghai', '+08:00', 480],
    ['Asia/Kolkata', '+05:30', 330],
    ['America/Phoenix', '-07:00', -420],
  ] as const)(
    'are those of a reader in %s, in tables and where they are given without an offset; JSON keeps those of the API',
    async (TZ, offset, minutes) => {
      const there = cliForTest({ HOLDFAST_URL: api.url, TZ });
      const local = new Date(Date.parse(started_at) + minutes * 60_000).toISOString().slice(0, -1);
      const result = await there.run('sessions', 'show', session_id, '--table');
      expect(result.stdout).toContain(`started      ${local}${offset}\n`);
      const events = await there.run('sessions', 'events', session_id, '--table');
      expect(events.stdout).toMatch(
        new RegExp(`^ +\\d+ {2}${local.replace('.', '\\.')}\\${offset} {2}session\\.started`, 'm'),
      );
      expect(JSON.parse((await there.run('sessions', 'show', session_id)).stdout)).toMatchObject({
        started_at,
      });
      const at = async (text: string) =>
        JSON.parse((await there.run('sessions', 'show', session_id, '--at', text)).stdout);
      expect(await at(local)).toMatchObject({ at: started_at });
      expect(await at(local.replace('T', ' '))).toMatchObject({ at: started_at });
    },
  );

  it('that no calendar has are refused', async () => {
    const wrong = await cli.run('sessions', 'show', session_id, '--at', '2026-02-30 08:00');
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('at: must be now, a time ago')]);
  });
});

describe('sessions watch', () => {
  it('prints readings as they come, one line each, until it has printed as many as were asked for', async () => {
    const log = await sessionLogForTest(nats.url);
    const samples = await SampleStream.open(log.nc);
    const epoch = await epochOf('77-1', log);
    await api.post('/api/config/devices/', { code: 'press-1', host: '10.0.0.9' });
    let isOver = false;
    const watching = cli.run('sessions', 'watch', '--device', 'press-1', '--count', '2').finally(() => {
      isOver = true;
    });
    for (let tick = 1_790_000_000; !isOver; tick += 1) {
      await samples.publish({ ...reading, epoch, tick, time: tick * 1_000, read_at: tick * 1_000 });
      await pause(50);
    }
    const { code, stdout } = await watching;
    const lines = stdout.trim().split('\n');
    expect([code, lines.length]).toEqual([0, 2]);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ device: 'press-1', values: { count: 1 } });
  });

  it('ends with the name of an unknown device or point', async () => {
    for (const [option, detail] of [
      ['--device', 'There is no device nope'],
      ['--point', 'No device has a point nope'],
    ] as const) {
      const { code, stderr } = await cli.run('sessions', 'watch', option, 'nope');
      expect([code, stderr]).toEqual([1, expect.stringContaining(detail)]);
    }
  });
});

const reading = {
  v: 1,
  session: '77-1',
  epoch: 1,
  collector: 'c1',
  task: '77',
  device_id: '1',
  device: 'press-1',
  site: '',
  measurement: 'press-1',
  period_ms: 1_000,
  values: { count: 1 },
} as const;

describe('quarantine on the command line', () => {
  it('is listed, shown, sent again, and emptied by a filter', async () => {
    const { nc } = await sessionLogForTest(nats.url);
    const putAway = jetStreamQuarantine(nc);
    for (const sequence of [7, 8]) {
      await putAway({
        stream: 'SAMPLES',
        subject: 'samples.c1.1.1',
        sequence,
        reason: 'the database refuses it',
        body: 'no sample at all',
      });
    }
    const [item] = JSON.parse((await cli.run('quarantine', 'list', '--reason', 'refuses')).stdout);
    const result = await cli.run('quarantine', 'show', String(item.sequence), '--table');
    expect(result.stdout).toMatch(/body +no sample at all/);
    const again = await cli.run('quarantine', 'send-again', String(item.sequence));
    expect([again.code, JSON.parse(again.stdout).sequence]).toEqual([0, item.sequence]);
    const deleted = await cli.run('quarantine', 'delete', '--reason', 'refuses');
    expect(JSON.parse(deleted.stdout)).toMatchObject({ deleted: 1 });
  });
});

describe('completion', () => {
  it('offers in bash what may come next', async () => {
    const { stdout } = await cli.run('completion', 'bash');
    const offered = async (...words: string[]) => {
      const typed = words.map((word) => `'${word}'`).join(' ');
      const { stdout: reply } = await promisify(execFile)('bash', [
        '-c',
        `${stdout}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _holdfast; echo "\${COMPREPLY[*]}"`,
      ]);
      return reply.trim().split(' ');
    };
    expect(await offered('holdfast', 'qu')).toEqual(['quarantine']);
    expect(await offered('holdfast', 'sessions', 'st')).toEqual(['start', 'stop']);
    expect(await offered('holdfast', 'sessions', 'list', '--st')).toEqual(['--status']);
    expect(await offered('holdfast', 'sessions', 'list', '--status', 'p')).toEqual(['paused']);
    expect(await offered('holdfast', 'completion', '')).toContain('zsh');
  });
});

describe('other programs', () => {
  it.skipIf(!hasScript)('show on a terminal how far they are, and leave nothing of that behind', async () => {
    await configureTask(api, 'saved');
    await cli.run('sessions', 'start', 'saved');
    const folder = join(await temporaryFolder('cli'), 'backup');
    const { code, stdout } = await cliForTest({ NATS_URL: nats.url, DATABASE_URL: database }).onTerminal(
      'backup',
      '--to',
      folder,
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining('tables [........................] 0/')]);
    expect(stdout).toContain('session events [########################]');
    expect(stdout.split('\u001b[K').at(-1)).toMatch(/^Saved in .*\n$/);
  });

  it('get what follows as it is, and their exit code is that of the command', async () => {
    expect((await cli.run('backup')).code).toBe(2);
    const folder = await temporaryFolder('cli');
    const none = await cli.run('restore', '--from', join(folder, 'none'), '--nats', nats.url);
    expect([none.code, none.stderr.includes('DATABASE_URL')]).toEqual([1, true]);
    const help = await cli.run('verify', '--help');
    expect([help.code, help.stderr.includes('--lease-ttl-ms')]).toEqual([0, true]);
  });
});
