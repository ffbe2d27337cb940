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
  // At once, on an empty database and an empty broker: both migrate and both create the streams.
  [first, second] = await Promise.all([start(), start()]);
  await Promise.all([first.ready(), second.ready()]);
  log = await sessionLogForTest(nats.url);
});

/**
 * When this process last began to write the read model, ms since 1970; 0 for never. Of two that have, the one that did
 * so later does: the first one of a new database may lose the right again before the tables are made.
 */
function projectsSinceMs(api: ApiUnderTest): number {
  const said = api.process
    .lastLines(200)
    .filter((line) => line.includes('this process brings SESSIONS into the read model'));
  return Date.parse((JSON.parse(said.at(-1) ?? '{}') as { time?: string }).time ?? '') || 0;
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

describe('an API that is told to end', () => {
  it('answers what it has begun, exits with 0 and ends no session', async () => {
    const leaving = await start();
    await leaving.ready();
    const taskId = await configureTask(leaving, 'leaving');
    const sessionId = await startTask(leaving, taskId);
    const before = await log.events();
    const pause = leaving.post(`${sessionsPath}/${sessionId}/pause/`);
    await eventually(async () => (await log.events()).length > before.length, {
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
      // In the middle of it, at a moment of its own in every round.
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
    // No event is lost, none is there twice.
    expect(sequences.sort((one, other) => one - other)).toEqual(
      (await log.events()).map(({ sequence }) => sequence),
    );
  });
});
