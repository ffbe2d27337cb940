import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { SampleStream } from '@holdfast/shared/jetstream/samples/sample-stream.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  type ApiUnderTest,
  configureTask,
  sessionsPath,
  startApi,
  startTask,
} from '../../services/api/testing/api-under-test.ts';
import { placementsIn } from '../../services/api/testing/placements.ts';
import { scrape } from '../metrics/scraped-metrics.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { startService } from '../support/service-processes.ts';
import { type SessionLogForTest, sessionLogForTest } from '../support/session-log.ts';
import { cliForTest } from './cli-for-test.ts';

let api: ApiUnderTest;
let log: SessionLogForTest;
let session: string;
let epoch: number;

let startWriter: () => Promise<RunningProcess>;
let writer: RunningProcess;

beforeAll(async () => {
  const nats = await natsForTest();
  const database = await freshDatabase();
  api = await startApi({ nats: nats.url, database });
  await api.ready();
  startWriter = () => startService('writer', { NATS_URL: nats.url, DATABASE_URL: database });
  writer = await startWriter();
  log = await sessionLogForTest(nats.url);
});

const periodMs = 60_000;
const check = (...args: string[]) => cliForTest({ HOLDFAST_URL: api.url }).run('check-recovery', ...args);

describe('holdfast check-recovery', () => {
  it('is content when nothing should run', async () => {
    expect(await check()).toEqual({
      code: 0,
      stderr: '',
      stdout: 'HOLDFAST OK: expected 0, actual 0, missing 0 | expected=0 actual=0 missing=0 unexpected=0\n',
    });
  });

  it('says of one that was started just now that it is starting, and waits for it where it is asked to wait', async () => {
    const task = await configureTask(api, 'lathe');
    await api.request('PATCH', `/api/config/tasks/${task}/`, { period_ms: periodMs });
    session = await startTask(api, task);
    epoch = await placementsIn(log.store).assign(session, 'c1');
    await says('polling');
    await expect
      .poll(async () => (await check()).stdout)
      .toBe(
        'HOLDFAST OK: expected 1, actual 0, missing 0, starting 1 | expected=1 actual=0 missing=0 unexpected=0\n',
      );
    const before = await countRequests();
    const waiting = check('--wait', '60');
    await expect.poll(countRequests).toBeGreaterThan(before);
    // The sample's tick lies before the stop, so that the session does not count as read after its end.
    await sampleArrives(Math.floor(Date.now() / periodMs));
    expect((await waiting).stdout).toMatch(/^HOLDFAST OK: expected 1, actual 1, missing 0 \|/);
    await api.post(`${sessionsPath}/${session}/stop/`);
    await expect.poll(async () => (await check()).stdout).toMatch(/^HOLDFAST OK: expected 0, actual 0/);
  });

  it('raises the alarm for a session that is not read, in one line', async () => {
    const task = await configureTask(api, 'press');
    // A sample stays fresh for three periods, so the period is long enough for many calls of a slow command line.
    await api.request('PATCH', `/api/config/tasks/${task}/`, { period_ms: periodMs });
    session = await startTask(api, task);
    // The session counts as starting at first: for 15 s when no collector takes it up.
    await expect.poll(async () => (await check()).code).toBe(2);
    const { stdout } = await check();
    expect(stdout).toBe(
      `HOLDFAST CRITICAL: expected 1, actual 0, missing 1; missing: ${session} (press) | expected=1 actual=0 missing=1 unexpected=0\n`,
    );
    const verbose = (await check('--verbose')).stdout.split('\n');
    expect(verbose[1]).toMatch(new RegExp(`^${session} \\(.+\\)$`));
    expect(JSON.parse((await check('--json')).stdout)).toMatchObject({ expected: 1, missing: 1 });
  });

  it('waits until it is read again when it is asked to', async () => {
    const waiting = check('--wait', '60');
    epoch = await placementsIn(log.store).assign(session, 'c1');
    await says('polling');
    await sampleArrives();
    expect(await waiting).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('OK: expected 1, actual 1'),
    });
  });

  it('counts only what came since a given time, as after a restart', async () => {
    expect((await check('--since', '-1h')).code).toBe(0);
    const since = new Date().toISOString();
    expect(await check('--since', since)).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('CRITICAL: expected 1, actual 0, missing 1'),
    });
    expect((await check('--since', since, '--verbose')).stdout).toContain(`none since ${since}`);
    await sampleArrives();
    expect((await check('--since', since, '--wait', '60')).code).toBe(0);
    expect((await check('--since', 'yesterday')).code).toBe(3);
  });

  it('warns of devices that do not answer when it is asked for them: their session does its work', async () => {
    const health = { consecutive_failures: 3, last_success: null, last_error: null };
    await says('polling', {
      'press-1': { ...health, status: 'timeout', last_error: 'no answer within 500 ms | unit 1' },
      'press-2': { ...health, status: 'healthy', consecutive_failures: 0 },
      'press-3': { ...health, status: 'error' },
      'press-4': { ...health, status: 'disconnected' },
      'press-5': { ...health, status: 'slow', overrun_share: 0.1234, last_error: '12 % were lost' },
    });
    await expect.poll(async () => (await check('--devices')).code).toBe(1);
    expect((await check('--devices', '--verbose')).stdout.split('\n')).toEqual([
      'HOLDFAST WARNING: expected 1, actual 1, missing 0; silent: press/press-1: timeout, press/press-4: disconnected; slow: press/press-5: 12 % lost | expected=1 actual=1 missing=0 unexpected=0 devices=5 silent=2 slow=1 undelivered=0 undelivered_unknown=0',
      'press/press-1: timeout (no answer within 500 ms / unit 1)',
      'press/press-4: disconnected',
      'press/press-5: 12 % lost (12 % were lost)',
      '',
    ]);
    expect(JSON.parse((await check('--devices', '--json')).stdout)).toMatchObject({
      missing: 0,
      devices: {
        count: 5,
        silent: [{ session_id: session, device: 'press-1' }, { device: 'press-4' }],
        slow: [{ session_id: session, device: 'press-5', overrun_share: 0.1234 }],
      },
    });
    expect(await check()).toMatchObject({
      code: 0,
      stdout: 'HOLDFAST OK: expected 1, actual 1, missing 0 | expected=1 actual=1 missing=0 unexpected=0\n',
    });
    await says('polling', { 'press-1': { ...health, status: 'healthy' } });
    expect(await check('--devices', '--wait', '60')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^HOLDFAST OK: .* devices=1 silent=0 slow=0 undelivered=0 undelivered_unknown=0\n$/,
      ),
    });
  });

  it('does not know while no service says whether what is read is stored, and says why and what to do', async () => {
    await writer.stop();
    await expect.poll(async () => (await check()).code).toBe(3);
    const { stdout } = await check();
    expect(stdout).toBe(
      `HOLDFAST UNKNOWN: expected 1, actual 0, missing 0, unknown 1; not known whether stored: ${session} (press); no writer is alive: what is read waits in the stream. Start it, or see in its log why it does not report | expected=1 actual=0 missing=0 unexpected=0\n`,
    );
    expect((await check('--verbose')).stdout.split('\n')[1]).toBe(
      `${session} (no writer is alive: what is read waits in the stream. Start it, or see in its log why it does not report)`,
    );
    expect(JSON.parse((await check('--json')).stdout)).toMatchObject({
      unknown: 1,
      unknown_sessions: [session],
    });
    if (inject('installedServers').curl !== null)
      expect(await byScript()).toEqual([
        1,
        'UNKNOWN: expected 1 running sessions, 1 of them are read and perhaps not stored: no writer is alive: what is read waits in the stream. Start it, or see in its log why it does not report',
      ]);
    writer = await startWriter();
    expect(await check('--wait', '60')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^HOLDFAST OK/),
    });
  });

  it('warns of a session that is read although it should not be', async () => {
    await api.post(`${sessionsPath}/${session}/stop/`);
    let isOver = false;
    const reading = (async () => {
      while (!isOver) {
        await sampleArrives();
        await pause(500);
      }
    })();
    await says('polling');
    await expect
      .poll(() => check())
      .toMatchObject({
        code: 1,
        stdout: expect.stringMatching(
          /^HOLDFAST WARNING: expected 0, actual 0, missing 0; \S+ \(should not run\) \| /,
        ),
      })
      .finally(() => {
        isOver = true;
      });
    await reading;
  });

  it('does not know when it cannot ask, and when it was asked wrongly', async () => {
    const down = cliForTest({ HOLDFAST_URL: `http://127.0.0.1:${await freePort()}` });
    const { code, stdout, stderr } = await down.run('check-recovery');
    expect([code, stderr]).toEqual([3, '']);
    expect(stdout).toMatch(/^HOLDFAST UNKNOWN: No answer from the API at [^\n|]+\n$/);
    expect((await check('--nonsense')).code).toBe(3);
  });
});

