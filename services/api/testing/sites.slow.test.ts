import { freePort } from '@holdfast/dev/free-port.ts';
import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { formatApiKey, type Role, roles } from '@holdfast/shared/contracts/api-key.ts';
import { SampleStream } from '@holdfast/shared/jetstream/samples/sample-stream.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Answer, type ApiUnderTest, sessionsPath, startApi } from './api-under-test.ts';
import { placementsIn } from './placements.ts';
import { type IdAt, type Place, places } from './rights/places.ts';
import { configureTwoHalls } from './rights/two-halls.ts';

const adminKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });
const keysPath = '/api/system/keys/';

let nats: string;
let database: string;
let api: ApiUnderTest;
let idAt: IdAt;
const keyOf = new Map<string, string>();

const keyFor = (role: Role, sites: readonly string[]) => keyOf.get(`${role} ${sites.join()}`) ?? '';

const call = (
  method: string,
  path: string,
  { key = adminKey, body, at = api }: { key?: string; body?: unknown; at?: ApiUnderTest } = {},
) => at.ask(method, path, { key, body });

async function create(path: string, body: object): Promise<Answer['body']> {
  const answer = await call('POST', path, { body });
  if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function makeKey(role: Role, sites: readonly string[]): Promise<void> {
  const { key } = await create(keysPath, {
    name: `${role} of ${sites.join(' ')}`.replaceAll('*', 'all'),
    role,
    sites,
  });
  keyOf.set(`${role} ${sites.join()}`, key);
}

beforeAll(async () => {
  nats = (await natsForTest()).url;
  database = await freshDatabase();
  await migrateSampleTables({ databaseUrl: database });
  api = await startApi({ nats, database, env: { API_BOOTSTRAP_KEY: adminKey, API_REFUSED_PER_MINUTE: '0' } });
  await api.ready();
  idAt = await configureTwoHalls(call);
  for (const role of roles) {
    for (const sites of [['hall-1'], ['hall-1', 'hall-2'], ['*']]) await makeKey(role, sites);
  }
});

const notGranted = { status: 403, code: 'site_not_granted' };

describe('a key for one site', () => {
  it('moves nothing to another site, or out of it', async () => {
    const key = keyFor('engineer', ['hall-1']);
    const hall2 = idAt('sites', 'hall-2');
    const change = (kind: 'devices' | 'points' | 'tasks', body: object) =>
      call('PATCH', `/api/config/${kind}/${idAt(kind, 'hall-1')}/`, { key, body });
    for (const refused of [
      await change('devices', { site_id: hall2 }),
      await change('devices', { site_id: null }),
      await change('points', { device_id: idAt('devices', 'hall-2') }),
      await change('tasks', { device_ids: [idAt('devices', 'hall-1'), idAt('devices', 'nowhere')] }),
      await change('tasks', { device_ids: [] }),
      await call('POST', '/api/config/tasks/', {
        key,
        body: { code: 'mixed', period_ms: 1_000, ...pointsElsewhere() },
      }),
      await change('tasks', { point_ids: pointsElsewhere().point_ids }),
      await call('POST', '/api/config/change-sets/', {
        key,
        body: {
          items: [
            {
              op: 'create',
              kind: 'task',
              id: -1,
              fields: { code: 'mixed', period_ms: 1_000, ...pointsElsewhere() },
            },
          ],
        },
      }),
      await call('POST', '/api/config/points/', {
        ...{ key, body: ['hall-1', 'hall-2'].map((place) => pointOf(idAt('devices', place as Place))) },
      }),
    ]) {
      expect(refused.body).toMatchObject(notGranted);
    }
  });
});

const pointsElsewhere = () => ({
  device_ids: [idAt('devices', 'hall-1')],
  point_ids: [idAt('points', 'hall-1'), idAt('points', 'hall-2')],
});

const pointOf = (device_id: unknown) => ({
  device_id,
  code: 'x',
  table: 'coil',
  address: 5,
  data_type: 'bool',
});

describe('a list', () => {
  it('has full pages, and as many as there are', async () => {
    const codes: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await call('GET', `${sessionsPath}/?limit=1${cursor}`, {
        key: keyFor('viewer', ['hall-1', 'hall-2']),
      });
      expect(body.results).toHaveLength(1);
      codes.push(body.results[0].task_code);
      if (body.next_cursor === null) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(codes).toEqual(['both-task', 'hall-2-task', 'hall-1-task']);
  });

  it('counts in the comparison of what runs only what has devices at the sites of the key', async () => {
    const { body } = await call('GET', '/api/acquisition/recovery/', { key: keyFor('viewer', ['hall-1']) });
    expect(body).toMatchObject({
      expected: 2,
      expected_sessions: [idAt('sessions', 'both'), idAt('sessions', 'hall-1')],
    });
  });
});

it('history is of the devices at the sites of the key', async () => {
  const store = openPostgresSampleStore({ databaseUrl: database });
  cleanUpAfterFile(() => store.close());
  const time = Date.now() - 60_000;
  const outcome = await store.write(
    (['hall-1', 'hall-2', 'nowhere'] as const).map((place) => ({
      session: String(idAt('sessions', place)),
      epoch: 1,
      task: String(idAt('tasks', place)),
      device: `${place}-press`,
      site: place === 'nowhere' ? '' : place,
      measurement: `${place}-press`,
      tick: Math.floor(time / 1_000),
      period_ms: 1_000,
      time,
      values: { level: 7 },
    })),
  );
  expect(outcome).toEqual({ kind: 'written' });
  const history = async (sites: readonly string[], query = '') => {
    const path = `${sessionsPath}/point-history/?point_code=level${query}`;
    const { status, body } = await call('GET', path, { key: keyFor('viewer', sites) });
    return status === 200 ? body.results.map(({ device }: { device: string }) => device).sort() : body.code;
  };
  expect(await history(['*'])).toEqual(['hall-1-press', 'hall-2-press', 'nowhere-press']);
  expect(await history(['hall-1'])).toEqual(['hall-1-press']);
  expect(await history(['hall-1'], '&device=hall-1-press&interval=1m')).toContain('hall-1-press');
  expect(await history(['hall-1'], '&device=hall-2-press')).toBe('site_not_granted');
  const elsewhere = `&session_id=${idAt('sessions', 'hall-2')}`;
  expect(await history(['*'], elsewhere)).toEqual(['hall-2-press']);
  expect(await history(['hall-1'], elsewhere)).toEqual([]);
});

it('a live stream tells samples of the sites of the key', async () => {
  const log = await sessionLogForTest(nats);
  const samples = await SampleStream.open(log.nc);
  const epoch = await placementsIn(log.store).assign('1-1', 'c1');
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const follow = async (sites: readonly string[]) => {
    const response = await fetch(`${api.url}/api/acquisition/live/`, {
      headers: { authorization: `Bearer ${keyFor('viewer', sites)}` },
      signal: stopping.signal,
    });
    const texts = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    return async () => {
      let all = '';
      while (!all.includes('"last"')) all += (await texts?.read())?.value ?? '';
      return [...all.matchAll(/"device":"([^"]+)"/g)].map(([, device]) => device);
    };
  };
  const [everything, own] = [await follow(['*']), await follow(['hall-1'])];
  let tick = 0;
  const publish = async (device: string, place: Place | undefined, site: string): Promise<void> => {
    tick += 1;
    const device_id = place === undefined ? '999' : String(idAt('devices', place));
    const about = { v: 1, session: '1-1', epoch, collector: 'c1', task: '1', device_id } as const;
    const times = { tick, period_ms: 1_000, time: tick * 1_000, read_at: tick * 1_000 };
    await samples.publish({ ...about, device, site, measurement: device, ...times, values: { level: 7 } });
  };
  await publish('hall-2-press', 'hall-2', 'hall-2');
  await publish('nowhere-press', 'nowhere', '');
  // Only a key for all sites follows a device that is no longer configured.
  await publish('deleted-press', undefined, 'hall-1');
  await publish('hall-1-press', 'hall-1', 'hall-1');
  await publish('last', 'hall-1', 'hall-1');
  expect(await everything()).toEqual([
    'hall-2-press',
    'nowhere-press',
    'deleted-press',
    'hall-1-press',
    'last',
  ]);
  expect(await own()).toEqual(['hall-1-press', 'last']);
});

it('a live stream follows a device to its new site, also one that is open', async () => {
  const { nc, store } = await sessionLogForTest(nats);
  const samples = await SampleStream.open(nc);
  const epoch = await placementsIn(store).assign('2-1', 'c1');
  await makeKey('viewer', ['hall-2']);
  const { id } = await create('/api/config/devices/', {
    ...{ code: 'wanderer', host: '127.0.0.1', port: 9, unit_id: 77, site_id: idAt('sites', 'hall-1') },
  });
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const follow = async (site: string): Promise<string[]> => {
    const blocks: string[] = [];
    const response = await fetch(`${api.url}/api/acquisition/live/`, {
      headers: { authorization: `Bearer ${keyFor('viewer', [site])}` },
      signal: stopping.signal,
    });
    expect(response.status).toBe(200);
    void (async () => {
      for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        for (const [, tick, of] of text.matchAll(/"device":"wanderer","site":"([^"]*)".*?"tick":(\d+)/g)) {
          blocks.push(`${of}@${tick}`);
        }
      }
    })().catch(() => undefined);
    return blocks;
  };
  let tick = 100;
  const publish = async (): Promise<number> => {
    tick += 1;
    await samples.publish({
      ...{
        v: 1,
        session: '2-1',
        epoch,
        collector: 'c1',
        task: '2',
        device_id: String(id),
        device: 'wanderer',
      },
      ...{ site: 'hall-1', measurement: 'wanderer', tick, period_ms: 1_000, time: tick * 1_000 },
      ...{ read_at: tick * 1_000, values: { level: 7 } },
    });
    return tick;
  };
  const [former, next] = [await follow('hall-1'), await follow('hall-2')];
  const first = await publish();
  await expect.poll(() => former).toEqual([`${first}@hall-1`]);
  const moved = await call('PATCH', `/api/config/devices/${id}/`, {
    body: { site_id: idAt('sites', 'hall-2') },
  });
  expect(moved.status).toBe(200);
  await eventually(
    async () => {
      await publish();
      return next.length > 0;
    },
    { what: 'the open stream of the new site to tell samples' },
  );
  const after = [await follow('hall-1'), await follow('hall-2')];
  const last = await publish();
  for (const stream of [next, after[1]]) {
    await expect.poll(() => stream?.at(-1)).toBe(`${last}@hall-2`);
  }
  expect(former).not.toContain(`${last}@hall-1`);
  expect(former.every((each) => each.endsWith('@hall-1'))).toBe(true);
  expect(after[0]).toEqual([]);
});

