import type { LearnedLimits } from '@holdfast/shared/contracts/session-status.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, configureTask, sessionsPath, startApi, startTask } from './api-under-test.ts';
import { placementsIn } from './placements.ts';
import { foldedSessions, sessionsOfReadModel } from './read-model-and-log.ts';

let first: ApiUnderTest;
let second: ApiUnderTest;
let log: SessionLogForTest;
let start: () => Promise<ApiUnderTest>;

beforeAll(async () => {
  const nats = await natsForTest();
  const database = await freshDatabase();
  start = () => startApi({ nats: nats.url, database });
  // Both start at once on an empty database and an empty broker, so both migrate and create the streams.
  [first, second] = await Promise.all([start(), start()]);
  await Promise.all([first.ready(), second.ready()]);
  log = await sessionLogForTest(nats.url);
});

/**
 * When this process last began to write the read model, in ms since 1970; 0 for never. If both have begun, the later one
 * writes: on a new database, the first one may lose the right again before the tables are made.
 */
function projectsSinceMs(api: ApiUnderTest): number {
  const lines = api.process
    .lastLines(200)
    .filter((line) => line.includes('this process brings SESSIONS into the read model'));
  return Date.parse((JSON.parse(lines.at(-1) ?? '{}') as { time?: string }).time ?? '') || 0;
}

function projectingFirst(): [ApiUnderTest, ApiUnderTest] {
  return projectsSinceMs(first) > projectsSinceMs(second) ? [first, second] : [second, first];
}

describe('two API processes', () => {
  it('that start one task at the same moment make one session of it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const taskId = await configureTask(first, `race-${round}`);
      const answers = await Promise.all(
        [first, second].map((api) => api.post(`${sessionsPath}/start-task/`, { task_id: taskId })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
      const sessionId = `${taskId}-1`;
      for (const { status, body } of answers) {
        expect(body.session_id).toBe(sessionId);
        if (status === 409) expect(body.code).toBe('task_already_active');
      }
      const started = (await log.events()).filter(({ subject }) => subject.includes(`.${taskId}.`));
      expect(started).toHaveLength(1);
    }
  });

  it('show at once what the other one has done', async () => {
    const taskId = await configureTask(second, 'other');
    for (let round = 0; round < 5; round += 1) {
      const sessionId = await startTask(first, taskId);
      expect((await second.get(`${sessionsPath}/${sessionId}/`)).body.status).toBe('running');
      await second.post(`${sessionsPath}/${sessionId}/stop/`);
      expect((await first.get(`${sessionsPath}/${sessionId}/`)).body.status).toBe('stopped');
    }
  });

  it('start on what the other one has just configured, however often they have started the task before', async () => {
    const taskId = await configureTask(second, 'reconfigured');
    const versions: number[] = [];
    for (const period_ms of [2_000, 2_000, 3_000, 4_000]) {
      await second.request('PATCH', `/api/config/tasks/${taskId}/`, { period_ms });
      const { body } = await first.post(`${sessionsPath}/start-task/`, { task_id: taskId });
      versions.push(body.config_version);
      await first.post(`${sessionsPath}/${body.session_id}/stop/`);
    }
    expect(versions).toEqual([1, 1, 2, 3]);
  });

  it('have one of them write the read model, and the other take over when that one is killed', async () => {
    const [projecting, standingBy] = projectingFirst();
    expect(projectsSinceMs(projecting)).toBeGreaterThan(0);
    const sessionId = await startTask(standingBy, await configureTask(standingBy, 'takeover'));
    await projecting.process.kill();
    await standingBy.post(`${sessionsPath}/${sessionId}/pause/`);
    await eventually(() => projectsSinceMs(standingBy) > projectsSinceMs(projecting), {
      what: 'the other process to project',
    });
    await eventually(
      async () => (await standingBy.get(`${sessionsPath}/${sessionId}/`)).body.status === 'paused',
      { what: 'the read model to go on' },
    );
    [first, second] = [standingBy, await start()];
    await second.ready();
  });
});

describe('an API that is asked to end', () => {
  it('answers what it has begun, exits with 0 and ends no session', async () => {
    const leaving = await start();
    await leaving.ready();
    const taskId = await configureTask(leaving, 'leaving');
    const sessionId = await startTask(leaving, taskId);
    const eventsBefore = await log.events();
    const pause = leaving.post(`${sessionsPath}/${sessionId}/pause/`);
    await eventually(async () => (await log.events()).length > eventsBefore.length, {
      what: 'the pause to be stored',
      intervalMs: 1,
    });
    leaving.process.signal('SIGTERM');
    expect(await pause).toMatchObject({ status: 200, body: { status: 'paused' } });
    const exit = await leaving.process.exited;
    expect(exit, leaving.process.lastLines(20).join('\n')).toMatchObject({ code: 0 });
    expect((await first.get(`${sessionsPath}/${sessionId}/`)).body.status).toBe('paused');
  });
});

