import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { addPerson, TestBrowser } from './test-browser.ts';

const adminKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });

let nats: Awaited<ReturnType<typeof natsForTest>>;
let database: string;
let one: ApiUnderTest;
let other: ApiUnderTest;
let people = 0;

const start = async (): Promise<ApiUnderTest> => {
  const env = { API_BOOTSTRAP_KEY: adminKey, API_REFUSED_PER_MINUTE: '0', API_LOGINS_PER_MINUTE: '0' };
  const api = await startApi({ nats: nats.url, database, env });
  await api.ready();
  return api;
};

beforeAll(async () => {
  nats = await natsForTest();
  database = await freshDatabase();
  [one, other] = [await start(), await start()];
});

const byAdmin = (method: string, path: string, body?: unknown) =>
  one.ask(method, path, { key: adminKey, body });

/** A person who has logged in at the first process. */
async function somebody() {
  people += 1;
  const { id, browser } = await addPerson(one, adminKey, {
    ...{ login: `person-${people}`, grants: [{ role: 'viewer' }] },
  });
  const login = (await browser.get('/api/me/')).body.current_login.id as string;
  await eventually(async () => (await browser.at(other).get('/api/me/')).status === 200, {
    what: 'the other process to know the login',
  });
  return { id, browser, login, headers: () => browser.headers() };
}

/** Follows a stream. An idle stream shows every 15 s that it is alive. */
async function follow(api: ApiUnderTest, path: string, headers: Record<string, string>) {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(`${api.url}${path}`, { headers, signal: abort.signal });
  expect(response.status).toBe(200);
  let signsOfLife = 0;
  let isOver = false;
  const texts = response.body?.pipeThrough(new TextDecoderStream());
  const read = (async () => {
    for await (const text of texts ?? []) signsOfLife += text.split('\n\n').length - 1;
  })()
    .catch((error: unknown) => {
      if (!abort.signal.aborted) throw error;
    })
    .finally(() => {
      isOver = true;
    });
  return { read, isOver: () => isOver, signsOfLife: () => signsOfLife };
}

/** Follows both streams at the second process. */
const followBoth = (headers: Record<string, string>) =>
  Promise.all(
    ['/api/acquisition/live', '/api/acquisition/live/changes'].map((path) => follow(other, path, headers)),
  );

type Followed = Awaited<ReturnType<typeof follow>>;

/** Requires streams to end before they would have shown a second time that they are alive. */
async function requireEnd(streams: readonly Followed[]): Promise<void> {
  const before = streams.map(({ signsOfLife }) => signsOfLife());
  const since = () => streams.map(({ signsOfLife }, index) => signsOfLife() - (before[index] ?? 0));
  const areOver = () => streams.map(({ isOver }) => isOver());
  await eventually(() => !areOver().includes(false) || Math.max(...since()) >= 2, {
    what: 'the streams to end, or to show twice that they live',
  });
  expect(areOver()).toEqual(streams.map(() => true));
  await Promise.all(streams.map(({ read }) => read));
}

describe('live streams at another process', () => {
  it.each<[string, (who: Awaited<ReturnType<typeof somebody>>) => Promise<{ status: number }>]>([
    [
      'whose login its person ends',
      ({ browser, login }) => browser.ask('DELETE', `/api/me/logins/${login}/`),
    ],
    ['whose person logs out', ({ browser }) => browser.ask('POST', '/api/logout/')],
    [
      'whose login an administrator ends',
      ({ id, login }) => byAdmin('DELETE', `/api/system/users/${id}/logins/${login}`),
    ],
    ['whose person is kept out', ({ id }) => byAdmin('PATCH', `/api/system/users/${id}`, { disabled: true })],
    [
      'whose person may do something else',
      ({ id }) => byAdmin('PATCH', `/api/system/users/${id}`, { role: 'operator' }),
    ],
  ])('%s are over, and no others', async (_what, end) => {
    const [who, bystander] = [await somebody(), await somebody()];
    const [streams, otherStreams] = [await followBoth(who.headers()), await followBoth(bystander.headers())];
    expect((await end(who)).status).toBeLessThan(300);
    await requireEnd(streams);
    expect(otherStreams.map(({ isOver }) => isOver())).toEqual([false, false]);
  });

  it('of a key that is revoked are over', async () => {
    const { body } = await byAdmin('POST', '/api/system/keys/', { name: 'leaver', role: 'viewer' });
    const headers = { authorization: `Bearer ${body.key}` };
    await eventually(async () => (await other.raw('/api/me/', { headers })).status === 200, {
      what: 'the key',
    });
    const streams = await followBoth(headers);
    expect((await byAdmin('DELETE', `/api/system/keys/${body.id}/`)).status).toBe(200);
    await requireEnd(streams);
  });

  it('are over also when the process that took the request is killed at once', async () => {
    const third = await start();
    const { browser, login, headers } = await somebody();
    await eventually(async () => (await browser.at(third).get('/api/me/')).status === 200, {
      what: 'the third process to know the login',
    });
    const streams = await followBoth(headers());
    expect((await browser.at(third).ask('DELETE', `/api/me/logins/${login}/`)).status).toBe(204);
    await third.process.kill();
    await requireEnd(streams);
  });

  it('are over also after a restart of the broker and of a process, where the login opens nothing', async () => {
    const { browser, login, headers } = await somebody();
    const streams = await followBoth(headers());
    await nats.stop();
    await nats.restart();
    await Promise.all([one.ready(), other.ready()]);
    expect(streams.map(({ isOver }) => isOver())).toEqual([false, false]);
    await eventually(async () => (await browser.ask('DELETE', `/api/me/logins/${login}/`)).status === 204, {
      what: 'the login to be ended',
    });
    await requireEnd(streams);
    const thief = new TestBrowser(await start());
    thief.cookie = browser.cookie;
    expect((await thief.get('/api/me/')).body.code).toBe('login_over');
  });
});
