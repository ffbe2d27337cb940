import type { OutboxStatus } from '@holdfast/shared/contracts/outbox-status.ts';
import { quarantinedBodyLength } from '@holdfast/shared/contracts/quarantined-message.ts';
import { encodeSample, type Sample } from '@holdfast/shared/contracts/sample.ts';
import { OutboxBoard } from '@holdfast/shared/jetstream/outbox-board.ts';
import { jetStreamQuarantine, type Quarantine } from '@holdfast/shared/jetstream/quarantine.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { startService } from '@holdfast/test/support/service-processes.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, configureTask, sessionsPath, startApi, startTask } from './api-under-test.ts';
import { placementsIn } from './placements.ts';

let nats: Awaited<ReturnType<typeof natsForTest>>;
let api: ApiUnderTest;
let log: SessionLogForTest;
let putAway: Quarantine;
let database: string;

beforeAll(async () => {
  nats = await natsForTest();
  database = await freshDatabase();
  api = await startApi({ nats: nats.url, database });
  await api.ready();
  log = await sessionLogForTest(nats.url);
  putAway = jetStreamQuarantine(log.nc);
});

const path = '/api/system/quarantine';
const sinks = async () => (await api.get('/api/system/sinks/')).body;
const newest = async () => (await api.get(`${path}/?limit=500`)).body.results.at(-1);

let original = 1_000_000;
/** Puts a message away and returns how quarantine shows it. */
async function quarantined(body: string, changes: { stream?: string; subject?: string } = {}) {
  original += 1;
  await putAway({
    stream: 'SAMPLES',
    subject: 'samples.1.1',
    sequence: original,
    reason: 'the database refuses it',
    body,
    ...changes,
  });
  return newest();
}

const tick = Math.floor(Date.now() / 1_000) - 60;
function sample(changes: Partial<Sample> = {}): string {
  return encodeSample({
    v: 1,
    session: '77-1',
    epoch: 1,
    collector: 'c1',
    task: '1',
    device_id: '1',
    device: 'press-1',
    site: '',
    measurement: 'press-1',
    tick,
    period_ms: 1_000,
    time: tick * 1_000,
    read_at: tick * 1_000,
    values: { pressure: 4711 },
    ...changes,
  });
}

describe('samples that wait in a collector', () => {
  it('are told beside the writers, with what was lost of them', async () => {
    const status: OutboxStatus = {
      v: 1,
      collector: 'hall-1',
      started_at: '2026-01-01T08:00:00.000Z',
      updated_at: new Date().toISOString(),
      waiting_in_memory: 3,
      spooled_samples: 4_000,
      spooled_bytes: 2_000_000,
      adopted_samples: 0,
      lost_samples: 17,
      too_large_samples: 2,
      damaged_records: 0,
    };
    const board = await OutboxBoard.open(log.nc);
    await board.write(status);
    await board.write({ ...status, collector: 'gone', updated_at: '2026-01-01T09:00:00.000Z' });
    const { v: _, ...said } = status;
    const { collectors, writers } = await sinks();
    expect(writers).toEqual([]);
    expect(collectors).toEqual([
      { ...said, collector: 'gone', updated_at: '2026-01-01T09:00:00.000Z', is_alive: false },
      { ...said, is_alive: true },
    ]);
    await board.remove('gone');
    await board.remove('hall-1');
    expect((await sinks()).collectors).toEqual([]);
  });
});

describe('samples that wait for a writer', () => {
  it('are told with how many, how much and how old they are', async () => {
    expect(await sinks()).toMatchObject({
      status: 'no_writer',
      backlog: { messages: 0, bytes: 0, seconds: 0, oldest: null, warning: null },
      writers: [],
    });
    for (let count = 0; count < 3; count += 1) {
      await log.nc.request('samples.1.1', sample({ tick: tick + count, time: (tick + count) * 1_000 }));
    }
    const { status, detail, backlog } = await sinks();
    expect(status).toBe('no_writer');
    expect(detail).toContain('3 samples wait');
    expect(backlog).toMatchObject({ messages: 3, in_hand: 0, oldest: expect.any(String) });
    expect(backlog.bytes).toBeGreaterThan(3 * 200);
    expect(backlog.seconds).toBeGreaterThanOrEqual(0);
  });
});

