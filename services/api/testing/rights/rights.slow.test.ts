import { everySite, formatApiKey, type Grant } from '@holdfast/shared/contracts/api-key.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Route } from '../../src/http/route.ts';
import { allRoutes } from '../all-routes.ts';
import { apiDatabase } from '../api-database.ts';
import { type ApiUnderTest, startApi } from '../api-under-test.ts';
import { changeLogin, notFresh } from '../change-login.ts';
import { makePeople, password } from '../people.ts';
import { TestBrowser } from '../test-browser.ts';
import { type IdAt, places } from './places.ts';
import { type Call, callsOf, type Outcome, outcomeOf, testedGrants } from './rights-matrix.ts';
import { configureTwoHalls } from './two-halls.ts';

const adminKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });

interface Asker {
  readonly kind: 'key' | 'person';
  readonly grant: Grant;
  readonly headers: () => Record<string, string>;
  /** Authenticates again where needed, so that a slow machine does not matter. */
  readonly again: () => Promise<void>;
}

let api: ApiUnderTest;
let idAt: IdAt;
const askers: Asker[] = [];
/** An administrator of everything who last authenticated more than five minutes ago. */
let stale: TestBrowser;

const nameOf = ({ role, sites }: Grant) => `${role}-${sites.join('-').replace(everySite, 'all')}`;

async function send(
  headers: Record<string, string>,
  { method, path, body }: Omit<Call, 'place'>,
): Promise<RouteAnswer> {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  const isJson = /json\b/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text };
}

beforeAll(async () => {
  const nats = (await natsForTest()).url;
  api = await startApi({
    nats,
    database: await apiDatabase(),
    env: {
      // Otherwise the log would have thousands of answers.
      ...{ API_BOOTSTRAP_KEY: adminKey, API_REFUSED_PER_MINUTE: '0', LOG_LEVEL: 'warn' },
      ...{ API_REQUESTS_PER_MINUTE: '0', API_COMMANDS_PER_MINUTE: '0', API_LOGINS_PER_MINUTE: '0' },
    },
  });
  await api.ready();
  const authorization = `Bearer ${adminKey}`;
  idAt = await configureTwoHalls((method, path, { body }) => send({ authorization }, { method, path, body }));
  const everything: Grant = { role: 'administrator', sites: [everySite] };
  await makePeople(nats, {
    ...Object.fromEntries(testedGrants.map((grant) => [nameOf(grant), [grant]])),
    stale: [everything],
  });
  const loggedIn = async (login: string) => {
    const browser = new TestBrowser(api);
    await eventually(async () => (await browser.logIn(login, password)).status === 200, { what: login });
    return browser;
  };
  for (const grant of testedGrants) {
    const body = { name: nameOf(grant), grants: [grant] };
    const creation = await send({ authorization }, { method: 'POST', path: '/api/system/keys/', body });
    const own = { authorization: `Bearer ${creation.body.key}` };
    askers.push({ kind: 'key', grant, headers: () => own, again: async () => undefined });
    const browser = await loggedIn(nameOf(grant));
    const again = async () => void (await browser.logIn(nameOf(grant), password));
    askers.push({ kind: 'person', grant, headers: () => browser.headers(), again });
  }
  stale = await loggedIn('stale');
  await makeStale(nats);
});

async function makeStale(nats: string): Promise<void> {
  const change = notFresh();
  await changeLogin(nats, (await stale.get('/api/me/')).body.current_login.id, change);
  await eventually(
    async () => (await stale.get('/api/me/')).body.current_login.authenticated_at === change.authenticated_at,
    { what: 'the login to be an old one' },
  );
}

interface RouteAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: problems of every kind, and answers
  readonly body: any;
}

async function ask(route: Route, asker: Asker, call: Call): Promise<RouteAnswer> {
  if (route.isWatched) {
    const abort = new AbortController();
    const response = await fetch(`${api.url}${call.path}`, {
      headers: asker.headers(),
      signal: abort.signal,
    });
    // A stream that has begun does not end by itself.
    const body = response.ok ? undefined : await response.json();
    abort.abort();
    return { status: response.status, body };
  }
  const answer = await send(asker.headers(), call);
  if (answer.body?.code !== 'fresh_authentication_needed') return answer;
  await asker.again();
  return send(asker.headers(), call);
}