it('while PostgreSQL is unavailable an operator stops what lies at his sites, and nothing else', async () => {
  const dark = await startApi({ nats, database: `postgres://nobody@127.0.0.1:${await freePort()}/nothing` });
  const command = (name: string, place: Place) =>
    call('POST', `${sessionsPath}/${idAt('sessions', place)}/${name}/`, {
      key: keyFor('operator', ['hall-1']),
      at: dark,
    }).catch(() => undefined);
  await eventually(async () => (await command('pause', 'hall-1'))?.status === 200, {
    what: 'the session to be paused',
  });
  for (const place of ['hall-2', 'both', 'nowhere'] as const) {
    expect((await command('pause', place))?.body, place).toMatchObject(notGranted);
  }
  expect((await command('resume', 'hall-1'))?.status).toBe(200);
  await dark.process.stop({ graceMs: 5_000 });
});

describe('a key', () => {
  it('says for which sites it is; without any it is for all', async () => {
    const { results } = (await call('GET', keysPath)).body;
    const sitesOf = (name: string) =>
      results.find((each: { name: string }) => each.name === name)?.grants[0].sites;
    expect(sitesOf('engineer of hall-1 hall-2')).toEqual(['hall-1', 'hall-2']);
    expect(sitesOf('admin')).toEqual(['*']);
    expect((await create(keysPath, { name: 'without', role: 'viewer' })).grants).toEqual([
      { role: 'viewer', sites: ['*'] },
    ]);
  });

  it('with several roles has at each site the highest that holds there', async () => {
    const { key } = await create(keysPath, {
      name: 'mixed',
      grants: [
        { role: 'viewer' },
        { role: 'operator', sites: ['hall-1'] },
        { role: 'engineer', sites: ['hall-2'] },
      ],
    });
    const stop = async (place: Place) =>
      (await call('POST', `${sessionsPath}/${idAt('sessions', place)}/pause/`, { key })).body;
    const rename = async (place: Place) =>
      (await call('PATCH', `/api/config/devices/${idAt('devices', place)}/`, { key, body: { name: 'x' } }))
        .body;
    const read = (place: Place) => call('GET', `${sessionsPath}/${idAt('sessions', place)}/`, { key });
    for (const place of places) expect((await read(place)).status, place).toBe(200);
    for (const place of ['hall-1', 'hall-2', 'both'] as const) {
      expect((await stop(place)).code, place).not.toBe('site_not_granted');
    }
    expect(await stop('nowhere')).toMatchObject({ ...notGranted, sites: ['hall-1', 'hall-2'] });
    expect(await rename('hall-1')).toMatchObject({ ...notGranted, sites: ['hall-2'] });
    expect(await rename('hall-2')).toMatchObject({ name: 'x' });
    expect((await call('POST', '/api/system/cleanup/', { key, body: {} })).body).toMatchObject(notGranted);
    expect((await call('GET', keysPath, { key })).body).toMatchObject({
      code: 'role_too_low',
      role: 'engineer',
    });
  });

  it('is not made with both forms of grants, nor with none', async () => {
    const tried = async (body: object) =>
      (await call('POST', keysPath, { body: { name: 'odd', ...body } })).body.errors;
    const grants = [{ role: 'viewer' }];
    expect(await tried({})).toMatchObject([{ path: 'role' }]);
    expect(await tried({ grants, role: 'viewer' })).toMatchObject([{ path: 'role' }]);
    expect(await tried({ grants, sites: ['hall-1'] })).toMatchObject([{ path: 'sites' }]);
    expect(await tried({ grants: [] })).toMatchObject([{ path: 'grants' }]);
    expect(await tried({ grants: [{ role: 'viewer', sites: ['hall-1', 'hall-9'] }] })).toMatchObject([
      { path: 'grants.0.sites.1' },
    ]);
  });

  it('is not made for a site that there is not', async () => {
    const tried = (sites: string[]) =>
      call('POST', keysPath, { body: { name: 'lost', role: 'viewer', sites } });
    expect((await tried(['hall-1', 'hall-9'])).body).toMatchObject({
      code: 'validation_failed',
      errors: [{ path: 'sites.1' }],
    });
    expect((await tried(['*', 'hall-1'])).body).toMatchObject({ errors: [{ path: 'sites' }] });
    expect((await tried(['\u0000'])).body).toMatchObject({ errors: [{ path: 'sites.0' }] });
    expect((await tried([])).body).toMatchObject({ errors: [{ path: 'sites' }] });
  });
});
