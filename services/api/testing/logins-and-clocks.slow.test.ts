import { LoginBook } from '@holdfast/shared/jetstream/boards/logins.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { ensureStreams } from '@holdfast/shared/jetstream/streams/streams.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Clocks, systemClocks } from '../src/access/logins/login-times.ts';
import { Logins } from '../src/access/logins/logins.ts';
import { Users } from '../src/access/users.ts';
import { jetStreamLoginBook, jetStreamUserBook } from '../src/adapters/jetstream-access.ts';

const log = createLogger('test', 'silent');
const minute = 60_000;
const mebibyte = 1024 * 1024;

let nats: Awaited<ReturnType<typeof natsForTest>>;

beforeAll(async () => {
  nats = await natsForTest();
});

/** The logins of one process of the API, whose clocks the test moves. */
async function processOf(clocks: Clocks = systemClocks) {
  const { nc, close } = await connectNats({ url: nats.url, name: 'test', log });
  onTestFinished(close);
  await ensureStreams(nc, {
    sessionsMaxBytes: 8 * mebibyte,
    ...{ samplesMaxBytes: 8 * mebibyte, samplesMaxAgeHours: 1, replicas: 1 },
  });
  const expired: string[] = [];
  const users = new Users({ book: () => jetStreamUserBook(() => nc) });
  onTestFinished(users.stop);
  const logins = new Logins({
    book: () => jetStreamLoginBook(() => nc),
    users,
    isUp: () => true,
    onExpired: ({ id }) => expired.push(id),
    log,
    clocks,
  });
  onTestFinished(logins.stop);
  await users.load(jetStreamUserBook(() => nc));
  await logins.load(jetStreamLoginBook(() => nc));
  return { nc, users, logins, expired };
}

function movable() {
  let passed = 0;
  let setBy = 0;
  const clocks: Clocks = {
    wallMs: () => Date.now() + passed + setBy,
    steadyMs: () => performance.now() + passed,
  };
  return {
    clocks,
    pass: (ms: number) => {
      passed += ms;
    },
    setClockBy: (ms: number) => {
      setBy += ms;
    },
  };
}

async function someone(users: Users, login: string) {
  const user = await users.create({
    ...{ login, name: login, grants: [{ role: 'viewer' as const, sites: ['*'] }], password: null },
    ...{ identity: null, by: 'test' },
  });
  if (!user) throw new Error(`${login} is taken`);
  return user;
}

const where = { how: 'password', address: '192.0.2.1', agent: 'test', overHttps: true } as const;

describe('a login', () => {
  it('that idled out is taken away by one of two processes, which tells of it once', async () => {
    const ends = [movable(), movable()];
    const [one, other] = [await processOf(ends[0]?.clocks), await processOf(ends[1]?.clocks)];
    const user = await someone(one.users, 'idle');
    const { login, token } = await one.logins.open({ ...where, user });
    await eventually(() => other.logins.check(token, true).ok, { what: 'the other process to know it' });
    for (const { pass } of ends) pass(31 * minute);
    // The clock now says that a minute has passed since the last word from the broker.
    expect(one.logins.currency()).toBe('unknown');
    await eventually(() => one.logins.currency() === 'current' && other.logins.currency() === 'current', {
      what: 'the broker to have shown both that nothing is missing',
    });
    expect(one.logins.check(token, true)).toEqual({ ok: false, why: 'unknown' });
    await Promise.all([one.logins.endExpired(), other.logins.endExpired()]);
    expect([...one.expired, ...other.expired]).toEqual([login.id]);
    expect(await (await LoginBook.open(one.nc)).read(login.sha256)).toBeUndefined();
  });

  it('is not prolonged by a clock that is set back, in the process that has it and in one that starts then', async () => {
    const { clocks, pass, setClockBy } = movable();
    const one = await processOf(clocks);
    const user = await someone(one.users, 'clocked');
    const { token } = await one.logins.open({ ...where, user, wallDisplay: true });
    setClockBy(-24 * 60 * minute);
    const started = await processOf(clocks);
    expect(started.logins.check(token, true).ok).toBe(false);
    expect(one.logins.check(token, true).ok).toBe(true);
    pass(90 * 24 * 60 * minute);
    await eventually(() => one.logins.currency() === 'current', { what: 'the broker' });
    expect(one.logins.check(token, true).ok).toBe(false);
  });

  it('of many one user has fifty: the one that was used longest ago goes', async () => {
    const { clocks, pass } = movable();
    const { users, logins } = await processOf(clocks);
    const user = await someone(users, 'script');
    const first = await logins.open({ ...where, user });
    pass(1_000);
    const tokens: string[] = [];
    for (let count = 0; count < 50; count += 1) {
      tokens.push((await logins.open({ ...where, user })).token);
    }
    expect(logins.check(first.token, true).ok).toBe(false);
    expect(tokens.every((token) => logins.check(token, true).ok)).toBe(true);
  });
});

describe('while the broker is unavailable', () => {
  it('known logins are believed for a minute, to read only; then logins are unavailable, also for tokens that never were', async () => {
    const { clocks, pass } = movable();
    const { users, logins } = await processOf(clocks);
    const user = await someone(users, 'cached');
    const { login, token } = await logins.open({ ...where, user });
    let ended = false;
    logins.whenOver({ loginId: login.id, grants: user.grants }, () => {
      ended = true;
    });
    await nats.stop();
    onTestFinished(() => nats.restart());
    pass(20_000);
    expect(logins.currency()).toBe('reading');
    expect(logins.check(token, true).ok).toBe(true);
    // Another process may have opened this login a moment ago.
    const strange = `hfl_${'A'.repeat(43)}`;
    expect(logins.check(strange, true)).toEqual({ ok: false, why: 'unavailable' });
    expect(ended).toBe(false);
    pass(41_000);
    expect(logins.currency()).toBe('unknown');
    for (const each of [token, strange]) {
      expect(logins.check(each, true)).toEqual({ ok: false, why: 'unavailable' });
    }
    await eventually(() => ended, { what: 'what it follows live to end' });
  });
});
