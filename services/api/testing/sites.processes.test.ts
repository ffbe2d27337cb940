import { freePort } from '@holdfast/dev/free-port.ts';
import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { formatApiKey, type Role, roles } from '@holdfast/shared/contracts/api-key.ts';
import { SampleStream } from '@holdfast/shared/jetstream/streams/sample-stream.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { allRoutes } from './all-routes.ts';
import { type Answer, type ApiUnderTest, sessionsPath, startApi } from './api-under-test.ts';

const adminKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });
const keysPath = '/api/system/keys/';

/** Where what is asked for lies: at one site, at both, at none. The codes of all that is there begin with it. */
const places = ['hall-1', 'hall-2', 'both', 'nowhere'] as const;
type Place = (typeof places)[number];
const sitesAt = {
  'hall-1': ['hall-1'],
  'hall-2': ['hall-2'],
  both: ['hall-1', 'hall-2'],
  nowhere: [],
} as const;

let nats: string;
let database: string;
let api: ApiUnderTest;
const idsOf = new Map<string, number | string>();
const keyOf = new Map<string, string>();

const idAt = (kind: string, place: Place) => idsOf.get(`${kind} ${place}`) ?? 'none';
const keyFor = (role: Role, sites: readonly string[]) => keyOf.get(`${role} ${sites.join()}`) ?? '';

