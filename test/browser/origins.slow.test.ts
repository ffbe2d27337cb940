import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type ApiUnderTest, startApi } from '../../services/api/testing/api-under-test.ts';
import { openPage } from '../support/browser-for-test.ts';
import {
  type CertificatesForTest,
  certificatesForTest,
  opensslIsInstalled,
} from '../support/certificates-for-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { becomeAdministrator } from './people-for-test.ts';

const isTried = inject('installedServers').chromium !== null && opensslIsInstalled();
const schemes = ['http', 'https'] as const;
type Scheme = (typeof schemes)[number];

interface World {
  readonly api: ApiUnderTest;
  /** URL at which browsers reach the API. */
  readonly url: string;
  /** Port of a foreign web server on this machine, whose pages do nothing. */
  readonly foreignPort: number;
}
const worlds = new Map<Scheme, World>();
const worldOf = (scheme: Scheme) => worlds.get(scheme) as World;

async function foreignServer(tls: { cert: Buffer; key: Buffer } | undefined): Promise<number> {
  const answer = (_: unknown, response: ServerResponse) =>
    response.setHeader('content-type', 'text/html').end('<title>foreign</title><body></body>');
  const server = tls ? createTlsServer(tls, answer) : createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUpAfterFile(async () => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function makeWorld(scheme: Scheme, files: CertificatesForTest): Promise<World> {
  const nats = await natsForTest();
  const isTls = scheme === 'https';
  const api = await startApi({
    nats: nats.url,
    database: await freshDatabase(),
    env: {
      ...{ API_LOGINS_PER_MINUTE: '0', API_REFUSED_PER_MINUTE: '0', API_ANONYMOUS_LOOPBACK: 'true' },
      LOG_LEVEL: 'debug',
      ...(isTls && { API_TLS_CERT_FILE: files.certificate, API_TLS_KEY_FILE: files.key }),
    },
  });
  const port = new URL(api.url).port;
  await eventually(() => api.process.lastLines(10_000).some((line) => line.includes(`:${port}`)), {
    what: 'the API to listen',
  });
  const tls = isTls ? { cert: await readFile(files.certificate), key: await readFile(files.key) } : undefined;
  return { api, url: `${scheme}://localhost:${port}`, foreignPort: await foreignServer(tls) };
}

/** Pages from which something is sent to the API at localhost. */
const senders = {
  'our own page': ({ url }: World) => `${url}/health/live`,
  'a page of another program on this machine': ({ url, foreignPort }: World) =>
    `${new URL(url).protocol}//localhost:${foreignPort}/`,
  'a page elsewhere': ({ url, foreignPort }: World) =>
    `${new URL(url).protocol}//elsewhere.localhost:${foreignPort}/`,
} as const;
type Sender = keyof typeof senders;

const paths = { GET: '/api/config/sites/', POST: '/api/system/users/first-link/' } as const;
type Method = keyof typeof paths;
const methods = Object.keys(paths) as Method[];

let requestCount = 0;
const nextMark = (): string => {
  requestCount += 1;
  return `case=${requestCount}`;
};

/**
 * Has a page send a request, and returns the status that the API logged, which the page itself may not see. 422 means
 * that the request was let in, since no call has such a parameter.
 */
async function verdict(page: Pick<Page, 'evaluate'>, world: World, method: Method, base = world.url) {
  const mark = nextMark();
  await page.evaluate(
    ([address, how]) =>
      fetch(address as string, { method: how as string, mode: 'no-cors', credentials: 'include' }).then(
        () => undefined,
        () => undefined,
      ),
    [`${base}${paths[method]}?${mark}`, method],
  );
  return answered(world, mark);
}

/** The same for a form, which takes the browser along to the answer. */
async function verdictOfForm(page: Page, world: World, path: string): Promise<number> {
  const mark = nextMark();
  const action = `${world.url}${path}?${mark}`;
  await page.setContent(`<form method="post" action="${action}"><input name="login" value="a"></form>`);
  await page.locator('form').evaluate((form) => (form as unknown as { submit(): void }).submit());
  await page.waitForURL((url) => url.search === `?${mark}`);
  return answered(world, mark);
}

function answered({ api }: World, mark: string): Promise<number> {
  return eventually(
    () => {
      const line = api.process.lastLines(10_000).find((each) => each.includes(`?${mark}"`));
      return line === undefined ? undefined : (JSON.parse(line) as { status: number }).status;
    },
    { what: `the answer to ${mark}` },
  );
}

const opened = async (url: string) => (await openPage(url, { ignoreHTTPSErrors: true })).page;

/** Makes the administrator, and logs the browser in. */
async function loggedIn(world: World): Promise<Page> {
  const page = await opened(senders['our own page'](world));
  const url = await page.evaluate(async (path) => {
    const answer = await fetch(path, { method: 'POST' });
    return ((await answer.json()) as { url: string }).url;
  }, paths.POST);
  await page.goto(`${world.url}${new URL(url).pathname}${new URL(url).search}`);
  await becomeAdministrator(page);
  return page;
}

describe.runIf(isTried)(
  'a request that a browser sends to the API of its machine',
  { timeout: 240_000 },
  () => {
    beforeAll(async () => {
      const files = await certificatesForTest();
      for (const scheme of schemes) worlds.set(scheme, await makeWorld(scheme, files));
    }, 120_000);

    describe.each(schemes)('over %s', (scheme) => {
      it.each(Object.keys(senders) as Sender[])('without a login: %s', async (sender) => {
        const world = worldOf(scheme);
        const page = await opened(senders[sender](world));
        for (const method of methods) {
          expect(await verdict(page, world, method), method).toBe(sender === 'our own page' ? 422 : 403);
        }
      });

      it('without a login: a page elsewhere that leads its own name here, or hides who it is', async () => {
        const world = worldOf(scheme);
        const rebound = world.url.replace('localhost', 'rebound.localhost');
        const page = await opened(`${rebound}/health/live`);
        const sandboxed = await opened(senders['a page elsewhere'](world));
        await sandboxed.setContent('<iframe sandbox="allow-scripts" src="about:blank"></iframe>');
        const frame = sandboxed.frames().find((each) => each !== sandboxed.mainFrame());
        if (!frame) throw new Error('there is no frame');
        for (const method of methods) {
          // While there is no key yet, a caller that is not of this machine is refused, not asked for one.
          expect(await verdict(page, world, method, rebound), method).toBe(403);
          expect(await verdict(frame, world, method), `hidden ${method}`).toBe(403);
        }
      });

      it('with a login: our own page does all, no other one changes anything', async () => {
        const world = worldOf(scheme);
        const own = await loggedIn(world);
        const [cookie] = await own.context().cookies();
        expect(cookie).toMatchObject({
          ...{ name: scheme === 'https' ? '__Host-hf' : 'hf-http', secure: scheme === 'https' },
          ...{ httpOnly: true, sameSite: 'Strict', path: '/' },
        });
        const expected: Readonly<Record<Sender, Readonly<Record<Method, number>>>> = {
          'our own page': { GET: 422, POST: 422 },
          // Browsers take all programs at one name for one site, so they send its cookie; but they do not show the answer.
          'a page of another program on this machine': { GET: 422, POST: 403 },
          'a page elsewhere': { GET: 403, POST: 403 },
        };
        const page = await own.context().newPage();
        for (const sender of Object.keys(senders) as Sender[]) {
          for (const method of methods) {
            await page.goto(senders[sender](world));
            expect(await verdict(page, world, method), `${sender}, ${method}`).toBe(expected[sender][method]);
          }
          if (sender === 'our own page') continue;
          for (const path of ['/logout', '/login', '/api/logout/']) {
            await page.goto(senders[sender](world));
            expect(await verdictOfForm(page, world, path), `${sender}, form to ${path}`).toBe(
              path === '/api/logout/' ? 415 : 403,
            );
          }
        }
        await own.goto(`${world.url}/login`);
        await own.getByRole('button', { name: 'Log out' }).waitFor();

        // A login over one protocol does not count for the other.
        const other = worldOf(scheme === 'http' ? 'https' : 'http');
        await own.goto(`${other.url}/login`);
        await own.getByLabel('Password').waitFor();
      });
    });
  },
);
