import type { OutboxStatus } from '@holdfast/shared/contracts/outbox-status.ts';
import { quarantinedBodyLength } from '@holdfast/shared/contracts/quarantined-message.ts';
import { encodeSample, type Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { OutboxBoard } from '@holdfast/shared/jetstream/boards/outbox-board.ts';
import {
  jetStreamQuarantine,
  type Quarantine,
  type QuarantinedMessage,
} from '@holdfast/shared/jetstream/samples/quarantine.ts';
import { sendAgain } from '@holdfast/shared/jetstream/samples/quarantine-store.ts';
import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { PlacedSamples } from '@holdfast/test/support/placed-samples.ts';
import { startService } from '@holdfast/test/support/service-processes.ts';
import { type SessionLogForTest, sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, sessionsPath } from './api-under-test.ts';

let nats: Awaited<ReturnType<typeof natsForTest>>;
let api: ApiClient;
let log: SessionLogForTest;
let putAway: Quarantine;
let database: string;

beforeAll(async () => {
  nats = await natsForTest();
  database = await apiDatabase();
  api = await startApiInProcess({ nats: nats.url, database });
  await api.ready();
  log = await sessionLogForTest(nats.url);
  putAway = jetStreamQuarantine(log.nc);
  const placing = new PlacedSamples(log.nc);
  for (const [session, device] of [
    ['77-1', 'press-1'],
    ['78-1', 'press-78'],
    ['79-1', 'press-79'],
  ] as const) {
    bases.set(session, (await placing.epochOf({ ...plain, session, device })) - 1);
  }
});

const path = '/api/system/quarantine';
const sinks = async () => (await api.get('/api/system/sinks/')).body;
const newest = async () => (await api.get(`${path}/?limit=500`)).body.results.at(-1);

let original = 1_000_000;
/** Puts a message away and returns how quarantine shows it. */
async function quarantined(body: string, changes: Partial<QuarantinedMessage> = {}) {
  original += 1;
  await putAway({
    stream: 'SAMPLES',
    subject: 'samples.c1.1.1',
    sequence: original,
    reason: 'the database refuses it',
    body,
    ...changes,
  });
  return newest();
}

const tick = Math.floor(Date.now() / 1_000) - 60;
/** By session: the sequence before the first epoch that SESSIONS gave to it. */
const bases = new Map<string, number>();
const plain: Sample = {
  ...{ v: 1, session: '77-1', epoch: 1, collector: 'c1', task: '1', device_id: '1', device: 'press-1' },
  ...{ site: '', measurement: 'press-1', tick, period_ms: 1_000, time: tick * 1_000, read_at: tick * 1_000 },
  values: { pressure: 4711 },
};

/** Encodes a sample, whose epoch is counted from the first one of its session. */
function sample(changes: Partial<Sample> = {}): string {
  const { epoch, ...rest } = { ...plain, ...changes };
  return encodeSample({ ...rest, epoch: epochOf(rest.session, epoch) });
}

function epochOf(session: string, epoch: number): number {
  return (bases.get(session) ?? 0) + epoch;
}

describe('samples that wait in a collector', () => {
  it('are listed next to the writers, with what was lost of them', async () => {
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
      load: { values_per_s: 80, ticks_per_s: 2, late_share: 0, cpu_share: 0.1, memory_bytes: 90_000_000 },
    };
    const board = await OutboxBoard.open(log.nc);
    await board.write(status);
    await board.write({ ...status, collector: 'gone', updated_at: '2026-01-01T09:00:00.000Z' });
    const { v: _, load: __, ...fields } = status;
    const { collectors, writers } = await sinks();
    expect(writers).toEqual([]);
    expect(collectors).toEqual([
      { ...fields, collector: 'gone', updated_at: '2026-01-01T09:00:00.000Z', is_alive: false },
      { ...fields, is_alive: true },
    ]);
    await board.remove('gone');
    await board.remove('hall-1');
    expect((await sinks()).collectors).toEqual([]);
  });
});

