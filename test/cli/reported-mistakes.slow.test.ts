import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '@holdfast/dev/free-port.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { startApi } from '../../services/api/testing/api-under-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type CliForTest, cliForTest, Transcript } from './cli-for-test.ts';

let cli: CliForTest;

beforeAll(async () => {
  const { url: nats } = await natsForTest();
  const api = await startApi({ nats, database: await freshDatabase() });
  await api.ready();
  cli = cliForTest({ HOLDFAST_URL: api.url });
});

/** A stand-in for what may be at the address instead of the API. */
async function answeringWith(status: number, headers: Record<string, string>, body: string) {
  const requests: { authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    requests.push({ authorization: request.headers.authorization });
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUpAfterFile(async () => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen: requests };
}

describe('what is wrong on the command line', () => {
  it('is reported with what was meant and what to do, and help is had before and behind, of programs as well', async () => {
    const transcript = new Transcript();
    const { run } = transcript.of(cli);
    for (const line of [
      ...['sessions show 999-1', 'sessions explode', 'quarantine delete', 'sesions list', 'sessions lsit'],
      ...['check-recvery', 'clenup --dry-run', 'quarntine 7', 'quarantine', 'bogus', 'sessions show --help'],
      // Options before the command.
      ...['--tabel sessions show 1-1', '--limit 5 sesions list'],
    ])
      await run(...line.split(' '));
    await transcript.matches('mistakes');
    const help = await cli.run('sessions', 'show', '--help');
    for (const args of [
      ['help', 'sessions', 'show'],
      ['--help', 'sessions', 'show'],
      ['sessions', 'show', '-h'],
    ])
      expect(await cli.run(...args)).toEqual(help);
    expect((await cli.run('help', 'verify')).stderr).toContain('--lease-ttl-ms');
  });

  it('is a server that is down, or something else at its address', async () => {
    const down = cliForTest({ HOLDFAST_URL: `http://127.0.0.1:${await freePort()}` });
    const list = await down.run('sessions', 'list');
    expect([list.code, list.stdout]).toEqual([3, '']);
    expect(list.stderr).toMatch(/^No answer from the API at .*ECONNREFUSED/);
    const stop = await down.run('sessions', 'stop', '1-1');
    expect(stop.code).toBe(3);
    expect(stop.stderr).not.toContain('Whether it was done is not known');

    const proxy = await answeringWith(502, { 'content-type': 'text/html' }, '<h1>Bad gateway</h1>');
    expect((await cliForTest({ HOLDFAST_URL: proxy.url }).run('sinks')).code).toBe(3);
    const other = await answeringWith(200, { 'content-type': 'text/html' }, '<h1>It works!</h1>');
    const wrong = await cliForTest({ HOLDFAST_URL: other.url }).run('sinks');
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).not.toContain('at ApiClient');
  });

  it('is an answer that gets lost: the command is asked for once more, as the same one', async () => {
    const keys: unknown[] = [];
    const server = createServer((request, response) => {
      keys.push(request.headers['idempotency-key']);
      if (keys.length !== 2) request.socket.destroy();
      else response.end(JSON.stringify({ id: '1-1', status: 'stopped', detail: 'was stopped' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUpAfterFile(async () => void server.close());
    const unsteady = cliForTest({
      HOLDFAST_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    });
    expect((await unsteady.run('sessions', 'stop', '1-1')).code).toBe(0);
    expect(keys).toEqual([expect.any(String), keys[0]]);
    const lost = await unsteady.run('sessions', 'stop', '1-1');
    expect([lost.code, keys.length]).toEqual([3, 4]);
    expect(lost.stderr).toContain('Whether it was done is not known');
  });

  it('is a key that may not do this; it goes out as a header and is never shown', async () => {
    const problem = {
      title: 'Not\u001b[2J yours',
      status: 403,
      code: 'role_too_low',
      detail: 'viewer may not',
    };
    const guard = await answeringWith(
      403,
      { 'content-type': 'application/problem+json' },
      JSON.stringify(problem),
    );
    const withKey = cliForTest({ HOLDFAST_URL: guard.url, HOLDFAST_API_KEY: 'hf_00000000_secret' });
    const { code, stderr } = await withKey.run('sessions', 'stop', '1-1');
    expect(code).toBe(4);
    expect(guard.seen).toEqual([{ authorization: 'Bearer hf_00000000_secret' }]);
    expect(stderr).toContain('Use a key with a higher role');
    expect(stderr).not.toContain('secret');
    expect(stderr).not.toContain('\u001b');
  });
});