describe('a projector that is killed at any moment', () => {
  it('leaves a read model that is the fold of the log', async () => {
    const placements = placementsIn(log.store);
    const tasks: number[] = [];
    for (let index = 0; index < 4; index += 1) tasks.push(await configureTask(first, `killed-${index}`));
    for (let round = 0; round < 4; round += 1) {
      const [victim, survivor] = projectingFirst();
      const before = (await log.events()).length;
      const work = tasks.map(async (taskId, index) => {
        const sessionId = await startTask(survivor, taskId);
        await placements.assign(sessionId, `collector-${index}`);
        await survivor.post(`${sessionsPath}/${sessionId}/pause/`);
        await survivor.post(`${sessionsPath}/${sessionId}/resume/`);
        const epoch = await placements.assign(sessionId, `collector-${index + 1}`);
        if (index === 1) await placements.withhold(sessionId, `collector-${index + 1}`, epoch);
        if (round < 3 || index === 0) await survivor.post(`${sessionsPath}/${sessionId}/stop/`);
      });
      // Kills in the middle of the commands, at another moment in every round.
      await eventually(async () => (await log.events()).length >= before + 1 + round * 5, {
        what: 'the moment to kill',
        intervalMs: 1,
      });
      await victim.process.kill();
      await Promise.all(work);
      first = survivor;
      second = await start();
      await second.ready();
    }
    const folded = await foldedSessions(log);
    expect(folded.filter(({ status }) => status === 'running').length).toBeGreaterThan(2);
    await eventually(
      async () => {
        expect(await sessionsOfReadModel(first)).toEqual(folded);
        return true;
      },
      { what: 'the read model to equal the fold of the log' },
    );
    const sequences: number[] = [];
    for (const { id } of folded) {
      const { body } = await first.get(`${sessionsPath}/${id}/events/?limit=500`);
      sequences.push(...body.results.map(({ sequence }: { sequence: number }) => sequence));
    }
    // No event is lost, and none is there twice.
    expect(sequences.sort((one, other) => one - other)).toEqual(
      (await log.events()).map(({ sequence }) => sequence),
    );
  });
});

