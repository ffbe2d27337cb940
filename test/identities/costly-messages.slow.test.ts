import { gzipSync } from 'node:zlib';
import { freePort } from '@holdfast/dev/free-port.ts';
import { bucketNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { identitiesForTest } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { restClient } from '../support/rest-client.ts';
import { logOf, startService } from '../support/service-processes.ts';
import { sessionLogForTest } from '../support/session-log.ts';

let hostile: NatsConnection;
let api: ReturnType<typeof restClient>;
let apiPort: number;
let supervisor: Awaited<ReturnType<typeof startService>>;

beforeAll(async () => {
  const identities = identitiesForTest(['hall-1']);
  const nats = await natsForTest({ configLines: identities.configLines });
  await sessionLogForTest(identities.ownUrl(nats));
  supervisor = await startService('supervisor', {
    ...{ NATS_URL: nats.url, NATS_NKEY_SEED: identities.seed('supervisor') },
    // As in production.
    ...{ LEASE_TTL_MS: '10000', LEASE_RENEW_MS: '2000', LEASE_MARGIN_MS: '1000' },
  });
  apiPort = await freePort();
  await startService('api', {
    ...{ NATS_URL: nats.url, NATS_NKEY_SEED: identities.seed('api') },
    ...{ DATABASE_URL: await freshDatabase(), API_PORT: String(apiPort) },
  });
  api = restClient(`http://127.0.0.1:${apiPort}`);
  const answers = () =>
    fetch(`http://127.0.0.1:${apiPort}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await eventually(answers, { what: 'the API to be ready' });
  await eventually(() => logOf(supervisor).some((line) => line.includes('this supervisor leads')), {
    what: 'a supervisor to lead',
  });
  const { nc, close } = await connectNats({
    ...{ url: nats.url, nkeySeed: identities.seed('collector', 'hall-1'), name: 'collector-hall-1' },
    log: createLogger('test', 'silent'),
  });
  cleanUpAfterFile(close);
  hostile = nc;
});

/** JSON of 16 MB in 15.6 KB. */
const packed = gzipSync(`{"v":1,"detail":"${' '.repeat(16_000_000)}"}`, { level: 9 });
/** A quarter of a megabyte with 30,000 faults. */
const statusWithFaults = JSON.stringify({
  ...{ v: 1, session: '1-1', epoch: 1, collector: 'hall-1', instance: 'x', state: 'polling', detail: '' },
  ...{ updated_at: '', points_read: 0, error_count: 0, last_read_time: null },
  device_health: Object.fromEntries(Array.from({ length: 30_000 }, (_, nth) => [nth.toString(36), 0])),
});

const refusedOf = async (): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${apiPort}/metrics`)).text();
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('holdfast_collector_messages_refused_total{'));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};

describe.each<[string, string | Uint8Array, number]>([
  ['live states that unpack to a thousand times their size', packed, 150],
  ['live states full of faults', statusWithFaults, 60],
])('while a collector writes %s', (_what, body, count) => {
  it('the supervisor goes on leading, the API answers, and both say who does that', async () => {
    const before = await refusedOf();
    for (let nth = 0; nth < count; nth += 1) hostile.publish(`$KV.${bucketNames.status}.hall-1.${nth}`, body);
    await hostile.flush();
    await eventually(async () => (await refusedOf()) > before, { what: 'the API to refuse some of them' });
    expect((await api.get('/api/system/collectors/')).status).toBe(200);
    const refusalLines = () =>
      supervisor.lastLines(200).filter((line) => line.includes('"collector":"hall-1"'));
    await eventually(() => refusalLines().length > 0, { what: 'the supervisor to name the collector' });
    expect(logOf(supervisor).filter((line) => line.includes('does not lead any more'))).toEqual([]);
    const entries = async () =>
      (await api.get('/api/system/audit/?action=collector.write')).body.results as { who: string }[];
    await eventually(async () => (await entries())?.length > 0, { what: 'the audit log to have it' });
    expect((await entries()).map(({ who }) => who)).toContain('collector hall-1');
  });
});

it('the supervisor says who writes leases that cannot be read, in its log and in the audit log', async () => {
  const lease = JSON.stringify({ v: 1, labels: Object.fromEntries([['x', 1]]), detail: ' '.repeat(50_000) });
  for (let nth = 0; nth < 100; nth += 1) hostile.publish(`$KV.${bucketNames.collectors}.hall-1`, lease);
  await hostile.flush();
  const entries = async () =>
    (await api.get('/api/system/audit/?action=collector.write')).body.results as { target: string }[];
  await eventually(
    async () => (await entries())?.some(({ target }) => target === `bucket ${bucketNames.collectors}`),
    { what: 'the audit log to have it', timeoutMs: 90_000 },
  );
  expect(logOf(supervisor).filter((line) => line.includes('does not lead any more'))).toEqual([]);
});