function call(
  method: string,
  path: string,
  { key = adminKey, body, at = api }: { key?: string; body?: unknown; at?: ApiUnderTest } = {},
): Promise<Answer> {
  return at.raw(path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function made(path: string, body: object): Promise<Answer['body']> {
  const answer = await call('POST', path, { body });
  if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function makeKey(role: Role, sites: readonly string[]): Promise<void> {
  const { key } = await made(keysPath, {
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
  for (const code of ['hall-1', 'hall-2']) {
    idsOf.set(`sites ${code}`, (await made('/api/config/sites/', { code })).id);
  }
  let unit = 0;
  const deviceOf = async (code: string, site: string | undefined) => {
    unit += 1;
    const site_id = site === undefined ? null : idsOf.get(`sites ${site}`);
    const { id } = await made('/api/config/devices/', {
      code,
      host: '127.0.0.1',
      port: 9,
      unit_id: unit,
      site_id,
    });
    const point = {
      device_id: id,
      code: `${code}-level`,
      table: 'holding_register',
      address: 0,
      data_type: 'int16',
    };
    return { device: id, point: (await made('/api/config/points/', point)).id };
  };
  for (const place of places) {
    const [first, second] = sitesAt[place];
    const one = await deviceOf(`${place === 'both' ? 'hall-1-beside' : place}-press`, first);
    const all = second === undefined ? [one] : [one, await deviceOf('hall-2-beside-press', second)];
    const task = await made('/api/config/tasks/', {
      code: `${place}-task`,
      period_ms: 1_000,
      device_ids: all.map(({ device }) => device),
      point_ids: all.map(({ point }) => point),
    });
    idsOf.set(`tasks ${place}`, task.id);
    if (place !== 'both') {
      idsOf.set(`devices ${place}`, one.device);
      idsOf.set(`points ${place}`, one.point);
    }
    const { session_id } = await made(`${sessionsPath}/start-task/`, { task_id: task.id });
    idsOf.set(`sessions ${place}`, session_id);
  }
  for (const role of roles) {
    for (const sites of [['hall-1'], ['hall-1', 'hall-2'], ['*']]) await makeKey(role, sites);
  }
});

interface Request {
  readonly path: string;
  readonly body?: object;
}

let free = 0;

/** How a route is asked about something at a place; undefined where nothing of the kind lies there. */
function requestAbout(method: string, url: string, place: Place): Request | undefined {
  const [, kind] = /^\/api\/(?:config|acquisition)\/(\w+)/.exec(url) ?? [];
  if (kind === undefined) throw new Error(`${url} is about nothing that this test knows`);
  const isNamed = url.includes(':id');
  if (isNamed && idAt(kind, place) === 'none') return undefined;
  const path = url.replace(':id', String(idAt(kind, place)));
  if (method === 'GET') {
    if (isNamed) return { path };
    const [device] = place === 'both' ? [] : [`${place}-press`];
    if (device === undefined) return undefined;
    if (url.endsWith('/points/history')) return { path: `${path}?point=${device}/${device}-level` };
    return {
      path: `${path}?device=${device}${url.endsWith('point-history') ? `&point_code=${device}-level` : ''}`,
    };
  }
  if (url.endsWith('/write')) return { path, body: { value: 1, reason: 'test' } };
  if (isNamed) return method === 'PATCH' ? { path, body: { name: 'new' } } : { path };
  if (url.endsWith('/start-task')) return { path, body: { task_id: idAt('tasks', place) } };
  free += 1;
  const code = `${place}-made-${free}`;
  const device_id = idAt('devices', place);
  switch (kind) {
    case 'devices': {
      if (place === 'both') return undefined;
      const site_id = place === 'nowhere' ? null : idAt('sites', place);
      return { path, body: { code, host: '127.0.0.1', port: 10, unit_id: (free % 200) + 1, site_id } };
    }
    case 'points':
      if (place === 'both') return undefined;
      return { path, body: { device_id, code, table: 'coil', address: 0, data_type: 'bool' } };
    case 'tasks': {
      const device_ids =
        place === 'both' ? [idAt('devices', 'hall-1'), idAt('devices', 'hall-2')] : [device_id];
      return { path, body: { code, period_ms: 1_000, device_ids } };
    }
    default:
      throw new Error(`${method} ${url} is not known to this test`);
  }
}

const methodsInOrder = ['GET', 'POST', 'PATCH', 'DELETE'];
const guarded = allRoutes
  .flatMap(({ method, url, role, sites }) =>
    role === 'open' || role === 'known' || !sites ? [] : [{ method, url, role, sites }],
  )
  .sort((one, other) => methodsInOrder.indexOf(one.method) - methodsInOrder.indexOf(other.method));
const about = guarded.filter(({ sites }) => typeof sites === 'function');
const may = (role: Role, needed: Role) => roles.indexOf(role) >= roles.indexOf(needed);

const notGranted = { status: 403, code: 'site_not_granted' };

describe('a key for one site', () => {
  it.each(guarded.filter(({ sites }) => sites === 'all'))(
    'is refused by $method $url, which is about all sites',
    async ({ method, url, role: needed }) => {
      const path = url.replace(/:[a-z]+/g, '999999999');
      for (const role of roles) {
        const { body } = await call(method, path, { key: keyFor(role, ['hall-1']) });
        const code = may(role, needed) ? 'site_not_granted' : 'role_too_low';
        expect(body, role).toMatchObject({ status: 403, code });
      }
    },
  );

  // Before what is allowed, which changes things.
  it.each(about)(
    'is refused by $method $url for what lies elsewhere',
    async ({ method, url, role: needed }) => {
      let asked = 0;
      for (const role of roles) {
        for (const place of places) {
          const request = place === 'hall-1' ? undefined : requestAbout(method, url, place);
          if (!request) continue;
          const { path, body } = request;
          const answer = await call(method, path, { key: keyFor(role, ['hall-1']), body });
          const expected = may(role, needed)
            ? { ...notGranted, sites: ['hall-1'] }
            : { code: 'role_too_low' };
          expect(answer.body, `${role} ${path}`).toMatchObject(expected);
          expect(JSON.stringify(answer.body)).not.toContain('hall-2');
          asked += 1;
        }
      }
      expect(asked).toBeGreaterThan(0);
    },
  );

  it('moves nothing to another site, or out of it', async () => {
    const key = keyFor('engineer', ['hall-1']);
    const hall2 = idAt('sites', 'hall-2');
    const change = (kind: string, body: object) =>
      call('PATCH', `/api/config/${kind}/${idAt(kind, 'hall-1')}/`, { key, body });
    for (const refused of [
      await change('devices', { site_id: hall2 }),
      await change('devices', { site_id: null }),
      await change('points', { device_id: idAt('devices', 'hall-2') }),
      await change('tasks', { device_ids: [idAt('devices', 'hall-1'), idAt('devices', 'nowhere')] }),
      await change('tasks', { device_ids: [] }),
      await call('POST', '/api/config/points/', {
        ...{ key, body: ['hall-1', 'hall-2'].map((place) => pointOf(idAt('devices', place as Place))) },
      }),
    ]) {
      expect(refused.body).toMatchObject(notGranted);
    }
  });
});

const pointOf = (device_id: unknown) => ({
  device_id,
  code: 'x',
  table: 'coil',
  address: 5,
  data_type: 'bool',
});

describe('a list', () => {
  // Those that name nothing by themselves have tests of their own.
  const lists = guarded.filter(({ sites, url }) => sites === 'own' && !/\/(changes|overview)$/.test(url));
  const textOf = async (url: string, key: string) => {
    const answer = await fetch(`${api.url}${url}`, { headers: { authorization: `Bearer ${key}` } });
    const text = await answer.text();
    // Cells of a table as JSON has them.
    return url.endsWith('/csv') ? JSON.stringify(text.split(/[,\r\n]+/)) : text;
  };

  it.each(lists)('$url has what lies at the sites of the key', async ({ url }) => {
    const everything = await textOf(url, keyFor('viewer', ['*']));
    const isOfSites = url.endsWith('/sites');
    for (const place of isOfSites ? (['hall-1', 'hall-2'] as const) : places) {
      if (/\/(devices|points)$/.test(url) && place === 'both') continue;
      expect(everything).toContain(`"${place}`);
    }
    const own = await textOf(url, keyFor('viewer', ['hall-1']));
    expect(own).toContain('"hall-1');
    expect(own).not.toMatch(/"(hall-2|both|nowhere)/);
    const ofBoth = await textOf(url, keyFor('viewer', ['hall-1', 'hall-2']));
    expect(ofBoth).toContain('"hall-2');
    expect(ofBoth).not.toContain('"nowhere');
  });

  it('has full pages, and as many as there are', async () => {
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await call('GET', `${sessionsPath}/?limit=1${cursor}`, {
        key: keyFor('viewer', ['hall-1', 'hall-2']),
      });
      expect(body.results).toHaveLength(1);
      seen.push(body.results[0].task_code);
      if (body.next_cursor === null) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(seen).toEqual(['both-task', 'hall-2-task', 'hall-1-task']);
  });

  it('counts in the comparison of what runs only what lies at the sites of the key', async () => {
    const { body } = await call('GET', '/api/acquisition/recovery/', { key: keyFor('viewer', ['hall-1']) });
    expect(body).toMatchObject({ expected: 1, expected_sessions: [idAt('sessions', 'hall-1')] });
  });
});

it('history is of the devices at the sites of the key', async () => {
  const store = openPostgresSampleStore({ databaseUrl: database });
  cleanUpAfterFile(() => store.close());
  const time = Date.now() - 60_000;
  const written = await store.write(
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
  expect(written).toEqual({ kind: 'written' });
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
  const samples = await SampleStream.open((await sessionLogForTest(nats)).nc);
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
  const told = ['hall-2-press', 'nowhere-press', 'hall-1-press', 'last'];
  for (const [index, device] of told.entries()) {
    const site = device === 'hall-2-press' ? 'hall-2' : device === 'nowhere-press' ? '' : 'hall-1';
    const tick = index + 1;
    const about = { v: 1, session: '1-1', epoch: 1, collector: 'c1', task: '1', device_id: device } as const;
    const times = { tick, period_ms: 1_000, time: tick * 1_000, read_at: tick * 1_000 };
    await samples.publish({ ...about, device, site, measurement: device, ...times, values: { level: 7 } });
  }
  expect(await everything()).toEqual(told);
  expect(await own()).toEqual(['hall-1-press', 'last']);
});

it('while PostgreSQL is away an operator stops what lies at his sites, and nothing else', async () => {
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
  it.each(about)('is let in by $method $url at its sites only', async ({ method, url, role: needed }) => {
    const ask = async (sites: readonly string[], place: Place) => {
      const request = requestAbout(method, url, place);
      if (!request) return undefined;
      const { path, body } = request;
      if (url.endsWith('/live')) {
        // It does not end by itself.
        const abort = new AbortController();
        const headers = { authorization: `Bearer ${keyFor(needed, sites)}` };
        const { status } = await fetch(`${api.url}${path}`, { headers, signal: abort.signal });
        abort.abort();
        return { status, code: status === 403 ? 'site_not_granted' : undefined };
      }
      const answer = await call(method, path, { key: keyFor(needed, sites), body });
      return { status: answer.status, code: answer.body?.code };
    };
    const nowhere = await ask(['hall-1', 'hall-2'], 'nowhere');
    if (nowhere) expect(nowhere).toMatchObject({ status: 403, code: 'site_not_granted' });
    const allowed = [
      await ask(['hall-1'], 'hall-1'),
      await ask(['hall-1', 'hall-2'], 'hall-2'),
      await ask(['hall-1', 'hall-2'], 'both'),
      await ask(['*'], 'nowhere'),
    ].filter((answer) => answer !== undefined);
    expect(allowed.length).toBeGreaterThan(1);
    for (const { status, code } of allowed) {
      expect([401, 403], code).not.toContain(status);
      if (method === 'GET') expect(status, code).toBe(200);
    }
  });

  it('says for which sites it is; without any it is for all', async () => {
    const { results } = (await call('GET', keysPath)).body;
    const sitesOf = (name: string) =>
      results.find((each: { name: string }) => each.name === name)?.grants[0].sites;
    expect(sitesOf('engineer of hall-1 hall-2')).toEqual(['hall-1', 'hall-2']);
    expect(sitesOf('admin')).toEqual(['*']);
    expect((await made(keysPath, { name: 'without', role: 'viewer' })).grants).toEqual([
      { role: 'viewer', sites: ['*'] },
    ]);
  });

  it('with several roles has at each site the highest that holds there', async () => {
    const { key } = await made(keysPath, {
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