describe('samples that wait for a writer', () => {
  it('are reported with how many, how much and how old they are', async () => {
    expect(await sinks()).toMatchObject({
      status: 'no_writer',
      backlog: { messages: 0, bytes: 0, seconds: 0, oldest: null, warning: null },
      writers: [],
    });
    for (let count = 0; count < 3; count += 1) {
      await askBroker(log.nc, 'samples.c1.1.1', sample({ tick: tick + count, time: (tick + count) * 1_000 }));
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
    const second = await quarantined('x', { stream: 'HEALTH', subject: 'health.c1.1.1' });
    expect(first).toMatchObject({
      stream: 'SAMPLES',
      subject: 'samples.c1.1.1',
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
        await askBroker(log.nc, 'quarantine.SAMPLES', '{"v":2}');
        return newest();
      },
      'has a form that this release does not know',
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
      { what: 'the backlog to drain' },
    );
    expect(await sinks()).toMatchObject({
      writers: [{ is_alive: true, store: 'postgres', reachable: true }],
    });

    const late = tick + 30;
    const clockAheadMs = 2 * 3_600_000;
    const good = await quarantined(sample({ tick: late, time: late * 1_000 }), { clockAheadMs });
    const sent = await api.post(`${path}/${good.sequence}/send-again/`);
    expect(sent).toMatchObject({ status: 200, body: { sequence: good.sequence, subject: 'samples.c1.1.1' } });
    const history = `${sessionsPath}/point-history/?point_code=pressure&device=press-1`;
    await eventually(
      async () => {
        const { results } = (await api.get(history)).body;
        // The clock difference of its sender, known when the sample first came, still counts.
        return results.some(
          ({ time, quality }: { time: string; quality: string }) =>
            Date.parse(time) === late * 1_000 && quality === 'uncertain',
        );
      },
      { what: 'the sample to arrive' },
    );
    expect((await api.get(`${path}/${good.sequence}/`)).status).toBe(404);

    const bad = await quarantined('not a sample', { sequence: 2 });
    const again = await api.post(`${path}/${bad.sequence}/send-again/`);
    expect(again.status).toBe(200);
    const back = await eventually(
      async () => {
        const last = await newest();
        return last.sequence > bad.sequence && last;
      },
      { what: 'the message to come back' },
    );
    // The message keeps its original place in the stream; otherwise the next time it would be judged by another one.
    const { sent_as, quarantined_up_to } = again.body;
    expect((await api.get(`${path}/?after=${quarantined_up_to}`)).body.results).toEqual([back]);
    await expect.poll(async () => (await sinks()).backlog.settled_sequence).toBeGreaterThanOrEqual(sent_as);
    expect(back).toMatchObject({ ...bad, sequence: back.sequence, reason: 'not JSON', time: back.time });
  });

  it('a sample of an epoch that others have followed is taken if it was published before them, and only then', async () => {
    const of = (changes: Partial<Sample>) => sample({ session: '78-1', device: 'press-78', ...changes });
    const at = tick + 40;
    await askBroker(log.nc, 'samples.c1.1.1', sample({ tick: at, time: at * 1_000 }));
    const { seq } = (
      await askBroker(log.nc, 'samples.c1.1.1', of({ epoch: 9, tick: at, time: at * 1_000 }))
    ).json<{
      seq: number;
    }>();
    const pressures = async () => {
      const history = `${sessionsPath}/point-history/?point_code=pressure&device=press-78`;
      return (await api.get(history)).body.results.map(
        ({ time }: { time: string }) => Date.parse(time) / 1_000 - at,
      );
    };
    await expect.poll(pressures).toEqual([0]);

    const put = (sequence: number, offset: number) =>
      quarantined(of({ epoch: 5, tick: at + offset, time: (at + offset) * 1_000 }), { sequence });
    const before = await put(seq - 1, -1);
    const after = await put(seq + 1, 1);
    expect((await api.post(`${path}/${before.sequence}/send-again/`)).status).toBe(200);
    await expect.poll(pressures).toEqual([-1, 0]);
    const refused = await api.post(`${path}/${after.sequence}/send-again/`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'cannot_be_sent_again' } });
    expect(refused.body.detail).toContain(`after epoch ${epochOf('78-1', 9)} had begun`);

    // A message that is sent anyway comes back and is not lost.
    const body = of({ epoch: 5, tick: at + 2, time: (at + 2) * 1_000 });
    await sendAgain(log.nc, {
      subject: 'samples.c1.1.1',
      body,
      sequence: 999_999,
      firstSequence: seq + 1,
      clockAheadMs: undefined,
      trustEpoch: undefined,
    });
    await expect
      .poll(async () => (await newest()).reason)
      .toContain(`gone on under epoch ${epochOf('78-1', 9)}`);
    expect(await pressures()).toEqual([-1, 0]);
  });

  it('many are sent again or deleted at once, by stream and reason', async () => {
    const of = (offset: number) =>
      sample({ session: '79-1', device: 'press-79', tick: tick + offset, time: (tick + offset) * 1_000 });
    for (const offset of [0, 1, 2]) await quarantined(of(offset), { reason: 'Repaired by now' });
    await quarantined('x'.repeat(quarantinedBodyLength), { reason: 'repaired, but too long' });
    await quarantined('{}', { reason: 'another' });
    expect((await api.get(`${path}/?reason=REPAIRED&limit=3`)).body.results).toHaveLength(3);
    expect((await api.post(`${path}/send-again/?reason=repaired&stream=HEALTH`)).body).toMatchObject({
      sent: 0,
    });
    expect((await api.post(`${path}/send-again/?reason=repaired`)).body).toEqual({
      sent: 3,
      kept: 1,
      kept_because: [{ sequence: expect.any(Number), detail: 'it was too long to be kept whole' }],
      limit_reached: false,
      ...{ last_sent_as: expect.any(Number), quarantined_up_to: expect.any(Number) },
    });
    const history = `${sessionsPath}/point-history/?point_code=pressure&device=press-79`;
    await expect.poll(async () => (await api.get(history)).body.results.length).toBe(3);

    expect((await api.request('DELETE', `${path}/`)).status).toBe(422);
    const deleted = await api.request('DELETE', `${path}/?reason=repaired&limit=1`);
    expect(deleted).toMatchObject({ status: 200, body: { deleted: 1, limit_reached: true } });
    expect((await api.get(`${path}/?reason=repaired`)).body.results).toEqual([]);
    expect((await newest()).reason).toBe('another');
    expect((await api.request('DELETE', `${path}/?stream=SAMPLES`)).body.deleted).toBeGreaterThan(0);
    expect((await api.get(`${path}/?stream=SAMPLES`)).body.results).toEqual([]);
  });
});

it('without the broker nothing of this is guessed', async () => {
  await nats.stop();
  for (const call of [`${path}/`, `${path}/1/`, '/api/system/sinks/']) {
    await expect.poll(async () => (await api.get(call)).status).toBe(503);
  }
});
