import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { waitingText } from '@holdfast/shared/contracts/words/waiting-texts.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { KvWaitingBoard } from '@holdfast/shared/jetstream/boards/waiting-board.ts';
import { SampleStream } from '@holdfast/shared/jetstream/samples/sample-stream.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { startService } from '@holdfast/test/support/service-processes.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, configureTask, sessionsPath, startTask } from './api-under-test.ts';
import { placementsIn } from './placements.ts';

let nats: Awaited<ReturnType<typeof natsForTest>>;
let api: ApiClient;
let log: SessionLogForTest;
let placements: ReturnType<typeof placementsIn>;
let writer: RunningProcess;

beforeAll(async () => {
  nats = await natsForTest();
  const database = await apiDatabase();
  api = await startApiInProcess({ nats: nats.url, database });
  await api.ready();
  writer = await startService('writer', { NATS_URL: nats.url, DATABASE_URL: database });
  await eventually(async () => (await api.get('/api/system/sinks/')).body.status === 'ok', {
    what: 'the writer to be up',
  });
  log = await sessionLogForTest(nats.url);
  placements = placementsIn(log.store);
});

const taskOf = (sessionId: string) => sessionId.split('-')[0] ?? '';

async function sampleArrives(session: string, epoch: number, changes: Partial<Sample> = {}): Promise<void> {
  const tick = Math.floor(Date.now() / 1_000) + 60;
  // The sample names the device as the snapshot has it, because a writer accepts nothing else.
  const { device_ids, code } = (await api.get(`/api/config/tasks/${taskOf(session)}/`)).body;
  const device = `${code}-device`;
  await (await SampleStream.open(log.nc)).publish({
    v: 1,
    session,
    epoch,
    collector: 'c1',
    task: taskOf(session),
    device_id: String(device_ids[0]),
    device,
    site: '',
    measurement: device,
    tick,
    period_ms: 1_000,
    time: tick * 1_000,
    read_at: tick * 1_000,
    values: { 'value-0': 1 },
    ...changes,
  });
}

async function says(session: string, epoch: number, changes: Partial<SessionLiveStatus> = {}): Promise<void> {
  await (await StatusBoard.open(log.nc)).write(taskOf(session), {
    v: 1,
    session,
    epoch,
    collector: 'c1',
    instance: 'one-life',
    state: 'polling',
    detail: '',
    updated_at: new Date().toISOString(),
    points_read: 1,
    error_count: 0,
    last_read_time: null,
    device_health: {},
    ...changes,
  });
}

const recovery = async (query = '') => (await api.get(`/api/acquisition/recovery/${query}`)).body;
const of = async (sessionId: string) =>
  (await recovery('?limit=500')).results.find(
    (item: { session_id: string }) => item.session_id === sessionId,
  );

