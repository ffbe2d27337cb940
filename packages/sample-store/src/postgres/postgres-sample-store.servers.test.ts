import { startPostgres } from '@holdfast/dev/embedded-postgres.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SampleStore, StorableSample } from '../sample-store.ts';
import { describeSampleStoreContract } from '../testing/sample-store-contract.ts';
import { firstTimeMs, storableSample } from '../testing/storable-sample.ts';
import { migrateSampleTables } from './migrate-sample-tables.ts';
import { openPostgresSampleStore } from './postgres-sample-store.ts';

describeSampleStoreContract('PostgreSQL', async () => {
  const databaseUrl = await freshDatabase();
  await migrateSampleTables({ databaseUrl });
  return openPostgresSampleStore({ databaseUrl });
});

describe('PostgreSQL in its own right', () => {
  let databaseUrl: string;
  let store: SampleStore;
  let client: pg.Client;
  beforeAll(async () => {
    databaseUrl = await freshDatabase();
    await migrateSampleTables({ databaseUrl });
    store = openPostgresSampleStore({ databaseUrl });
    client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await store.close();
  });
  const range = { start: new Date(firstTimeMs), end: new Date(firstTimeMs + 3_600_000), limit: 100 };

  it('is prepared by several processes at the same moment, and once more later', async () => {
    const url = await freshDatabase();
    await Promise.all([1, 2, 3].map(() => migrateSampleTables({ databaseUrl: url })));
    await migrateSampleTables({ databaseUrl: url });
    const fresh = openPostgresSampleStore({ databaseUrl: url });
    expect(await fresh.write([storableSample()])).toEqual({ kind: 'written' });
    await fresh.close();
  });

  it('reads an empty history before any writer has made the tables, and keeps writes waiting', async () => {
    const bare = openPostgresSampleStore({ databaseUrl: await freshDatabase() });
    expect(await bare.history({ ...range, pointCode: 'temperature' })).toEqual([]);
    await expect(bare.write([storableSample()])).rejects.toMatchObject({
      name: 'SampleStoreUnavailable',
      code: '42P01',
    });
    await bare.close();
  });

  it('tells in both languages why it refuses a question', async () => {
    const history = store.history({ ...range, pointCode: 'temperature\u0000' });
    const reason = 'PostgreSQL 22021: invalid byte sequence for encoding "UTF8": 0x00';
    await expect(history).rejects.toMatchObject({
      name: 'HistoryQueryRefused',
      message: reason,
      detail: { code: 'store.database_gave_reason', params: { reason } },
    });
  });

  it('gives numbers, truths, texts and long integers of one point in their order, of several devices and of one', async () => {
    const values = [-0.1, true, 1e-300, false, 7, 'stopped', '9007199254740993', -1.5e300];
    const expected: unknown[] = [];
    for (const [tick, value] of values.entries()) {
      for (const device of ['mixed-é', 'mixed-ü']) {
        const isUncertain = (tick + device.length) % 3 === 0;
        await store.write([
          storableSample({
            ...{ device, tick, uncertain: isUncertain ? ['mixed'] : [] },
            ...(value === '9007199254740993'
              ? { values: {}, integers: { mixed: value } }
              : { values: { mixed: value } }),
          }),
        ]);
        expected.push([device, value, isUncertain ? 'uncertain' : 'good']);
      }
      // First without texts and long integers, then with them.
      const query = { ...range, pointCode: 'mixed' };
      const all = (await store.history(query)).map((each) => [each.device, each.value, each.quality]);
      expect(all).toEqual(expected);
      const devices = [{ deviceCode: 'mixed-é', measurement: 'mixed-é' }];
      const one = (await store.history({ ...query, devices })).map((each) => each.value);
      expect(one).toEqual(values.slice(0, tick + 1));
    }
  });

  it('accounts for a tick once, whatever parts it came in, and keeps which times are the source’s own', async () => {
    const { values: _, ...sample } = storableSample({ device: 'subscribed', session: '7-1', tick: 60 });
    const part = { ...sample, part: 1, changes: { level: [[-900, 1, 4] as const, [-800, 2] as const] } };
    const bad = {
      ...sample,
      part: 2,
      changes: { level: [[-700, 3] as const], text: [[-600, 'a\0b'] as const] },
    };
    expect(await store.write([part, bad])).toMatchObject({
      kind: 'written',
      refused: [{ sample: bad, codes: ['text'] }],
    });
    const ticks = async () => {
      const { rows } = await client.query(
        `select outcome, ticks::text from samples.tick_coverage where device_code = 'subscribed' and outcome <> 'sent'`,
      );
      return rows;
    };
    expect(await ticks()).toEqual([]);
    // Written twice: first as it comes, then again next to a part that is already there.
    await store.write([sample]);
    await store.write([
      part,
      { ...sample, changes: {}, miss: { cause: 'exception', detail: 'text: is null' } },
    ]);
    expect(await ticks()).toEqual([{ outcome: 'stored', ticks: '{[60,61)}' }]);
    const { rows } = await client.query(
      `select value_double, source_time = time as is_its_own from samples.reading
       where device_code = 'subscribed' order by time`,
    );
    expect(rows).toEqual([
      { value_double: 1, is_its_own: true },
      { value_double: 2, is_its_own: null },
      { value_double: 3, is_its_own: null },
    ]);
  });

  it('takes good batches while others at the same time are refused', async () => {
    const batches = Array.from({ length: 60 }, (_, tick) => {
      const good = storableSample({ device: 'beside', tick, values: { temperature: tick } });
      const bad = storableSample({ device: 'beside', tick, values: { state: 'a\0b' } });
      return tick % 2 === 0 ? good : bad;
    });
    const outcomes = await Promise.all(batches.map((sample) => store.write([sample])));
    expect(new Set(outcomes.filter((_, tick) => tick % 2 === 0).map(({ kind }) => kind))).toEqual(
      new Set(['written']),
    );
  });

  it('never lets a lower epoch replace a higher one, in whatever order they come', async () => {
    const sample = (epoch: number) =>
      storableSample({ device: 'fenced', epoch, values: { temperature: epoch } });
    await store.write([sample(9)]);
    await store.write([sample(7)]);
    await store.write([sample(8), sample(7)]);
    const points = await store.history({ ...range, pointCode: 'temperature' });
    expect(points.filter((point) => point.device === 'fenced').map((point) => point.value)).toEqual([9]);
  });

  it('keeps a miss with its cause, once', async () => {
    const { values: _, ...miss } = storableSample({
      session: 'session-m',
      miss: { cause: 'exception', detail: 'exception 2: illegal data address' },
    });
    await store.write([miss, miss]);
    await store.write([miss]);
    const { rows } = await client.query(
      "select device_code, tick, cause, detail from samples.sample_miss where session_id = 'session-m'",
    );
    expect(rows).toEqual([
      { device_code: 'press-1', tick: '0', cause: 'exception', detail: 'exception 2: illegal data address' },
    ]);
  });

  it('tells sessions and tasks apart that read the same device', async () => {
    await store.write([
      storableSample({ session: 's1', task: 't1', device: 'shared', values: { flow: 1 } }),
      storableSample({ session: 's2', task: 't2', device: 'shared', tick: 1, values: { flow: 2 } }),
    ]);
    const flow = { ...range, pointCode: 'flow' };
    expect((await store.history({ ...flow, sessionId: 's1' })).map((point) => point.value)).toEqual([1]);
    expect((await store.history({ ...flow, taskId: 't2' })).map((point) => point.value)).toEqual([2]);
  });

  it('takes a batch of more values than one statement holds', async () => {
    const values = Object.fromEntries(Array.from({ length: 7000 }, (_, index) => [`p${index}`, index]));
    const samples = Array.from({ length: 7 }, (_, tick) => storableSample({ device: 'large', tick, values }));
    expect(await store.write(samples)).toEqual({ kind: 'written' });
    const { rows } = await client.query(
      `select count(*)::int as count from samples.sample_value join samples.series on id = series_id
       where device_code = 'large'`,
    );
    expect(rows).toEqual([{ count: 49_000 }]);
  });

  it('keeps values of all kinds next to plain numbers, in batches of any size one after the other', async () => {
    const mixed = (tick: number) =>
      storableSample({
        ...{ device: 'mixed', tick },
        values: { flow: tick + 0.5, open: tick % 2 === 0, state: 'läuft '.repeat(tick + 1), load: tick },
        integers: { small: String(tick), big: `184467440737095516${tick}` },
        ...(tick % 3 === 0 ? { uncertain: ['load'] } : {}),
      });
    const batches = [[5, 4, 3, 2, 1], [0], [8, 7, 6], [9]].map((ticks) => ticks.map(mixed));
    for (const batch of batches) {
      if (batch.length === 1) await store.write([...batch, ...batch]);
      else expect(await store.write(batch)).toMatchObject({ kind: 'written' });
    }
    const { rows } = await client.query(
      `select point_code, extract(epoch from time)::int % 3600 as tick, value_double, value_bool, value_text, value_exact, uncertain
       from samples.sample_value join samples.series on id = series_id
       where device_code = 'mixed' order by tick, point_code`,
    );
    const none = {
      value_double: null,
      value_bool: null,
      value_text: null,
      value_exact: null,
      uncertain: null,
    };
    const expected = Array.from({ length: 10 }, (_, tick) => {
      const isDoubtful = tick % 3 === 0 ? true : null;
      const big = `184467440737095516${tick}`;
      const row = (point_code: string, more: object) => ({ point_code, tick, ...none, ...more });
      return [
        row('big', { value_double: Number(big), value_exact: big }),
        row('flow', { value_double: tick + 0.5 }),
        row('load', { value_double: tick, uncertain: isDoubtful }),
        row('open', { value_bool: tick % 2 === 0 }),
        row('small', { value_double: tick }),
        row('state', { value_text: 'läuft '.repeat(tick + 1) }),
      ];
    });
    expect(rows).toEqual(expected.flat());
  });

  it('keeps the values of each day (UTC) in a table of its own, and drops whole days', async () => {
    const own = await emptyStore();
    const dayMs = 86_400_000;
    const days = [-1, 0, 1, 2].map((day) => firstTimeMs + day * dayMs);
    await own.store.write(
      days.flatMap((time) => [storableSample({ time }), storableSample({ time: time + dayMs - 1 })]),
    );
    const flow = { pointCode: 'temperature', start: new Date(0), end: new Date(firstTimeMs * 2), limit: 100 };
    expect(await own.store.history(flow)).toHaveLength(8);
    const nowMs = firstTimeMs + 3 * dayMs + 1;
    expect(await own.store.maintain({ nowMs })).toEqual([]);
    expect(await own.daysOf('sample_value')).toEqual([
      '20251231',
      '20260101',
      '20260102',
      '20260103',
      '20260104',
      '20260105',
    ]);
    expect(await own.store.maintain({ nowMs, keepFromMs: nowMs - 2 * dayMs })).toEqual([
      'sample_miss_20251231',
      'sample_miss_20260101',
      'sample_value_20251231',
      'sample_value_20260101',
    ]);
    expect((await own.store.history(flow)).map(({ time }) => time.getTime())).toEqual([
      firstTimeMs + dayMs,
      firstTimeMs + 2 * dayMs - 1,
      firstTimeMs + 2 * dayMs,
      firstTimeMs + 3 * dayMs - 1,
    ]);
    // A late sample of a dropped day recreates the day, even when another process dropped it.
    expect(await own.store.write([storableSample()])).toEqual({ kind: 'written' });
    await own.client.query('drop table samples.sample_value_20260101, samples.sample_miss_20260101');
    await expect(own.store.write([storableSample()])).rejects.toMatchObject({ code: '23514' });
    expect(await own.store.write([storableSample()])).toEqual({ kind: 'written' });
    await own.close();
  });

  it('makes few days for one write, and names the samples that have to come again', async () => {
    const own = await emptyStore();
    const dayMs = 86_400_000;
    const samples = Array.from({ length: 20 }, (_, day) =>
      storableSample({ time: firstTimeMs + day * dayMs }),
    );
    let remaining: readonly StorableSample[] = samples;
    const counts: number[] = [];
    for (; remaining.length > 0; counts.push(remaining.length)) {
      const outcome = await own.store.write(remaining);
      remaining = (outcome.kind === 'written' && outcome.later) || [];
    }
    expect(counts).toEqual([12, 4, 0]);
    const flow = { pointCode: 'temperature', start: new Date(0), end: new Date(firstTimeMs * 2), limit: 100 };
    expect(await own.store.history(flow)).toHaveLength(20);
    await own.close();
  });

  it('makes the days that no writer was there to make', async () => {
    const own = await emptyStore();
    const dayMs = 86_400_000;
    await own.store.maintain({ nowMs: firstTimeMs });
    await own.store.maintain({ nowMs: firstTimeMs + 4 * dayMs });
    expect(await own.daysOf('sample_miss')).toEqual(
      ['01', '02', '03', '04', '05', '06'].map((day) => `202601${day}`),
    );
    await own.close();
  });

  it('lets several writers begin the same day and the same series at the same moment', async () => {
    const own = await emptyStore();
    const writers = [1, 2, 3, 4].map(() => openPostgresSampleStore({ databaseUrl: own.databaseUrl }));
    const outcomes = await Promise.all(
      writers.map((writer, at) =>
        writer.write(
          [0, 1, 2].map((tick) =>
            storableSample({ tick: tick * 86_400 + at, values: { temperature: 1, pressure: 2 } }),
          ),
        ),
      ),
    );
    expect(outcomes).toEqual(writers.map(() => ({ kind: 'written' })));
    const all = { start: new Date(0), end: new Date(firstTimeMs * 2), limit: 100 };
    expect(await own.store.history({ ...all, pointCode: 'temperature' })).toHaveLength(12);
    await Promise.all(writers.map((writer) => writer.close()));
    await own.close();
  });

  it('does not mistake one series for another when the database was recreated behind its back', async () => {
    const own = await emptyStore();
    const sample = (device: string, tick: number) =>
      storableSample({ device, tick, values: { [`of ${device}`]: tick } });
    await own.store.write([sample('a', 0), sample('b', 0)]);
    await own.client.query('drop schema samples cascade');
    await own.client.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`);
    await expect(own.store.write([sample('b', 1)])).rejects.toMatchObject({ name: 'SampleStoreUnavailable' });
    await migrateSampleTables({ databaseUrl: own.databaseUrl });
    await own.store.write([sample('b', 2)]);
    await own.store.write([sample('a', 3)]);
    const all = { start: new Date(0), end: new Date(firstTimeMs * 2), limit: 100 };
    expect(await own.store.history({ ...all, pointCode: 'of a' })).toMatchObject([{ device: 'a', value: 3 }]);
    expect(await own.store.history({ ...all, pointCode: 'of b' })).toMatchObject([{ device: 'b', value: 2 }]);
    await own.close();
  });

  it.each([
    [
      'a time beyond the year 9999',
      storableSample({ device: 'bad', time: Date.UTC(10_000, 0, 1) }),
      /year 9999/,
    ],
    ['a time beyond all calendars', storableSample({ device: 'bad', time: 9e15 }), /year 9999/],
  ])('rejects %s', async (_, poison, reason) => {
    expect(await store.write([poison])).toMatchObject({
      kind: 'rejected',
      reason: expect.stringMatching(reason),
    });
  });

  it.each([
    ['a NUL character in a name', storableSample({ device: 'bad\u0000' })],
    [
      'a point code too long for the index',
      storableSample({ device: 'bad', values: { [randomText(9000)]: 1 } }),
    ],
  ])('rejects %s with the reason, and nothing of its batch stays', async (_, poison) => {
    const good = storableSample({ session: 'session-r', device: 'good beside bad' });
    const outcome = await store.write([good, poison]);
    expect(outcome).toMatchObject({
      kind: 'rejected',
      reason: expect.stringMatching(/^PostgreSQL \w{5}: ./),
    });
    const points = await store.history({ ...range, pointCode: 'temperature', sessionId: 'session-r' });
    expect(points).toEqual([]);
  });

  it.each([
    ['a NUL character in a text', { state: 'a\u0000b' }, {}],
    ['a NUL character in the code of a point', { 'state\u0000': 'on' }, {}],
    ['an integer of more than 64 bits', {}, { energy: '99999999999999999999' }],
  ])('refuses %s alone, and stores the rest of its sample and batch', async (what, values, integers) => {
    const session = `refused ${what}`;
    const good = storableSample({ session, device: 'beside' });
    const code = Object.keys({ ...values, ...integers })[0] ?? '';
    const poison = storableSample({
      session,
      device: 'bad',
      values: { temperature: 2, ...values },
      integers,
    });
    expect(await store.write([good, poison])).toEqual({
      kind: 'written',
      refused: [{ sample: poison, codes: [code], reason: expect.stringContaining(code) }],
    });
    const points = await store.history({ ...range, pointCode: 'temperature', sessionId: session });
    expect(points.map(({ device, value }) => [device, value])).toEqual([
      ['bad', 2],
      ['beside', 20.5],
    ]);
    const lone = { ...poison, values, integers, tick: 1, time: poison.time + 1_000 };
    expect(await store.write([lone])).toMatchObject({
      kind: 'rejected',
      reason: expect.stringContaining(code),
    });
    expect(await store.write([good, lone])).toMatchObject({ kind: 'written', refused: [{ codes: 'all' }] });
  });

  it('says unavailable, not rejected, when the password is wrong', async () => {
    const url = new URL(databaseUrl);
    url.password = 'wrong';
    const locked = openPostgresSampleStore({ databaseUrl: url.href });
    await expect(locked.write([storableSample()])).rejects.toMatchObject({
      name: 'SampleStoreUnavailable',
      code: '28P01',
    });
    expect(await locked.reachable()).toBe(false);
    await locked.close();
  });

  it('says unavailable while the server is down and goes on by itself when it is back', async () => {
    const server = await startPostgres({
      dataDir: `${await temporaryFolder('sample-store')}/data`,
      fsync: false,
    });
    try {
      const url = await server.createDatabase('samples_test');
      await migrateSampleTables({ databaseUrl: url });
      const own = openPostgresSampleStore({ databaseUrl: url });
      await own.write([storableSample()]);
      await server.kill();
      await expect(own.write([storableSample({ tick: 1 })])).rejects.toMatchObject({
        name: 'SampleStoreUnavailable',
      });
      await expect(own.history({ ...range, pointCode: 'temperature' })).rejects.toMatchObject({
        name: 'SampleStoreUnavailable',
      });
      expect(await own.reachable()).toBe(false);
      await server.restart();
      expect(await own.write([storableSample({ tick: 1 })])).toEqual({ kind: 'written' });
      expect(await own.history({ ...range, pointCode: 'temperature' })).toHaveLength(2);
      await own.close();
    } finally {
      await server.stop();
    }
  });
});

async function emptyStore() {
  const databaseUrl = await freshDatabase();
  await migrateSampleTables({ databaseUrl });
  const store = openPostgresSampleStore({ databaseUrl });
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  return {
    databaseUrl,
    store,
    client,
    async daysOf(table: string): Promise<string[]> {
      const { rows } = await client.query(
        'select right(inhrelid::regclass::text, 8) as day from pg_inherits where inhparent = $1::regclass order by 1',
        [`samples.${table}`],
      );
      return rows.map((row: { day: string }) => row.day);
    },
    async close() {
      await client.end();
      await store.close();
    },
  };
}

/** Text that compresses badly: PostgreSQL would fit a long run of one letter into an index entry. */
function randomText(length: number): string {
  let state = 1;
  let text = '';
  while (text.length < length) {
    state = (state * 48_271) % 2_147_483_647;
    text += state.toString(36);
  }
  return text.slice(0, length);
}
