import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type ApiUnderTest, sessionsPath, startApi } from '../../services/api/testing/api-under-test.ts';
import { configOf, writeStory } from '../../services/api/testing/write-story.ts';
import { openPage } from '../support/browser-for-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { sessionLogForTest } from '../support/session-log.ts';
import { expectFaultlessAsIs } from './expect-faultless.ts';

let api: ApiUnderTest;
/** When the session was moved, in seconds since 1970; the ticks around it are missing. */
let movedAt: number;

beforeAll(async () => {
  await buildConsole();
  const nats = await natsForTest();
  const databaseUrl = await freshDatabase();
  api = await startApi({ nats: nats.url, database: databaseUrl });
  await api.ready();
  await migrateSampleTables({ databaseUrl });
  const log = await sessionLogForTest(nats.url);
  const nowTick = Math.floor(Date.now() / 1_000);
  movedAt = nowTick - 300;
  const at = (tick: number) => new Date(tick * 1_000).toISOString();
  await writeStory(log, configOf('7', ['press-1'], 1_000), [
    { at: at(nowTick - 600), what: 'started' },
    { at: at(nowTick - 600), what: 'assigned', to: 'collector-1', reason: 'start' },
    { at: at(movedAt), what: 'assigned', to: 'collector-2', reason: 'rebalance' },
  ]);
  const coverage = openPostgresTickCoverage({ databaseUrl });
  cleanUpAfterFile(() => coverage.close());
  const stored = { sessionId: '7-1', deviceCode: 'press-1', periodMs: 1_000, outcome: 'stored' } as const;
  await coverage.record([
    { ...stored, from: nowTick - 600, to: nowTick - 310 },
    { ...stored, from: nowTick - 290, to: nowTick - 2 },
  ]);
  await eventually(async () => (await api.get(`${sessionsPath}/7-1/`)).body.epoch > 0, { what: 'the log' });
  // A person asks for it over the API, so that the audit log has it.
  expect((await api.post(`${sessionsPath}/7-1/pause/`, { reason: 'tool change' })).status).toBe(200);
  const causes = async () => {
    const { results } = (await api.get(`${sessionsPath}/7-1/gaps/`)).body;
    return results.map(({ cause }: { cause: string }) => cause);
  };
  await eventually(async () => (await causes()).includes('session_end'), { what: 'the gap of the pause' });
}, 240_000);

describe.skipIf(inject('installedServers').chromium === null)('a gap', () => {
  it('leads to the command that it comes of, and from where that was given', async () => {
    const { page, complaints } = await openPage(`${api.url}/console/sessions?session=7-1`);
    const gaps = page.getByRole('complementary').getByRole('listitem').filter({ hasText: 'tick' });
    // A machine under load may pause the session so late that its holder was silent for a while before.
    const paused = gaps.filter({ hasText: 'asked for by a command' }).first();
    await paused.getByText('Paused by').waitFor();
    await paused.getByRole('button', { name: 'Audit entry' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Pause a session').waitFor();
    await dialog.locator('.audit-entry').getByRole('link', { name: 'Session 7-1' }).waitFor();
    await expectFaultlessAsIs(page);
    await page.keyboard.press('Escape');
    await paused.getByRole('link').click();
    await page.getByRole('heading', { name: /^As it was at/ }).waitFor();
    await page.locator('.feed > li.is-chosen', { hasText: 'Paused by' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('says so where the system itself decided, in the timeline, the map and the report', async () => {
    const { page } = await openPage(`${api.url}/console/sessions/7-1/timeline?kind=missing`);
    const moveText = (within: string) =>
      page.locator(within, { hasText: 'Moved to collector-2 for balance' }).first();
    await moveText('.feed > li').getByText('decided by the system itself').waitFor();
    expect(await moveText('.feed > li').getByRole('button').count()).toBe(0);
    await page.goto(`${api.url}/console/report?from=-1h`);
    await moveText('tr').getByText('decided by the system itself').waitFor();
    const hour = new Date(Math.floor(movedAt / 3_600) * 3_600_000).toISOString();
    await page.goto(`${api.url}/console/completeness?by=hours&session=7-1&cell=${hour}`);
    await moveText('.panel-gaps li').getByText('decided by the system itself').waitFor();
  });

  it('does so in Chinese, and on a narrow screen', async () => {
    const { page } = await openPage(`${api.url}/console/report?from=-1h`, {
      locale: 'zh-CN',
      viewport: { width: 320, height: 800 },
    });
    await page.getByText('系统自行决定').first().waitFor();
    await page.getByText('由命令引起').first().waitFor();
    await expectFaultlessAsIs(page);
  });
});
