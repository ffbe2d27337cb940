import { createHash } from 'node:crypto';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { CommandKeyBook } from '@holdfast/shared/jetstream/sessions/command-keys.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { thorough } from '@holdfast/test/support/thorough.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, configureTask, sessionsPath, startApi } from './api-under-test.ts';

let nats: string;
let one: ApiClient;
let other: ApiClient;

beforeAll(async () => {
  nats = (await natsForTest()).url;
  const settings = { nats, database: await apiDatabase() };
  one = await startApiInProcess(settings);
  await one.ready();
  other = await startApi(settings);
  await other.ready();
});

const keyed = (key: string) => ({ 'idempotency-key': key });
const startPath = `${sessionsPath}/start-task/`;
async function eventsOf(sessionId: string): Promise<string[]> {
  const { body } = await one.get(`${sessionsPath}/${sessionId}/events/`);
  return body.results.map(({ type }: { type: string }) => type);
}

/** Removes the stored answer, as if the first try had been cut off before it could answer. */
async function forgetAnswer(key: string): Promise<void> {
  const { nc, close } = await connectNats({ url: nats, name: 'test', log: createLogger('test', 'fatal') });
  const book = await CommandKeyBook.open(nc);
  const hash = createHash('sha256').update(`local\n${key}`).digest('hex');
  const record = await book.claim(hash, { v: 1, fingerprint: '', command_id: '', answer: null });
  if (!record) throw new Error('the key was not kept');
  await book.put(hash, { ...record, answer: null });
  await close();
}

describe('a creation with an Idempotency-Key', () => {
  const sitesPath = '/api/config/sites/';
  const siteCodes = async (): Promise<string[]> =>
    (await one.get(`${sitesPath}?limit=500`)).body.results.map(({ code }: { code: string }) => code);

  it('is carried out once, by whichever process, and answered with what there is', async () => {
    const first = await one.post(sitesPath, { code: 'once' }, keyed('site-1'));
    expect(first).toMatchObject({ status: 201, body: { code: 'once' } });
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    await one.request('PATCH', `${sitesPath}${first.body.id}/`, { name: 'renamed' });
    const again = await other.post(sitesPath, { code: 'once' }, keyed('site-1'));
    expect(again).toMatchObject({ status: 201, body: { id: first.body.id, name: 'renamed' } });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await other.post(sitesPath, { code: 'twice' }, keyed('site-1'))).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    // Without a key, this is another creation.
    expect(await other.post(sitesPath, { code: 'once' })).toMatchObject({ status: 409 });
    const done = async () =>
      (await one.get('/api/system/audit/?action=site.create&outcome=done')).body.results.filter(
        ({ target }: { target: string }) => target === 'site once',
      );
    // Each try that was answered so has an entry: the first may have been cut off before writing one.
    await expect.poll(done).toHaveLength(2);
  });

  it('makes one thing of each kind however many send it at the same time', async () => {
    const device = (await one.post('/api/config/devices/', { code: 'keyed', host: '127.0.0.3' })).body.id;
    const point = { device_id: device, table: 'holding_register', data_type: 'int16' };
    const bodies = [
      ['sites', { code: 'crowd' }],
      ['devices', { code: 'crowd', host: '127.0.0.2' }],
      ['points', { ...point, code: 'alone', address: 1 }],
      [
        'points',
        Array.from({ length: 300 }, (_, index) => ({ ...point, code: `many-${index}`, address: 2 + index })),
      ],
      ['tasks', { code: 'crowd', period_ms: 1_000, device_ids: [device] }],
    ] as const;
    for (const [index, [kind, body]] of bodies.entries()) {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, turn) =>
          [one, other][turn % 2]?.post(`/api/config/${kind}/`, body, keyed(`crowd-of-${index}`)),
        ),
      );
      expect(answers.map((answer) => answer?.status)).toEqual(Array(8).fill(201));
      expect(new Set(answers.map((answer) => JSON.stringify(answer?.body))).size).toBe(1);
      expect([answers[0]?.body].flat()).toHaveLength([body].flat().length);
      const replayed = answers.map((answer) => answer?.headers.get('idempotency-replayed'));
      expect(replayed.filter((each) => each === null)).toHaveLength(1);
    }
  });

  it('that was refused leaves nothing behind, and its key may be sent again', async () => {
    await one.post(sitesPath, { code: 'taken' });
    const refused = await one.post(sitesPath, { code: 'taken' }, keyed('taken'));
    expect(refused).toMatchObject({ status: 409, body: { code: 'duplicate_code' } });
    const { body } = await one.get(`${sitesPath}?code=taken`);
    await one.request('DELETE', `${sitesPath}${body.results[0].id}/`);
    expect(await other.post(sitesPath, { code: 'taken' }, keyed('taken'))).toMatchObject({ status: 201 });
    expect((await siteCodes()).filter((code) => code === 'taken')).toHaveLength(1);
  });

  it('whose item was removed since says so, and does not make it again', async () => {
    const { body } = await one.post(sitesPath, { code: 'passing' }, keyed('passing'));
    await one.request('DELETE', `${sitesPath}${body.id}/`);
    expect(await one.post(sitesPath, { code: 'passing' }, keyed('passing'))).toMatchObject({
      status: 404,
      body: { code: 'site_not_found' },
    });
    expect(await siteCodes()).not.toContain('passing');
  });
});