/** Problem codes that keep a caller out for lack of rights, whoever it is. */
const keptOut = [
  ...['key_needed', 'login_over', 'role_too_low', 'site_not_granted', 'origin_refused'],
  'fresh_authentication_needed',
];

function requireOutcome(expected: Outcome, route: Route, { kind, grant }: Asker, answer: RouteAnswer): void {
  const { status, body } = answer;
  const { role: neededRole, method, sites: declared } = route;
  if (expected === 'role_too_low') {
    expect(body).toMatchObject({ status: 403, code: expected, role: grant.role, needed: neededRole });
  } else if (expected === 'site_not_granted') {
    expect(body).toMatchObject({ status: 403, code: expected, sites: grant.sites });
    // Only who sees a session learns of its other sites.
    if (!grant.sites.includes('hall-2') && body.missing === undefined)
      expect(JSON.stringify(body)).not.toContain('hall-2');
  } else {
    expect(keptOut).not.toContain(body?.code);
    const isForPeople = neededRole === 'known' && kind === 'key' && body?.code === 'login_needed';
    if (neededRole !== 'open' && !isForPeople) expect([401, 403], body?.code).not.toContain(status);
    if (method === 'GET' && typeof declared === 'function') expect(status, body?.code).toBe(200);
  }
}

function hasField(schema: unknown, name: string): boolean {
  return schema instanceof z.ZodObject && name in schema.shape;
}

const inOrder = ['GET', 'POST', 'PATCH', 'DELETE'];
const routes = [...allRoutes].sort(
  (one, other) => inOrder.indexOf(one.method) - inOrder.indexOf(other.method),
);
const guarded = routes.filter(({ role }) => role !== 'open');

