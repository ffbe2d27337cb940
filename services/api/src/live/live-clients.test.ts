import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inLanguage, type Text } from '@holdfast/texts/text.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveClients, type Served } from './live-clients.ts';

let server: Server;
const waiting: ((response: ServerResponse) => void)[] = [];
const aborted = new AbortController();
/** Holds the answers: one that nothing refers to would be collected, with its connection. */
const answers: Promise<unknown>[] = [];
beforeAll(async () => {
  server = createServer((_request, response) => waiting.shift()?.(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  aborted.abort();
  server.closeAllConnections();
  server.close();
});

async function response(): Promise<ServerResponse> {
  const arrived = new Promise<ServerResponse>((resolve) => waiting.push(resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  answers.push(fetch(url, { signal: aborted.signal }).catch(() => undefined));
  return arrived;
}

function clientsForTest() {
  const clients = new LiveClients({
    keys: { whenLost: () => () => undefined },
    logins: { whenOver: () => () => undefined },
  });
  /** @returns why there is no room, or undefined */
  const open = async (key: string | undefined, ip: string): Promise<string | undefined> => {
    const raw = await response();
    const caller =
      key === undefined ? { kind: 'local', grants: [] } : { kind: 'key', id: key, name: key, grants: [] };
    const served = {
      request: { caller, ip, log: { info: () => undefined } },
      reply: { raw, getHeaders: () => ({}), hijack: () => undefined },
      lastId: undefined,
    } as unknown as Served;
    const isServed = Promise.withResolvers<undefined>();
    const serving = clients.serve(served, async ({ closed }) => {
      isServed.resolve(undefined);
      if (!closed.aborted) await once(closed, 'abort');
    });
    return Promise.race([isServed.promise, serving.then(() => undefined)]).catch(
      (problem: { detail: Text }) => inLanguage(problem.detail, 'en'),
    );
  };
  const many = async (count: number, key: (at: number) => string | undefined, ip: (at: number) => string) => {
    const outcomes = [];
    for (let at = 0; at < count; at += 1) outcomes.push(await open(key(at), ip(at)));
    return outcomes.filter((outcome) => outcome === undefined).length;
  };
  return { clients, open, many };
}

describe('live streams', () => {
  it('are 20 of a key at most, wherever it is used, and 50 of an address, whoever is there', async () => {
    const { clients, open, many } = clientsForTest();
    expect(
      await many(
        25,
        () => 'wall',
        (at) => `10.1.0.${at}`,
      ),
    ).toBe(20);
    expect(await open('wall', '10.2.0.1')).toContain('one caller');
    expect(
      await many(
        60,
        (at) => `key-${at}`,
        () => '10.3.0.1',
      ),
    ).toBe(50);
    expect(await open('other', '10.3.0.1')).toContain('API_TRUSTED_PROXIES');
    expect(await open('other', '10.3.0.2')).toBeUndefined();
    // An IPv6 network counts as one address.
    expect(
      await many(
        60,
        (at) => `six-${at}`,
        (at) => `2001:db8::${at.toString(16)}`,
      ),
    ).toBe(50);
    expect(
      await many(
        60,
        () => undefined,
        () => '127.0.0.1',
      ),
    ).toBe(50);
    clients.end();
  });

  it('of those who have some end before the last tenth of the places, which are for others', async () => {
    const { clients, open, many } = clientsForTest();
    expect(
      await many(
        450,
        (at) => `key-${Math.floor(at / 15)}`,
        (at) => `10.${Math.floor(at / 40)}.0.1`,
      ),
    ).toBe(450);
    expect(await open('key-0', '10.200.0.1')).toContain('500 at once');
    expect(
      await many(
        60,
        (at) => `new-${at}`,
        (at) => `10.201.0.${at}`,
      ),
    ).toBe(50);
    clients.end();
  });
});