describe('a command with an Idempotency-Key', () => {
  it('is carried out once, and answered alike by every process, also when much has happened since', async () => {
    const task_id = await configureTask(one, 'once');
    const first = await one.post(startPath, { task_id }, keyed('start-1'));
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const sessionId = first.body.session_id;

    const pause = `${sessionsPath}/${sessionId}/pause/`;
    const paused = await other.post(pause, { reason: 'once' }, keyed('pause-1'));
    expect(paused).toMatchObject({ status: 200, body: { status: 'paused' } });
    expect((await one.post(`${sessionsPath}/${sessionId}/resume/`)).status).toBe(200);

    const again = await one.post(pause, { reason: 'once' }, keyed('pause-1'));
    expect(again).toMatchObject({ status: 200, body: paused.body });
    const started = await other.post(startPath, { task_id }, keyed('start-1'));
    expect(started).toMatchObject({ status: 201, body: first.body });
    expect(started.headers.get('idempotency-replayed')).toBe('true');
    expect(started.headers.get('location')).toBe(first.headers.get('location'));
    expect(await eventsOf(sessionId)).toEqual(['session.started', 'session.paused', 'session.resumed']);
  });

  it('starts one session however many send it at the same time', async () => {
    // The first try or a repeat may be quicker in each round; the answer must be the same.
    for (let round = 0; round < thorough(15); round += 1) {
      const task_id = await configureTask(one, `crowd-${round}`);
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          [one, other][index % 2]?.post(startPath, { task_id }, keyed(`crowd-${round}`)),
        ),
      );
      expect(answers.map((answer) => answer?.status)).toEqual(Array(8).fill(201));
      expect(new Set(answers.map((answer) => answer?.body.session_id)).size).toBe(1);
      const replayed = answers.map((answer) => answer?.headers.get('idempotency-replayed'));
      expect(replayed.filter((each) => each === null)).toHaveLength(1);
      expect(replayed.filter((each) => each === 'true')).toHaveLength(7);
    }
  });

  it('whose answer was never kept is found in the log by its id', async () => {
    const task_id = await configureTask(one, 'cut-off');
    const first = await one.post(startPath, { task_id }, keyed('cut-off'));
    expect(first.status).toBe(201);
    await one.post(`${sessionsPath}/${first.body.session_id}/stop/`);
    await forgetAnswer('cut-off');

    const repeated = await other.post(startPath, { task_id }, keyed('cut-off'));
    expect(repeated).toMatchObject({ status: 201, body: { session_id: first.body.session_id } });
    expect(repeated.headers.get('idempotency-replayed')).toBe('true');
    expect(await eventsOf(first.body.session_id)).toEqual(['session.started', 'session.stopped']);
  });

  it('is refused when the key was used for something else', async () => {
    const task_id = await configureTask(one, 'reused');
    const { body } = await one.post(startPath, { task_id }, keyed('reused'));
    for (const [path, sent] of [
      [startPath, { task_id, metadata: { order: 2 } }],
      [`${sessionsPath}/${body.session_id}/stop/`, undefined],
    ] as const) {
      const refused = await other.post(path, sent, keyed('reused'));
      expect(refused).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    }
    expect(await eventsOf(body.session_id)).toEqual(['session.started']);
  });

  it('that was refused may be sent again with the same key', async () => {
    const task_id = await configureTask(one, 'refused');
    const { body } = await one.post(startPath, { task_id });
    const refused = await one.post(startPath, { task_id }, keyed('refused'));
    expect(refused).toMatchObject({ status: 409, body: { code: 'task_already_active' } });
    await one.post(`${sessionsPath}/${body.session_id}/stop/`);
    expect(await other.post(startPath, { task_id }, keyed('refused'))).toMatchObject({ status: 201 });
  });
});
