import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  type ApiUnderTest,
  configureTask,
  sessionsPath,
  startApi,
  startTask,
} from '../../services/api/testing/api-under-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';

const script = join(import.meta.dirname, '..', '..', 'check_recovery.sh');
const key = `hf_${'a1b2c3d4'.repeat(5)}`;

async function checked(env: Readonly<Record<string, string>>): Promise<[code: number | null, line: string]> {
  const check = await startProcess({ name: 'check', command: script, args: [], env });
  const { code } = await check.exited;
  return [code, check.lastLines(10).join('\n')];
}

describe.runIf(inject('installedServers').curl !== null)('check_recovery.sh', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await startApi({ nats: (await natsForTest()).url, database: await freshDatabase() });
    await api.ready();
  });

  it('prints expected against actual in one line, and tells by its exit code whether they are the same', async () => {
    const env = { HOLDFAST_URL: `${api.url}/` };
    expect(await checked(env)).toEqual([0, 'OK: expected 0 running sessions, actual 0']);
    const task = await configureTask(api, 'press');
    // With so long a period the session counts as starting for as long as this test looks at it.
    await api.request('PATCH', `/api/config/tasks/${task}/`, { period_ms: 60_000 });
    const session = await startTask(api, task);
    expect(await checked(env)).toEqual([0, 'OK: expected 1 running sessions, actual 0, starting 1']);
    // No collector reads it.
    await eventually(async () => (await checked(env))[0] === 1, { what: 'the session to be missed' });
    const line = `WARNING: expected 1 running sessions but found 0; missing: ${session}`;
    expect(await checked(env)).toEqual([1, line]);
    await api.post(`${sessionsPath}/${session}/stop/`);
    expect(await checked(env)).toEqual([0, 'OK: expected 0 running sessions, actual 0']);
  });

  it('sends a key, and says where one is needed or the API is not', async () => {
    const authorizations: (string | undefined)[] = [];
    const front = createServer((request, response) => {
      authorizations.push(request.headers.authorization);
      if (request.headers.authorization !== `Bearer ${key}`) {
        response.writeHead(401, { 'content-type': 'application/problem+json' }).end('{"code":"key_needed"}');
        return;
      }
      void fetch(`${api.url}${request.url}`)
        .then((answer) => answer.text())
        .then((body) => response.end(body));
    }).listen(0, '127.0.0.1');
    await once(front, 'listening');
    cleanUpAfterFile(async () => void front.close());
    const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
    expect(await checked({ HOLDFAST_URL: url, HOLDFAST_API_KEY: key })).toEqual([
      0,
      'OK: expected 0 running sessions, actual 0',
    ]);
    expect(await checked({ HOLDFAST_URL: url })).toEqual([
      1,
      `UNKNOWN: ${url} wants a key (401): give it in HOLDFAST_API_KEY`,
    ]);
    expect(authorizations).toEqual([`Bearer ${key}`, undefined]);
    const [code, line] = await checked({
      HOLDFAST_URL: url,
      HOLDFAST_API_KEY: 'hf_"\nurl = "http://127.0.0.1',
    });
    expect([code, line]).toEqual([
      1,
      'UNKNOWN: HOLDFAST_API_KEY is no key: it has letters, digits, _ and - only',
    ]);
    const nobody = `http://127.0.0.1:${await freePort()}`;
    expect(await checked({ HOLDFAST_URL: nobody })).toEqual([
      1,
      expect.stringMatching(new RegExp(`^UNKNOWN: no answer from ${nobody} \\(curl: .*\\)$`)),
    ]);
    expect(await checked({ HOLDFAST_URL: `${api.url}/health/live?` })).toEqual([
      1,
      expect.stringMatching(/^UNKNOWN: what answers at \S+ is not the API of Holdfast$/),
    ]);
  });
});