// Lists come before calls that change things.
describe('a list', () => {
  // Lists that name nothing with a place, or nothing by themselves, have their own tests.
  const lists = guarded.filter(
    ({ role, sites, url }) =>
      role !== 'known' &&
      sites === 'own' &&
      !/\/(changes|overview|demo|protocols)$|\/(change-sets|config\/import|exports\/:id)/.test(url),
  );

  it.each(lists)('$url has what lies at the sites of who asks', async (route) => {
    const { url, schema } = route;
    // By default a requested time ends some seconds ago, when the sessions had not begun yet.
    const path = hasField(schema.querystring, 'to') ? `${url}?to=now` : url;
    const ofPlaces = url.endsWith('/sites') ? (['hall-1', 'hall-2'] as const) : places;
    for (const kind of ['key', 'person'] as const) {
      const read = async (sites: readonly string[]) => {
        const grant = `viewer-${sites.join('-')}`;
        const asker = askers.find((each) => each.kind === kind && nameOf(each.grant) === grant);
        if (!asker) throw new Error(`there is no ${kind} ${grant}`);
        const { body } = await send(asker.headers(), { method: 'GET', path });
        // Turns the cells of a table into JSON strings.
        return JSON.stringify(typeof body === 'string' ? body.split(/[,\r\n]+/) : body);
      };
      const placesInList = ofPlaces.filter(
        (place) => place !== 'both' || !/\/(devices|points|report\/values)$/.test(url),
      );
      await eventually(
        async () => {
          const everything = await read(['all']);
          return placesInList.every((place) => everything.includes(`"${place}`));
        },
        { what: `the answer to a ${kind} for all sites to have ${placesInList.join(', ')}` },
      );
      const own = await read(['hall-1']);
      expect(own, kind).toContain('"hall-1');
      // A session at both sites is listed with the codes of its sites, and without the devices of the other one.
      expect(own, kind).not.toMatch(/"(hall-2-|nowhere)/);
      if (url.startsWith('/api/config/')) expect(own, kind).not.toMatch(/"(hall-2|both)/);
      const ofBoth = await read(['hall-1', 'hall-2']);
      expect(ofBoth, kind).toContain('"hall-2');
      expect(ofBoth, kind).not.toContain('"nowhere');
    }
  });
});

describe('each role at each site', () => {
  it.each(guarded)('is answered by $method $url as the route declares', async (route) => {
    const cells = callsOf(route, idAt).flatMap((call) =>
      askers.map((asker) => ({ call, asker, expected: outcomeOf(route, asker.grant, call.place) })),
    );
    const judge = async ({ call, asker, expected }: (typeof cells)[number]) => {
      const answer = await ask(route, asker, call);
      try {
        requireOutcome(expected, route, asker, answer);
      } catch (error) {
        const about = `${asker.kind} ${nameOf(asker.grant)} ${call.method} ${call.path}`;
        throw new Error(`${about}: ${JSON.stringify(answer)}`, { cause: error });
      }
    };
    // Forbidden calls come first, because allowed ones change things.
    for (const cell of cells) if (cell.expected !== 'let_in') await judge(cell);
    for (const cell of cells) if (cell.expected === 'let_in') await judge(cell);
  });
});

describe('a caller without an identity', () => {
  it.each(guarded)('is refused by $method $url', async (route) => {
    const [call] = callsOf(route, idAt);
    if (!call) throw new Error('nothing to ask');
    expect((await send({}, call)).body).toMatchObject({ status: 401, code: 'key_needed' });
    const over = { cookie: `hf-http=hfl_${'A'.repeat(43)}`, origin: api.url };
    expect((await send(over, call)).body).toMatchObject({ status: 401, code: 'login_over' });
  });
});

describe('a person', () => {
  it.each(guarded.filter(({ method }) => method !== 'GET'))(
    'does nothing by $method $url from the page of another origin',
    async (route) => {
      const [call] = callsOf(route, idAt);
      const all = askers.find(
        ({ kind, grant }) => kind === 'person' && nameOf(grant) === 'administrator-all',
      );
      if (!call || !all) throw new Error('nothing to ask');
      const { origin: _own, ...headers } = all.headers();
      for (const sentHeaders of [headers, { ...headers, origin: 'https://elsewhere.example' }]) {
        expect((await send(sentHeaders, call)).body).toMatchObject({ status: 403, code: 'origin_refused' });
      }
    },
  );

  it.each(guarded.filter(({ isWatched }) => !isWatched))(
    'is asked by $method $url who he is, if the route declares it and that was long ago',
    async (route) => {
      const [call] = callsOf(route, idAt);
      if (!call) throw new Error('nothing to ask');
      const { status, body } = await send(stale.headers(), call);
      const isAsked = typeof route.fresh === 'function' ? route.fresh(call.body) : route.fresh;
      if (isAsked) expect(body).toMatchObject({ status: 403, code: 'fresh_authentication_needed' });
      else expect([401, 403], body?.code).not.toContain(status);
    },
  );
});

describe('the audit log', () => {
  const changing = guarded.flatMap(({ method, url, action }) =>
    action === undefined ? [] : [{ method, url, action }],
  );

  it.each(changing)(
    'names who did $method $url by an id and a login, and from where',
    async ({ method, url, action }) => {
      const pattern = new RegExp(`^${url.replaceAll(/:[a-z]+/g, '[^/]+')}/?$`);
      const by = async (kind: 'user' | 'key') => {
        const path = `/api/system/audit/?action=${action}&limit=500`;
        const { body } = await send({ authorization: `Bearer ${adminKey}` }, { method: 'GET', path });
        return body.results.find(
          (entry: { actor: { kind: string }; data: { method?: string; path?: string } }) =>
            entry.actor.kind === kind && entry.data.method === method && pattern.test(entry.data.path ?? ''),
        );
      };
      const byPerson = await eventually(() => by('user'), { what: 'the entry of a person' });
      expect(byPerson).toMatchObject({
        from: '127.0.0.1',
        actor: {
          id: expect.stringMatching(/^u-/),
          login: expect.stringMatching(/^l-/),
          address: '127.0.0.1',
          name: byPerson.who,
        },
      });
      const byKey = await eventually(() => by('key'), { what: 'the entry of a key' });
      expect(byKey).toMatchObject({
        from: '127.0.0.1',
        actor: { id: expect.stringMatching(/^[0-9a-f]{8}$/), address: '127.0.0.1' },
      });
    },
  );
});
