import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import { bucketNames } from '@holdfast/shared/contracts/subjects.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { StatusBoard } from '@holdfast/shared/jetstream/boards/status-board.ts';
import { fewAtOnce } from '@holdfast/shared/runtime/few-at-once.ts';
import { regularly } from '@holdfast/shared/runtime/regularly.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage } from '../support/browser-for-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually, untilHolds } from '../support/eventually.ts';
import { type EvidencePlant, startEvidencePlant } from './evidence-plant.ts';
import { expectFaultless, looks } from './expect-faultless.ts';
import { waitUntilSettled } from './page-faults.ts';

const sessions = 500;
const { chromium } = inject('installedServers');
let plant: EvidencePlant;

beforeAll(async () => {
  await buildConsole();
  plant = await startEvidencePlant({ sessions });
  await startCollectors(plant);
  await configureDevices(plant);
}, 600_000);

/** Each screen, with what is there once it shows the sessions. */
const screens = [
  ['sessions', '[data-session]'],
  ['', '.trouble'],
  ['devices', '.device-link'],
  ['live', '[data-place]'],
  ['ownership?from=yesterday&to=today', '.lane-slider'],
  ['ownership?from=yesterday&to=today&by=collector', '.lane-slider'],
  ['completeness', '.map-row:not(.is-head)'],
  ['completeness?by=device', '.map-row:not(.is-head)'],
  ['report', '.sheet-result'],
  ['collectors?collector=collector-1', '.held'],
  // The last 24 hours are empty from the afternoon on. A row without a time only says that the session is read.
  ['sessions/1-1/timeline?from=yesterday', '.feed time'],
] as const;

describe.skipIf(chromium === null)('five hundred sessions', () => {
  it.each(screens.filter(([path]) => !path.startsWith('report')))(
    'are in the page of %s only as far as they are seen',
    async (path, expectedText) => {
      const { page, complaints } = await openPage(`${plant.rest.url}/console/${path}`);
      await page.locator(expectedText).first().waitFor();
      expect(await page.evaluate<number>('document.querySelectorAll("*").length')).toBeLessThan(3_000);
      expect(complaints).toEqual([]);
    },
  );

  it('are found by their name, and each can be got to', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/sessions`);
    await page.getByRole('link', { name: /^Current 500$/ }).waitFor();
    await page.getByRole('searchbox', { name: 'Find a session' }).fill('line-499');
    await page.locator('[data-session="500-1"]').waitFor();
    await untilHolds(async () => expect(await page.locator('[data-session]').count()).toBe(1));
    await page.getByRole('searchbox', { name: 'Find a session' }).fill('');
    // The last row may change: it depends on which sessions need attention, as far as the broker answers in time.
    await eventually(
      async () => {
        const [rows, last] = await page.evaluate<[number, number]>(`(() => {
          const scroller = document.querySelector('.session-scroller');
          scroller.scrollTop = scroller.scrollHeight;
          const [{ ariaRowCount }] = scroller.querySelectorAll('[role=table]');
          const shown = [...scroller.querySelectorAll('[role=row]:has([data-session])')];
          return [Number(ariaRowCount), Math.max(...shown.map(({ ariaRowIndex }) => Number(ariaRowIndex)))];
        })()`);
        return rows > sessions && last === rows;
      },
      { what: 'the last one', intervalMs: 100 },
    );
  });

  it('leave the gaps of a day below the map, where they have no room next to it', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/completeness`);
    await page.locator('.panel-gaps li').first().waitFor();
    for (const width of [320, 768]) {
      await page.setViewportSize({ width, height: 800 });
      await waitUntilSettled(page);
      const [map, panel] = [
        await page.locator('.map-scroller').boundingBox(),
        await page.locator('.panel').boundingBox(),
      ];
      expect((map?.y ?? 0) + (map?.height ?? 0)).toBeLessThanOrEqual(panel?.y ?? 0);
    }
  });

  it.each(looks)(
    'have no fault from 320 to 1920 px, in %s, opened %s',
    async (locale, colorScheme) => {
      const { page, complaints } = await openPage(`${plant.rest.url}/console/`, { locale, colorScheme });
      for (const [path, expectedText] of screens) {
        await page.goto(`${plant.rest.url}/console/${path}`);
        await page.locator(expectedText).first().waitFor();
        // Of 9,000 elements, whose kinds completeness.slow.test.ts looks over at every width.
        await (path === 'report' ? expectFaultless(page, [320, 1920]) : expectFaultless(page));
      }
      expect(complaints).toEqual([]);
    },
    1_800_000,
  );
});

