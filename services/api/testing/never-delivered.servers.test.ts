import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { storableSample } from '@holdfast/sample-store/testing/storable-sample.ts';
import type { LackedPoints } from '@holdfast/shared/contracts/sample/lacking.ts';
import { lackingSetOf } from '@holdfast/shared/contracts/sample/lacking-set.ts';
import { sampleVersion } from '@holdfast/shared/contracts/sample/sample.ts';
import { type TaskConfig, taskConfigSchema } from '@holdfast/shared/contracts/task-config.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import { type ApiClient, sessionsPath } from './api-under-test.ts';
import { configOf, writeStory } from './write-story.ts';

const adminKey = `hf_0badcafe_${'k'.repeat(43)}`;
const periodMs = 10_000;
const startedMs = Math.floor(Date.now() / periodMs) * periodMs - 3_600_000;
const devicesPath = '/api/acquisition/devices/health/';
const summaryPath = `${sessionsPath}/summary/`;

let api: ApiClient;
let otherHallKey = '';
// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
const ask = async (path: string, key = adminKey): Promise<any> => (await api.ask('GET', path, { key })).body;

/** The configuration of a task with three points on each device. */
function taskOf(taskId: string, devices: readonly string[]): TaskConfig {
  const config = configOf(taskId, devices, periodMs);
  const points = ['level', 'flow', 'gas'].map((code, address) => ({
    ...config.devices[0]?.points[0],
    ...{ code, address: { table: 'holding_register', address, byte_order: 'ABCD' } },
  }));
  return taskConfigSchema.parse({
    ...config,
    devices: config.devices.map((device) => ({ ...device, site_code: 'hall-1', points })),
  });
}

const lackedBy: Readonly<Record<string, LackedPoints[]>> = {
  'kiln-2': [{ cause: 'exception', period_ms: periodMs, codes: ['flow', 'gas'] }],
  // This device may report the point rarely.
  'kiln-3': [{ cause: 'not_told', period_ms: periodMs, codes: ['gas'] }],
};

describe('points that gave no value for a day', () => {
  beforeAll(async () => {
    const nats = await natsForTest();
    const databaseUrl = await apiDatabase();
    api = await startApiInProcess({
      nats: nats.url,
      database: databaseUrl,
      env: { API_BOOTSTRAP_KEY: adminKey },
    });
    await api.ready();
    const post = async (path: string, body: object) =>
      (await api.ask('POST', path, { key: adminKey, body })).body;
    for (const code of ['hall-1', 'hall-2']) await post('/api/config/sites/', { code });
    otherHallKey = (await post('/api/system/keys/', { name: 'b', role: 'viewer', sites: ['hall-2'] })).key;
    const log = await sessionLogForTest(nats.url);
    const at = new Date(startedMs).toISOString();
    for (const [task, devices] of [
      ['7', ['kiln-1', 'kiln-2', 'kiln-3']],
      ['8', ['saw-1']],
      ['9', ['mill-1']],
    ] as const) {
      await writeStory(log, taskOf(task, devices), [
        { at, what: 'started' },
        { at, what: 'assigned', to: 'c1', reason: 'start' },
        ...(task === '9' ? [{ at: new Date().toISOString(), what: 'stopped' } as const] : []),
      ]);
    }
    await migrateSampleTables({ databaseUrl });
    const store = openPostgresSampleStore({ databaseUrl });
    const ofDevice = (session: string, device: string) =>
      Array.from({ length: (Date.now() - startedMs) / periodMs }, (_, index) => {
        const points = lackedBy[device];
        const time = startedMs + index * periodMs;
        return storableSample({
          ...{ v: sampleVersion, session, device, tick: time / periodMs, period_ms: periodMs, time },
          ...{ values: { level: 1 }, ...(points && { lacking: [{ set: lackingSetOf(points), points }] }) },
        });
      });
    try {
      for (const device of ['kiln-1', 'kiln-2', 'kiln-3']) await store.write(ofDevice('7-1', device));
      // These samples are from an earlier release, so what their ticks lack is unknown.
      await store.write(ofDevice('8-1', 'saw-1').map((sample) => ({ ...sample, v: 1 })));
    } finally {
      await store.close();
    }
    await eventually(async () => (await ask(`${sessionsPath}/9-1/`)).status === 'stopped', {
      what: 'the log to be read',
    });
  });

  it('are counted where devices are listed, which can be narrowed down to those, and named by the session', async () => {
    const page = await ask(devicesPath);
    const counted = page.results.map(({ device, never_delivered: never }: Record<string, unknown>) => [
      device,
      never,
    ]);
    expect(counted).toEqual([
      ['kiln-1', 0],
      ['kiln-2', 2],
      ['kiln-3', 0],
      ['saw-1', null],
    ]);
    expect(page.with_never_delivered).toBe(1);
    const only = await ask(`${devicesPath}?never_delivered=true`);
    expect(only.results).toMatchObject([{ device: 'kiln-2', never_delivered: 2 }]);
    expect(only.with_never_delivered).toBe(1);
    expect((await ask(`${devicesPath}?never_delivered=true&device=kiln-1`)).results).toEqual([]);
    const ofSession = await ask(`${sessionsPath}/7-1/completeness/?device=kiln-2&from=-24h`);
    const since = new Date(startedMs).toISOString();
    expect(ofSession.never_delivered).toEqual([
      { device: 'kiln-2', point: 'flow', since, cause: 'exception' },
      { device: 'kiln-2', point: 'gas', since, cause: 'exception' },
    ]);
  });

  it('are counted where sessions are listed, whatever time is shown, and in the whole', async () => {
    const sessions = async (query: string) =>
      (await ask(`${summaryPath}?sort=name&${query}`)).results.map(
        ({ id, never_delivered: never }: Record<string, unknown>) => [id, never],
      );
    const all = [
      ['7-1', 2],
      ['8-1', null],
    ];
    expect(await sessions('')).toEqual(all);
    expect(await sessions('from=-1m')).toEqual(all);
    expect(await sessions('search=task-7')).toEqual([['7-1', 2]]);
    expect(await sessions('status=stopped')).toEqual([['9-1', null]]);
    expect(await ask('/api/system/overview/')).toMatchObject({ never_delivered: 2 });
  });

  it('are shown to no one who may not see their devices', async () => {
    expect(await ask(devicesPath, otherHallKey)).toMatchObject({ results: [], with_never_delivered: 0 });
    expect((await ask(summaryPath, otherHallKey)).results).toEqual([]);
    expect(await ask('/api/system/overview/', otherHallKey)).toMatchObject({ never_delivered: 0 });
  });
});