/** The answer of check_recovery.sh. */
async function byScript(): Promise<[code: number | null, line: string]> {
  const command = join(import.meta.dirname, '..', '..', 'check_recovery.sh');
  const script = await startProcess({ name: 'check', command, args: [], env: { HOLDFAST_URL: api.url } });
  const { code } = await script.exited;
  return [code, script.lastLines(5).join('\n')];
}

const taskId = () => session.split('-')[0] ?? '';

/** How often the API has reported the state of recovery. */
async function countRequests(): Promise<number> {
  const route = { route: '/api/acquisition/recovery' };
  return (await scrape(`${api.url}/metrics`)).value('holdfast_http_request_seconds_count', route) ?? 0;
}

let samples = 0;

/** A tick that is certainly after the stop, a new one each time: the stream takes none twice. */
const nextTick = () => Math.floor(Date.now() / periodMs) + 2 + samples++;

async function sampleArrives(tick = nextTick()): Promise<void> {
  // The device as the session's snapshot has it: a writer takes nothing else.
  const { device_ids, code } = (await api.get(`/api/config/tasks/${taskId()}/`)).body;
  const device = `${code}-device`;
  await (await SampleStream.open(log.nc)).publish({
    v: 1,
    session,
    epoch,
    collector: 'c1',
    task: taskId(),
    device_id: String(device_ids[0]),
    device,
    site: '',
    measurement: device,
    tick,
    period_ms: periodMs,
    time: tick * periodMs,
    read_at: tick * periodMs,
    values: { 'value-0': 1 },
  });
}

async function says(
  state: 'polling' | 'released',
  device_health: SessionLiveStatus['device_health'] = {},
): Promise<void> {
  await (await StatusBoard.open(log.nc)).write(taskId(), {
    v: 1,
    session,
    epoch,
    collector: 'c1',
    instance: 'one-life',
    state,
    detail: '',
    updated_at: new Date().toISOString(),
    points_read: 1,
    error_count: 0,
    last_read_time: null,
    device_health,
  });
}