interface SummarizedSession {
  readonly id: string;
  readonly task_id: number;
  readonly task_code: string;
  readonly placement: { readonly epoch: number; readonly collector_id: string } | null;
}

/** Four collectors that live, and tell how the devices of their sessions are: every 50th is silent. */
async function startCollectors({ rest, log }: EvidencePlant): Promise<void> {
  const leases = await KvLeaseStore.open(log.nc, bucketNames.collectors);
  const board = await StatusBoard.open(log.nc);
  const { results } = (await rest.get('/api/acquisition/sessions/summary/?limit=500')).body;
  const several = fewAtOnce(16);
  const tellState = async ({ id, task_id, task_code, placement }: SummarizedSession) => {
    if (placement === null || !task_code.startsWith('line-')) return;
    const isSilent = task_id % 50 === 0;
    await board.write(String(task_id), {
      ...{ v: 1, session: id, epoch: placement.epoch, collector: placement.collector_id, instance: 'life' },
      ...{ state: 'polling', detail: '', updated_at: new Date().toISOString() },
      ...{ points_read: 100, error_count: 0, last_read_time: new Date().toISOString() },
      device_health: {
        [`${task_code}-a`]: {
          status: isSilent ? 'timeout' : 'healthy',
          consecutive_failures: isSilent ? 9 : 0,
          last_success: new Date(Date.now() - (isSilent ? 300_000 : 1_000)).toISOString(),
          last_error: isSilent ? 'no answer within 1 s' : null,
        },
      },
    });
  };
  await Promise.all(results.map((session: SummarizedSession) => several(() => tellState(session))));
  for (const number of [1, 2, 3, 4]) {
    const id = `collector-${number}`;
    const lease = {
      ...{ v: 1, instance: 'life', state: 'active', host: `host-${number}`, version: '0.0.1' },
      ...{ started_at: new Date().toISOString(), capacity: 1_000, labels: {} },
    };
    let renewals = 1;
    let revision = await leases.write(id, JSON.stringify({ ...lease, renewals }), 0, 60_000);
    const stop = regularly({ everyMs: 2_000, outage: { worked: () => {}, failed: () => {} } }, async () => {
      renewals += 1;
      revision = await leases.write(id, JSON.stringify({ ...lease, renewals }), revision, 60_000);
    });
    cleanUpAfterFile(stop);
  }
}

/** A device with a point for each session, so that there are values to choose from. */
async function configureDevices({ rest }: EvidencePlant): Promise<void> {
  const items = Array.from({ length: sessions }, (_, index) => [
    {
      ...{ op: 'create', kind: 'device', id: -1 - index },
      fields: {
        ...{ code: `line-${index}-a`, name: `Line ${index}, first press of the hall behind the river` },
        ...{ host: `127.2.${index >> 8}.${index & 255}`, port: 502, unit_id: 1 },
      },
    },
    {
      ...{ op: 'create', kind: 'point' },
      fields: {
        ...{ device_id: -1 - index, code: 'oil_temperature', name: 'Temperature of the oil' },
        ...{ table: 'holding_register', address: 0, data_type: 'int16', unit: '°C' },
      },
    },
  ]).flat();
  const { counts } = await rest.create('/api/config/change-sets/', { items });
  expect(counts.created).toBe(2 * sessions);
}