describe('what a session has learned of a device', () => {
  const range = (at: number, isConfirmed: boolean) => ({
    ...{ table: 'holding_register' as const, from: at, to: at },
    is_confirmed: isConfirmed,
  });
  const plain = (at: number) => ({ table: 'holding_register', from: at, to: at });
  const learnedRange = (at: number) => ({ ...plain(at), learned: true });

  /** A session of a task with one device, with functions that report what its collector would have learned. */
  async function learning(code: string, profile: object | null) {
    const taskId = await configureTask(first, code);
    const [device] = (await first.get(`/api/config/devices/?code=${code}-device`)).body.results;
    const path = `/api/config/devices/${device.id}/`;
    await first.request('PATCH', path, { profile });
    let sessionId = await startTask(first, taskId);
    const { assign } = placementsIn(log.store);
    let epoch = await assign(sessionId, 'c1');
    const tell = async (learned_limits: LearnedLimits) =>
      (await StatusBoard.open(log.nc)).write(String(taskId), {
        v: 1,
        session: sessionId,
        epoch,
        collector: 'c1',
        instance: 'one',
        state: 'polling',
        detail: '',
        updated_at: new Date().toISOString(),
        points_read: 0,
        error_count: 0,
        last_read_time: null,
        device_health: {
          [`${code}-device`]: {
            ...{ status: 'error' as const, consecutive_failures: 1, last_success: null, last_error: null },
            learned_limits,
          },
        },
      });
    const restart = async () => {
      await first.post(`${sessionsPath}/${sessionId}/stop/`);
      sessionId = await startTask(first, taskId);
      epoch = await assign(sessionId, 'c1');
    };
    const changes = async () =>
      (await first.get('/api/system/audit/?limit=500')).body.results.filter(
        ({ target, who }: { target: string; who: string }) =>
          target === `device ${device.id}` && who === 'collector c1',
      );
    /** Waits until both processes show this many ranges. */
    const bothShow = async (count: number) => {
      for (const api of [first, second]) {
        await expect
          .poll(async () => (await api.get(path)).body.learned_limits[0]?.excluded.length)
          .toBe(count);
      }
    };
    return { id: device.id, path, tell, restart, changes, bothShow };
  }

  it('is written into its limits once, by whichever process is first, with an entry in the audit log', async () => {
    const { path, tell, changes, bothShow } = await learning('willing', {
      write_back: true,
      max_hole: 3,
      excluded: [plain(5)],
    });
    await tell({ max_registers: 40, excluded: [range(7, true), range(9, false)] });
    await bothShow(2);
    const { body: device } = await eventually(
      async () => {
        const answer = await second.get(path);
        return answer.body.max_registers === 40 && answer;
      },
      { what: 'the limits to be written' },
    );
    expect(device).toMatchObject({
      max_bits: 2_000,
      profile: { write_back: true, max_hole: 3, excluded: [plain(5), learnedRange(7)] },
      learned_limits: [{ session_id: expect.any(String), collector_id: 'c1', max_registers: 40 }],
    });
    // Ranges learned later are added to it.
    const later = [9, 11, 13, 15];
    for (const [index, at] of later.entries()) {
      const all = [range(7, true), ...later.slice(0, index + 1).map((each) => range(each, true))];
      await tell({ max_registers: 20, excluded: all });
      await expect
        .poll(async () => (await first.get(path)).body.profile.excluded.at(-1))
        .toEqual(learnedRange(at));
      // Entries follow their change, and are in the order of changes only if one process made all of them.
      await expect.poll(changes).toHaveLength(index + 2);
    }
    expect((await changes())[0]).toMatchObject({
      action: 'device.update',
      outcome: 'done',
      data: { body: { max_registers: 20, excluded: [plain(5), ...[7, ...later].map(learnedRange)] } },
    });
  });

  it('is not brought back when an engineer has taken it away, until the next session learns it again', async () => {
    const { path, tell, restart, changes } = await learning('engineered', { write_back: true });
    await tell({ excluded: [range(7, true)] });
    await expect.poll(async () => (await first.get(path)).body.profile.excluded).toHaveLength(1);
    await first.request('PATCH', path, { profile: { write_back: true } });
    await tell({ max_registers: 40, excluded: [range(7, true), range(8, true)] });
    const message = 'device engineered-device was changed meanwhile';
    for (const api of [first, second]) {
      await eventually(async () => api.process.lastLines(200).some((line) => line.includes(message)), {
        what: 'both to have left it alone',
      });
    }
    expect((await first.get(path)).body).toMatchObject({ max_registers: 125, profile: { excluded: [] } });
    await restart();
    await tell({ excluded: [range(8, true)] });
    await expect.poll(async () => (await first.get(path)).body.profile.excluded).toEqual([learnedRange(8)]);
    await expect.poll(changes).toHaveLength(2);
  });

  it('is written when an engineer asks for it, whether the device allows it by itself or not', async () => {
    const { id, path, tell, changes, bothShow } = await learning('asked', null);
    const apply = (body?: object) => second.post(`/api/config/devices/${id}/apply-learned-limits/`, body);
    expect(await apply()).toMatchObject({ status: 409, body: { code: 'nothing_learned' } });
    expect(await second.post('/api/config/devices/999999/apply-learned-limits/')).toMatchObject({
      status: 404,
      body: { code: 'device_not_found' },
    });
    await tell({ max_bits: 100, excluded: [range(7, true), range(9, false)] });
    await bothShow(2);
    expect((await first.get(path)).body).toMatchObject({ max_bits: 2_000, profile: null });
    expect(await apply()).toMatchObject({
      status: 200,
      body: {
        changed: true,
        device: { max_bits: 100, profile: { excluded: [learnedRange(7)], busy_retries: 2 } },
      },
    });
    expect((await apply()).body.changed).toBe(false);
    expect((await apply({ unconfirmed: true })).body).toMatchObject({
      changed: true,
      device: { profile: { excluded: [learnedRange(7), learnedRange(9)] } },
    });
    expect(
      await second.post(
        `/api/config/devices/${id}/apply-learned-limits/`,
        {},
        { 'if-match': '"an-older-version"' },
      ),
    ).toMatchObject({ status: 412 });
    await first.request('PATCH', path, { unit_id: 99 });
    expect(await apply()).toMatchObject({ status: 409, body: { code: 'device_replaced' } });
    expect(await changes()).toEqual([]);
  });

  it('is of the same device when only the spelling of its host has changed since', async () => {
    const { id, path, tell, bothShow, restart } = await learning('spelled', null);
    await first.request('PATCH', path, { host: 'Gateway.plant' });
    await restart();
    await tell({ excluded: [range(7, true)] });
    await bothShow(1);
    await first.request('PATCH', path, { host: 'gateway.PLANT' });
    expect(await second.post(`/api/config/devices/${id}/apply-learned-limits/`)).toMatchObject({
      status: 200,
      body: { changed: true },
    });
  });
});