describe('what lies in quarantine', () => {
  it('is listed in pages and by stream, and looked at as a whole', async () => {
    const first = await quarantined(`{"half a": "sample${' '.repeat(300)}`);
    const second = await quarantined('x', { stream: 'HEALTH', subject: 'health.1.1' });
    expect(first).toMatchObject({
      stream: 'SAMPLES',
      subject: 'samples.1.1',
      original_sequence: original - 1,
      reason: 'the database refuses it',
      body_length: 318,
      can_be_sent_again: true,
    });
    expect(first.body_start).toHaveLength(200);
    expect(second).toMatchObject({ stream: 'HEALTH', can_be_sent_again: false });
    const page = (await api.get(`${path}/?limit=1`)).body;
    expect(page.results).toEqual([first]);
    const next = (await api.get(`${path}/?limit=1&cursor=${page.next_cursor}`)).body;
    expect(next).toEqual({ results: [second], next_cursor: null });
    expect((await api.get(`${path}/?stream=HEALTH`)).body.results).toEqual([second]);
    const whole = (await api.get(`${path}/${first.sequence}/`)).body;
    expect(whole.body).toBe(`{"half a": "sample${' '.repeat(300)}`);
  });

  it('is deleted once, and what is not there is said not to be', async () => {
    const { sequence } = await quarantined('to delete');
    expect((await api.request('DELETE', `${path}/${sequence}/`)).status).toBe(204);
    for (const [method, rest] of [
      ['DELETE', ''],
      ['GET', ''],
      ['POST', 'send-again/'],
    ] as const) {
      expect(await api.request(method, `${path}/${sequence}/${rest}`)).toMatchObject({
        status: 404,
        body: { code: 'quarantined_message_not_found' },
      });
    }
    expect((await api.get(`${path}/0/`)).status).toBe(422);
    expect((await api.get(`${path}/99999999/`)).status).toBe(404);
  });

  it.each<[string, () => Promise<{ sequence: number }>, string]>([
    [
      'of a stream whose messages have their place in a chain',
      () => quarantined(sample(), { stream: 'SESSIONS', subject: 'sessions.task.1.lifecycle' }),
      'only samples can be sent again',
    ],
    [
      'that claims to be a sample and lies elsewhere',
      () => quarantined(sample(), { subject: 'sessions.task.1.lifecycle' }),
      'only samples can be sent again',
    ],
    ['that was cut off', () => quarantined('x'.repeat(quarantinedBodyLength)), 'too long to be kept whole'],
    [
      'of unknown form',
      async () => {
        await log.nc.request('quarantine.SAMPLES', '{"v":2}');
        return newest();
      },
      'has a form that this release does not know',
    ],
    [
      'that a later epoch has overtaken',
      async () => {
        const sessionId = await startTask(api, await configureTask(api, 'overtaken'));
        const { assign } = placementsIn(log.store);
        const epoch = await assign(sessionId, 'c1');
        await assign(sessionId, 'c2');
        await expect
          .poll(async () => (await api.get(`${sessionsPath}/${sessionId}/`)).body)
          .toMatchObject({ collector_id: 'c2' });
        return quarantined(sample({ session: sessionId, epoch }));
      },
      'the writer would reject it',
    ],
  ])('%s stays there when it is to be sent again', async (_what, put, why) => {
    const { sequence } = await put();
    const answer = await api.post(`${path}/${sequence}/send-again/`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'cannot_be_sent_again' } });
    expect(answer.body.detail).toContain(why);
    expect((await api.get(`${path}/${sequence}/`)).status).toBe(200);
  });
});

describe('with a writer', () => {
  it('the backlog drains, and a sample that is sent again arrives; one that is still wrong comes back', async () => {
    await startService('writer', { NATS_URL: nats.url, DATABASE_URL: database });
    await eventually(
      async () => {
        const { status, backlog } = await sinks();
        return status === 'ok' && backlog.messages === 0;
      },
      { what: 'the backlog to drain', timeoutMs: 30_000 },
    );
    expect(await sinks()).toMatchObject({
      writers: [{ is_alive: true, store: 'postgres', reachable: true }],
    });

    const late = tick + 30;
    const good = await quarantined(sample({ tick: late, time: late * 1_000 }));
    const sent = await api.post(`${path}/${good.sequence}/send-again/`);
    expect(sent).toMatchObject({ status: 200, body: { sequence: good.sequence, subject: 'samples.1.1' } });
    const history = `${sessionsPath}/point-history/?point_code=pressure&device=press-1`;
    await eventually(
      async () => {
        const { results } = (await api.get(history)).body;
        return results.some(({ time }: { time: string }) => Date.parse(time) === late * 1_000);
      },
      { what: 'the sample to arrive' },
    );
    expect((await api.get(`${path}/${good.sequence}/`)).status).toBe(404);

    const bad = await quarantined('not a sample');
    const again = await api.post(`${path}/${bad.sequence}/send-again/`);
    await eventually(async () => (await newest()).original_sequence === again.body.sent_as, {
      what: 'the message to come back',
    });
    expect(await newest()).toMatchObject({ body_start: 'not a sample', stream: 'SAMPLES' });
  });
});

it('without the broker nothing of this is guessed', async () => {
  await nats.stop();
  for (const call of [`${path}/`, `${path}/1/`, '/api/system/sinks/']) {
    await expect.poll(async () => (await api.get(call)).status, { timeout: 15_000 }).toBe(503);
  }
});