describe('what should run, compared with what does', () => {
  it('agrees for a session that is assigned, polled and sends samples', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'agrees'));
    const epoch = await placements.assign(sessionId, 'c1');
    await says(sessionId, epoch);
    await sampleArrives(sessionId, epoch);
    await expect.poll(() => of(sessionId)).toMatchObject({ is_actual: true });
    expect(await of(sessionId)).toEqual({
      session_id: sessionId,
      task_id: Number(taskOf(sessionId)),
      task_code: 'agrees',
      expected: { status: 'running', config_version: 1 },
      assigned: expect.objectContaining({ state: 'placed', collector_id: 'c1', epoch }),
      collector: expect.objectContaining({ collector_id: 'c1', epoch, state: 'polling' }),
      last_sample: { time: expect.any(String), epoch },
      fresh_within_seconds: 15,
      storing: {
        state: 'stored',
        detail: 'what it reads is stored',
        last_stored: expect.any(String),
        refused: [],
      },
      is_actual: true,
      is_starting: false,
      is_unknown: false,
      disagreements: [],
    });
    expect((await recovery()).actual_sessions).toContain(sessionId);
  });

  it('goes by the holder, not by what comes late of a former one, nor by what is forged', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'late-and-forged'));
    const former = await placements.assign(sessionId, 'c0');
    const epoch = await placements.assign(sessionId, 'c1');
    await says(sessionId, epoch);
    await sampleArrives(sessionId, epoch);
    await sampleArrives(sessionId, former, { collector: 'c0' });
    await sampleArrives(sessionId, epoch, { collector: 'evil' });
    await sampleArrives(sessionId, 9_000_000, { collector: 'evil' });
    await says(sessionId, epoch, { collector: 'evil', state: 'refused', detail: 'made up' });
    await expect
      .poll(() => of(sessionId))
      .toMatchObject({ last_sample: { epoch }, collector: { collector_id: 'c1', state: 'polling' } });
    await expect.poll(() => of(sessionId)).toMatchObject({ is_actual: true, disagreements: [] });
  });

  it('counts an explicit device error as life: the session runs, its device does not', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'dead-device'));
    const epoch = await placements.assign(sessionId, 'c1');
    await says(sessionId, epoch);
    const miss = { cause: 'timeout', detail: 'no answer within 1000 ms' } as const;
    await sampleArrives(sessionId, epoch, { values: undefined, miss });
    await expect.poll(() => of(sessionId)).toMatchObject({ is_actual: true, disagreements: [] });
  });

  it('does not miss one yet that was started just now, and again not when it is resumed', async () => {
    const taskId = await configureTask(api, 'starting');
    await api.request('PATCH', `/api/config/tasks/${taskId}/`, { period_ms: 3_600_000 });
    const sessionId = await startTask(api, taskId);
    for (const verbs of [['pause', 'resume'], ['stop']]) {
      await says(sessionId, await placements.assign(sessionId, 'c1'));
      await expect.poll(() => of(sessionId)).toMatchObject({ is_starting: true, disagreements: [] });
      const { missing_sessions, starting_sessions, starting, expected, actual, missing, unknown } =
        await recovery();
      expect(starting_sessions).toContain(sessionId);
      expect(missing_sessions).not.toContain(sessionId);
      expect(expected).toBe(actual + missing + starting + unknown);
      for (const verb of verbs) await api.post(`${sessionsPath}/${sessionId}/${verb}/`);
    }
  });

  it('misses a session that waits, with the reason, and one whose samples do not come', async () => {
    const waits = await startTask(api, await configureTask(api, 'waits'));
    await (await KvWaitingBoard.open(log.nc)).write(taskOf(waits), {
      v: 1,
      session: waits,
      why: 'no_collector',
      detail: waitingText('no_collector_is_up'),
      since: new Date().toISOString(),
    });
    const silent = await startTask(api, await configureTask(api, 'silent'));
    const epoch = await placements.assign(silent, 'c1');
    await says(silent, epoch);
    await expect
      .poll(() => of(waits))
      .toMatchObject({
        is_actual: false,
        last_sample: null,
        disagreements: [
          'no collector has it: no collector is up',
          'it is running, but no sample of it has arrived',
        ],
      });
    await expect
      .poll(() => of(silent))
      .toMatchObject({
        disagreements: ['it is running, but no sample of it has arrived'],
      });
    const { missing, missing_sessions, expected, actual, starting, unknown } = await recovery();
    expect(missing_sessions).toEqual(expect.arrayContaining([waits, silent]));
    expect(missing).toBe(missing_sessions.length);
    expect(expected).toBe(actual + missing + starting + unknown);
  });

  it.each<[string, (sessionId: string, epoch: number) => Promise<void>, string]>([
    [
      'nobody has taken up its placement',
      async () => {},
      'it was assigned to c1 with epoch EPOCH, which has not said anything of it yet',
    ],
    [
      'the former holder was the last to say anything',
      (sessionId, epoch) => says(sessionId, epoch - 1, { collector: 'c0' }),
      'it was assigned to c1 with epoch EPOCH, which has not said anything of it yet',
    ],
    [
      'its collector refuses it',
      (sessionId, epoch) => says(sessionId, epoch, { state: 'refused', detail: 'no such driver' }),
      'it is assigned to c1, which says refused: no such driver',
    ],
    [
      'its collector has fallen silent',
      (sessionId, epoch) =>
        says(sessionId, epoch, { updated_at: new Date(Date.now() - 60_000).toISOString() }),
      'c1 has said nothing of it for',
    ],
  ])('says so when %s', async (what, happens, words) => {
    const sessionId = await startTask(api, await configureTask(api, `says-${what.slice(0, 30)}`));
    const epoch = await placements.assign(sessionId, 'c1');
    await happens(sessionId, epoch);
    await sampleArrives(sessionId, epoch);
    await expect
      .poll(async () => (await of(sessionId)).disagreements[0])
      .toContain(words.replace('EPOCH', String(epoch)));
    const { results } = await recovery('?only=disagreements&limit=500');
    expect(results.map(({ session_id }: { session_id: string }) => session_id)).toContain(sessionId);
    expect(results.every(({ disagreements }: { disagreements: string[] }) => disagreements.length > 0)).toBe(
      true,
    );
  });

  it('names a session that is read although it was stopped', async () => {
    const sessionId = await startTask(api, await configureTask(api, 'undead'));
    const epoch = await placements.assign(sessionId, 'c1');
    await api.post(`${sessionsPath}/${sessionId}/stop/`);
    // Only a sample for a tick after the stop is a fault; one from before may still arrive.
    await sampleArrives(sessionId, epoch, { tick: 1 });
    expect((await recovery()).unexpected_sessions).toEqual([]);
    await sampleArrives(sessionId, epoch);
    const { unexpected, unexpected_sessions } = await recovery();
    expect(unexpected).toBe(1);
    expect(unexpected_sessions).toEqual([
      { session_id: sessionId, detail: expect.stringContaining('it is stopped since') },
    ]);
  });

  it('is given in pages, with the counts of all on each', async () => {
    const { results, next_cursor, expected } = await recovery('?limit=1');
    expect(results).toHaveLength(1);
    const next = await recovery(`?limit=500&cursor=${next_cursor}`);
    expect(next.results).toHaveLength(expected - 1);
    expect(next.expected).toBe(expected);
  });

  it('is unknown for a session whose samples arrive while no writer is there to store them', async () => {
    await writer.stop();
    const sessionId = await startTask(api, await configureTask(api, 'not-written'));
    const epoch = await placements.assign(sessionId, 'c1');
    await says(sessionId, epoch);
    await sampleArrives(sessionId, epoch);
    const detail =
      'no writer is alive: what is read waits in the stream. Start it, or see in its log why it does not report';
    await expect
      .poll(() => of(sessionId))
      .toMatchObject({
        ...{ is_actual: false, is_starting: false, is_unknown: true, disagreements: [detail] },
      });
    const { unknown_sessions, missing_sessions } = await recovery();
    expect(unknown_sessions).toContain(sessionId);
    expect(missing_sessions).not.toContain(sessionId);
  });

  it('is not guessed while the broker is unavailable', async () => {
    await nats.stop();
    await expect.poll(async () => (await api.get('/api/acquisition/recovery/')).status).toBe(503);
  });
});
