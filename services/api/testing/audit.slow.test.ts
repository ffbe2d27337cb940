import { formatApiKey } from '@holdfast/shared/contracts/api-key.ts';
import type { AuditEntry } from '@holdfast/shared/contracts/audit-entry.ts';
import { appendAudit } from '@holdfast/shared/jetstream/boards/audit-log.ts';
import { connectionForTest } from '@holdfast/test/support/connection-for-test.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type ApiUnderTest, startApi } from './api-under-test.ts';

const bootstrapKey = formatApiKey({ id: '0a1b2c3d', secret: 'x'.repeat(43) });
const mebibyte = 1_048_576;

let nats: Awaited<ReturnType<typeof natsForTest>>;
let api: ApiUnderTest;

const ask = (of: ApiUnderTest, method: string, path: string, key = bootstrapKey, body?: unknown) =>
  of.ask(method, path, { key, body });

async function keyOf(role: string): Promise<string> {
  const creation = await ask(api, 'POST', '/api/system/keys/', bootstrapKey, { name: `the ${role}`, role });
  return creation.body.key;
}

const audit = async (query: string, of = api): Promise<(AuditEntry & { stream: string })[]> =>
  (await ask(of, 'GET', `/api/system/audit/?${query}`)).body.results;

beforeAll(async () => {
  nats = await natsForTest();
  api = await startApi({
    nats: nats.url,
    database: await freshDatabase(),
    env: {
      API_BOOTSTRAP_KEY: bootstrapKey,
      API_REQUESTS_PER_MINUTE: '0',
      API_COMMANDS_PER_MINUTE: '0',
      AUDIT_MAX_BYTES: String(mebibyte),
    },
  });
  await api.ready();
});

async function connection() {
  const nc = await connectionForTest(nats.url);
  return nc;
}

describe('the audit log', () => {
  it('keeps what was done, however much is refused', async () => {
    const viewer = await keyOf('viewer');
    await ask(api, 'POST', '/api/config/sites/', bootstrapKey, { code: 'kept' });
    const body = { code: 'x'.repeat(3_900) };
    const refused = async (times: number) => {
      for (let sent = 0; sent < times; sent += 25) {
        const answers = await Promise.all(
          Array.from({ length: 25 }, () => ask(api, 'POST', '/api/config/sites/', viewer, body)),
        );
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
      }
    };
    // These would fill more than all of AUDIT if each refusal became an entry.
    await refused(500);
    const firstEntries = await eventually(
      async () => {
        const entries = await audit('action=site.create');
        return entries.length >= 2 && entries;
      },
      { what: 'what was done, and the first refusal' },
    );
    expect(firstEntries.map(({ who, outcome, stream }) => [who, outcome, stream])).toEqual([
      ['the viewer', 'refused', 'AUDIT_REFUSED'],
      ['admin', 'done', 'AUDIT'],
    ]);
  });

  it('is downloaded whole, oldest first', async () => {
    const answer = await fetch(`${api.url}/api/system/audit/export/?action=key`, {
      headers: { authorization: `Bearer ${bootstrapKey}` },
    });
    expect(answer.headers.get('content-type')).toContain('application/jsonl');
    expect(answer.headers.get('content-disposition')).toContain('.jsonl"');
    const text = await answer.text();
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const listed = await audit('action=key');
    expect(lines).toEqual(listed.toReversed());
    expect(lines.length).toBeGreaterThan(0);
    const nobody = await ask(api, 'GET', '/api/system/audit/export/', await keyOf('engineer'));
    expect(nobody).toMatchObject({ status: 403, body: { code: 'role_too_low' } });
  });

  it('finds a name that is rare among thousands in the first page', async () => {
    const nc = await connection();
    const entry = (index: number, who: string): AuditEntry => ({
      ...{
        v: 1,
        id: `${who}-${index}`,
        time: new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString(),
        who,
      },
      ...{ actor: { kind: 'key', id: 'aaaaaaaa', name: who }, from: '10.0.0.1', action: 'session.stop' },
      ...{ target: `session 1-${index}`, outcome: 'done', detail: '', request_id: 'r' },
    });
    // These go to the stream of refusals, so that the bound of AUDIT plays no part.
    const append = (each: AuditEntry) => appendAudit(nc, each, 'auditRefused');
    await append(entry(0, 'Zoë\u0000'));
    for (let index = 1; index <= 22_000; index += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, more) => append(entry(index + more, 'panel'))));
    }
    await eventually(async () => (await audit('target=session 1-22000')).length === 1, {
      what: 'the last of them',
    });
    expect((await audit('who=ZOË')).map(({ target }) => target)).toEqual(['session 1-0']);
    const page = await ask(api, 'GET', '/api/system/audit/?who=panel&limit=2');
    expect(page.body.results.map(({ target }: AuditEntry) => target)).toEqual([
      'session 1-22000',
      'session 1-21999',
    ]);
    expect(await audit('who=zo%25')).toEqual([]);
  });

  it('is in another database as soon as that is there, and once where two processes bring it there', async () => {
    const database = await freshDatabase();
    const env = { API_BOOTSTRAP_KEY: bootstrapKey };
    const others = await Promise.all([1, 2].map(() => startApi({ nats: nats.url, database, env })));
    await Promise.all(others.map((each) => each.ready()));
    const expected = await audit('action=key&limit=500');
    for (const each of others) {
      await expect.poll(() => audit('action=key&limit=500', each)).toEqual(expected);
    }
    await Promise.all(others.map((each) => each.process.stop({ graceMs: 5_000 })));
  });
});

describe('too many changes', () => {
  it('of one key are answered with 429 and when to come back, and change nothing', async () => {
    const limited = await startApi({
      nats: nats.url,
      database: await freshDatabase(),
      env: { API_COMMANDS_PER_MINUTE: '1' },
    });
    await limited.ready();
    const key = (
      await ask(api, 'POST', '/api/system/keys/', bootstrapKey, { name: 'eager', role: 'engineer' })
    ).body.key;
    await eventually(async () => (await ask(limited, 'GET', '/api/config/sites/', key)).status === 200, {
      what: 'the key',
    });
    const answers: Answer[] = [];
    for (let index = 0; index < 12; index += 1) {
      answers.push(await ask(limited, 'POST', '/api/config/sites/', key, { code: `site-${index}` }));
    }
    expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(201), 429, 429]);
    expect(answers.at(-1)?.body.code).toBe('too_many_requests');
    expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
    // Reading still works, and so do other callers.
    expect((await ask(limited, 'GET', '/api/config/sites/', key)).body.results).toHaveLength(10);
    expect((await ask(limited, 'POST', '/api/config/sites/', bootstrapKey, { code: 'other' })).status).toBe(
      201,
    );
    await limited.process.stop({ graceMs: 5_000 });
  });
});
