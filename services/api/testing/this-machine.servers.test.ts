import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, sessionsPath } from './api-under-test.ts';

let api: ApiClient;
let port: string;

/** Sends a request with exactly these headers; fetch would set its own Host. */
async function send(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<string> {
  const sent = request({
    host: '127.0.0.1',
    port,
    method,
    path,
    headers: { connection: 'close', ...headers },
  });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const answerText = await text(answer);
  return answer.statusCode === 200 || answer.statusCode === 201
    ? String(answer.statusCode)
    : `${answer.statusCode} ${JSON.parse(answerText).code}`;
}

beforeAll(async () => {
  const nats = await natsForTest();
  // These are the settings of npm start, which also apply when there are keys.
  const env = { API_ANONYMOUS_LOOPBACK: 'true', API_REFUSED_PER_MINUTE: '0' };
  api = await startApiInProcess({ nats: nats.url, database: await apiDatabase(), env });
  await api.ready();
  port = new URL(api.url).port;
  expect((await api.post('/api/system/keys/', { name: 'first', role: 'administrator' })).status).toBe(201);
});

let sites = 0;
const calls = [
  {
    method: 'GET',
    send: (headers: Readonly<Record<string, string>>) => send('GET', `${sessionsPath}/`, headers),
  },
  {
    method: 'POST',
    send: (headers: Readonly<Record<string, string>>) => {
      sites += 1;
      const json = { ...headers, 'content-type': 'application/json' };
      return send('POST', '/api/config/sites/', json, JSON.stringify({ code: `site-${sites}` }));
    },
  },
];

describe.each(calls)('$method without a key, on this machine', (call) => {
  const done = call.method === 'GET' ? '200' : '201';
  const ownNames = ['localhost', '127.0.0.1', '[::1]'];

  it('is answered when a program sends it, when it is typed, and when our own page sends it', async () => {
    for (const name of ownNames) {
      const host = `${name}:${port}`;
      for (const headers of [
        {},
        { 'sec-fetch-site': 'none' },
        { 'sec-fetch-site': 'same-origin', origin: `http://${host}` },
        // The origin is another name of this machine, in a browser without Fetch Metadata.
        { origin: `http://localhost:${port}` },
      ]) {
        expect(await call.send({ host, ...headers }), JSON.stringify({ host, ...headers })).toBe(done);
      }
    }
  });

  it.each([
    [
      'a web page elsewhere sends it',
      { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' },
    ],
    ['a browser hides which page sends it', { origin: 'null' }],
    ['a page of another program here sends it', { origin: 'http://localhost:3000' }],
    ['our page over another protocol sends it', { origin: () => `https://localhost:${port}` }],
    ['a browser says only that the page is elsewhere', { 'sec-fetch-site': 'cross-site' }],
    ['a browser says only that the page is next door', { 'sec-fetch-site': 'same-site' }],
  ])('is refused when %s', async (_, headersOf) => {
    const headers = Object.fromEntries(
      Object.entries(headersOf).map(([name, value]) => [name, typeof value === 'function' ? value() : value]),
    );
    expect(await call.send({ host: `localhost:${port}`, ...headers })).toBe('403 origin_refused');
  });

  it('needs a key under a name that is none of this machine (DNS rebinding), and when it was passed on', async () => {
    for (const host of [
      `elsewhere.example:${port}`,
      `127.0.0.1.elsewhere.example:${port}`,
      `localhost.:${port}`,
    ]) {
      expect(await call.send({ host }), host).toBe('401 key_needed');
      expect(await call.send({ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).toBe(
        '401 key_needed',
      );
    }
    const passedOn = { host: `localhost:${port}`, 'x-forwarded-for': '203.0.113.7' };
    expect(await call.send(passedOn)).toBe('401 key_needed');
  });
});

it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])(
  'a body in %s, which forms of web pages can send, is taken by no call',
  async (type) => {
    const headers = { host: `localhost:${port}`, 'content-type': type };
    const body = JSON.stringify({ code: 'by-a-form' });
    expect(await send('POST', '/api/config/sites/', headers, body)).toBe('415 unsupported_media_type');
  },
);
