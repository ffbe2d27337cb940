import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import type { ShownHealth } from '@holdfast/shared/contracts/http/shown-health-http.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type ApiUnderTest, startApi } from '../../services/api/testing/api-under-test.ts';
import { configOf, writeStory } from '../../services/api/testing/write-story.ts';
import { openPage } from '../support/browser-for-test.ts';
import { eventually, untilHolds } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type SessionLogForTest, sessionLogForTest } from '../support/session-log.ts';

const [sessions, devicesOfEach] = [10, 1_000];
const taskOf = (session: number) => String(100 + session);
const codeOf = (session: number, device: number) => `press-${session * devicesOfEach + device}`;

describe.skipIf(inject('installedServers').chromium === null)('ten thousand devices', () => {
  let api: ApiUnderTest;
  let log: SessionLogForTest;
  const epochs: number[] = [];

  const tell = async (session: number, silentDevices: readonly number[]) => {
    const healthOf = (device: number): ShownHealth => {
      const isSilent = silentDevices.includes(device);
      return {
        status: isSilent ? 'timeout' : 'healthy',
        consecutive_failures: isSilent ? 9 : 0,
        last_success: new Date(Date.now() - (isSilent ? 300_000 : 1_000)).toISOString(),
        last_error: isSilent ? 'no answer within 1 s' : null,
      };
    };
    await (await StatusBoard.open(log.nc)).write(taskOf(session), {
      ...{
        v: 1,
        session: `${taskOf(session)}-1`,
        epoch: epochs[session] ?? 0,
        collector: 'c1',
        instance: 'life',
      },
      ...{ state: 'polling', detail: '', updated_at: new Date().toISOString() },
      ...{ points_read: 0, error_count: 0, last_read_time: null },
      device_health: Object.fromEntries(
        Array.from({ length: devicesOfEach }, (_, device) => [codeOf(session, device), healthOf(device)]),
      ),
    });
  };

  beforeAll(async () => {
    await buildConsole();
    const nats = await natsForTest();
    api = await startApi({ nats: nats.url, database: await freshDatabase() });
    await api.ready();
    log = await sessionLogForTest(nats.url);
    const at = new Date(Date.now() - 3_600_000).toISOString();
    for (let session = 0; session < sessions; session += 1) {
      const codes = Array.from({ length: devicesOfEach }, (_, device) => codeOf(session, device));
      const [, epoch = 0] = await writeStory(log, configOf(taskOf(session), codes, 60_000), [
        { at, what: 'started' },
        { at, what: 'assigned', to: 'c1', reason: 'start' },
      ]);
      epochs.push(epoch);
      await tell(session, session === 7 ? [777] : []);
    }
    const counts = async () => (await api.get('/api/acquisition/devices/health/?limit=1')).body.counts;
    await eventually(async () => (await counts()).healthy === sessions * devicesOfEach - 1, {
      what: 'all of them to be known',
    });
  }, 300_000);

  it('are in the page only as far as they are seen, the one that is silent first, and the last one can be got to', async () => {
    const { page } = await openPage(`${api.url}/console/devices`);
    const links = page.locator('.device-link');
    await links.first().waitFor();
    await untilHolds(async () => expect(await links.first().textContent()).toBe('press-7777'));
    await page.getByRole('link', { name: 'Answering 9,999' }).waitFor();
    expect(await links.count()).toBeLessThan(60);
    const toEnd = () =>
      page.evaluate(`(() => {
      const scroller = document.querySelector('.device-scroller');
      scroller.scrollTop = scroller.scrollHeight;
    })()`);
    await eventually(
      async () => {
        await toEnd();
        return (await links.last().textContent()) === 'press-9999';
      },
      { what: 'the last one to be shown', intervalMs: 100 },
    );
    expect(await links.count()).toBeLessThan(60);
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('10001');
  });

  it('are found by their code, and one that falls silent comes to the front by itself', async () => {
    const { page } = await openPage(`${api.url}/console/devices`);
    await page.keyboard.press('Control+k');
    await page.getByRole('searchbox').fill('press-12');
    await page.getByRole('link', { name: 'press-12', exact: true }).waitFor();
    await tell(1, [234]);
    await eventually(
      async () => (await page.locator('.device-link').first().textContent()) === 'press-1234',
      {
        what: 'the silent one to be first',
      },
    );
    await untilHolds(() => expect(new URL(page.url()).search).toBe('?find=press-12'));
  });

  it('are gone through by keys alone', async () => {
    const { page } = await openPage(`${api.url}/console/devices?find=press-77`);
    const deviceLinks = page.locator('.device-link');
    await eventually(async () => (await deviceLinks.count()) > 5, { what: 'those that fit to be listed' });
    const [first, second] = await deviceLinks.allTextContents();
    const focusedText = () => page.evaluate('document.activeElement.textContent');
    await page.getByRole('link', { name: first ?? '', exact: true }).focus();
    await page.keyboard.press('ArrowDown');
    await eventually(async () => (await focusedText()) === second, {
      what: 'the next one to have the focus',
    });
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: `Device ${second}` }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    await untilHolds(async () => expect(await focusedText()).toBe(second));
    await page.getByRole('searchbox', { name: 'Find a device' }).fill('nothing like it');
    await page.getByText('No device matches.').waitFor();
    await page.getByRole('link', { name: 'Show all devices' }).click();
    await page.getByRole('link', { name: 'press-7777', exact: true }).waitFor();
  });
});
