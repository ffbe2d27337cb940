import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage } from '../support/browser-for-test.ts';
import { eventually, untilHolds } from '../support/eventually.ts';
import { expectFaultless, looks } from './expect-faultless.ts';
import { startTimelineApi, type TimelineApi } from './timeline-api.ts';

const busy = 20_000;

let timeline: TimelineApi;
const open = (path: string, options: Parameters<typeof openPage>[1] = {}) =>
  openPage(`${timeline.api.url}/console/sessions/${path}`, {
    viewport: { width: 1280, height: 900 },
    ...options,
  });
const addressOf = (page: Page) => new URL(page.url()).searchParams;

beforeAll(async () => {
  await buildConsole();
  timeline = await startTimelineApi(busy);
}, 300_000);

/** The row of an event itself: rows of gaps name the event that they follow from. */
const ownRow = '.feed > li:not(:has(.gap-origin))';

describe.skipIf(inject('installedServers').chromium === null)('a timeline', () => {
  it('is opened from the session, tells who held it when, and what was missing why', async () => {
    const { page, complaints } = await open('?session=7-1');
    await page.getByRole('complementary').getByText('press-4: no answer').waitFor();
    // The session's sixth event: changes of devices in between stand apart.
    await page.getByRole('complementary').getByText('collector-1 took it').waitFor();
    await page.getByRole('complementary').getByRole('link', { name: 'Timeline' }).click();
    const feed = page.getByRole('region', { name: 'What happened' });
    await feed.locator(ownRow, { hasText: 'collector-2 took over from a lost collector' }).waitFor();
    // Among all rows it may lie below those that the page has.
    await page.getByRole('button', { name: 'Missing', exact: true }).click();
    await feed.getByText('press-9: 30 ticks missing in 30 min, no connection').waitFor();
    await page.getByText('As a table').click();
    const table = page.getByRole('table');
    await table.getByText('collector-3, holder 2').waitFor();
    await table.getByText('paused, by test').waitFor();
    expect(complaints).toEqual([]);
  });

  it('leads from a row to its moment, and tells how all was then', async () => {
    const { page } = await open(`7-1/timeline?at=${timeline.at(310)}`);
    const then = page.locator('.tl-moment');
    await then.getByText('collector-3, holder 2').waitFor();
    await then.getByText('press-9 no connection').first().waitFor();
    await page.goto(`${timeline.api.url}/console/sessions/7-1/timeline`);
    const row = page.locator(ownRow, { hasText: 'collector-2 took over' });
    await row.getByRole('link').click();
    await page.getByRole('heading', { name: /^As it was at/ }).waitFor();
    await then.getByText('collector-2, holder 4').waitFor();
    await untilHolds(() => expect(addressOf(page).get('at')).toBe(timeline.at(900)));
  });

  it('leads from a moment to the devices that were in trouble, and back to its session', async () => {
    const { page } = await open(`7-1/timeline?at=${timeline.at(310)}`);
    const then = page.locator('.tl-moment');
    await then.getByRole('link', { name: 'press-9' }).first().click();
    await page.getByRole('complementary', { name: 'Device press-9' }).waitFor();
    await page.goBack();
    await then.waitFor();
    await page.getByRole('heading', { level: 1 }).getByRole('link').click();
    await page.getByRole('complementary').getByRole('link', { name: 'Timeline' }).waitFor();
    await untilHolds(() =>
      expect([new URL(page.url()).pathname, addressOf(page).get('session')]).toEqual([
        '/console/sessions',
        '7-1',
      ]),
    );
  });

  it('shows only what is abnormal, and each as it was recorded', async () => {
    const { page } = await open('7-1/timeline?kind=session');
    const rows = page.locator('.feed > li');
    await page.getByText('Started by test').waitFor();
    await untilHolds(async () => expect(await rows.count()).toBe(7));
    await page.getByRole('checkbox', { name: 'Only abnormal' }).check();
    await eventually(async () => (await rows.count()) === 1, { what: 'one abnormal event' });
    await page.getByRole('button', { name: 'JSON' }).click();
    await untilHolds(async () => {
      const raw = JSON.parse((await rows.locator('pre').textContent()) ?? '');
      expect([raw.type, raw.data.reason]).toEqual(['session.assigned', 'failover']);
      expect([addressOf(page).get('only'), addressOf(page).get('as')]).toEqual(['abnormal', 'json']);
    });
  });

  it('is zoomed and moved by wheel, drag and keys, and goes on on command', async () => {
    const { page } = await open('7-1/timeline');
    await page.getByText('goes on', { exact: true }).waitFor();
    const plot = page.getByRole('application');
    const axis = page.locator('.tl-axis');
    await axis.locator('.tl-mark').first().waitFor();
    const box = (await plot.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const length = () =>
      Date.parse(addressOf(page).get('to') ?? '') - Date.parse(addressOf(page).get('from') ?? '');
    await page.mouse.move(box.x + box.width * 0.6, box.y + 40);
    await page.mouse.wheel(0, -400);
    await page.getByText('held still', { exact: true }).waitFor();
    await eventually(() => length() < 15 * 3_600_000, { what: 'the wheel to zoom' });
    const lengthAfterZoom = length();
    await plot.focus();
    await page.keyboard.press('ArrowLeft');
    await eventually(async () => length() === lengthAfterZoom && addressOf(page).get('from') !== null, {
      what: 'the same length',
    });
    await page.keyboard.press('+');
    await eventually(async () => length() < lengthAfterZoom * 0.8, { what: 'the keys to zoom' });
    const near = addressOf(page).get('from');
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 40, { steps: 4 });
    await page.mouse.up();
    await eventually(async () => addressOf(page).get('from') !== near, { what: 'a drag to move it' });
    const brush = (await page.locator('.tl-brush').boundingBox()) ?? box;
    await page.mouse.move(brush.x + brush.width * 0.2, brush.y + 10);
    await page.mouse.down();
    await page.mouse.move(brush.x + brush.width * 0.3, brush.y + 10, { steps: 4 });
    await page.mouse.up();
    await eventually(async () => Math.abs(length() - 2 * 3_600_000) < 600_000, {
      what: 'the brush to choose two hours',
    });
    await page.getByRole('button', { name: 'Live' }).click();
    await page.getByText('goes on', { exact: true }).waitFor();
    await untilHolds(() => expect(addressOf(page).get('to')).toBeNull());
  });

  it('of 20,000 events keeps the page small, and answers keys', async () => {
    const { page, complaints } = await open('8-1/timeline');
    const feed = page.getByRole('region', { name: 'What happened' });
    await feed.locator('li').nth(5).waitFor();
    const nodes = () => page.evaluate('document.querySelectorAll("*").length') as Promise<number>;
    expect(await nodes()).toBeLessThan(600);
    // By their addresses: a page that is read again after a change is none more.
    const requests = new Set<string>();
    page.on('requestfinished', (request) => {
      if (request.url().includes('cursor=')) requests.add(request.url());
    });
    for (let pages = 0; pages < 5; pages += 1) {
      const before = requests.size;
      const isReadOn = async () => {
        // Repeated, because each page that comes moves the end further back.
        await feed.focus();
        await page.keyboard.press('End');
        return requests.size > before;
      };
      await eventually(isReadOn, { what: 'the next page of events' });
    }
    expect([...requests].every((url) => url.includes('limit=100'))).toBe(true);
    expect(await nodes()).toBeLessThan(700);
    await page.getByRole('button', { name: 'Show the newest' }).waitFor();
    const plot = page.getByRole('application');
    await plot.focus();
    const labels = new Set<string | null>();
    for (let press = 0; press < 20; press += 1) {
      await page.keyboard.press(press % 2 === 0 ? '+' : 'ArrowLeft');
      const isNew = async () => labels.size < labels.add(await plot.getAttribute('aria-label')).size;
      await eventually(isNew, { what: 'the key to show another time' });
    }
    expect(await nodes()).toBeLessThan(700);
    expect(complaints).toEqual([]);
  });

  it.each([
    ['en-GB', 'What to do about validation_failed', 'The request has the wrong form'],
    ['zh-CN', '处理办法： validation_failed', '请求的格式不正确'],
  ])('that is refused leads to what the documents say of it, in %s', async (locale, link, paragraph) => {
    const { page, complaints } = await open('7-1/timeline?at=2199-01-01T00:00:00Z', { locale });
    if (locale === 'zh-CN') await page.locator('.tl-moment').getByText('请求的格式不正确').waitFor();
    const newPage = page.context().waitForEvent('page');
    await page.getByRole('link', { name: link }).click();
    const problems = await newPage;
    await problems.locator('[aria-current]', { hasText: paragraph }).waitFor();
    await untilHolds(async () =>
      expect(await problems.evaluate('document.activeElement.textContent')).toContain(paragraph),
    );
    await expectFaultless(problems);
    expect(complaints).toEqual([]);
  });

  it.each(looks)(
    'has no fault, from 320 to 1920 px, in %s, opened %s',
    async (locale, colorScheme) => {
      const { page, complaints } = await open(`7-1/timeline?at=${timeline.at(310)}`, {
        locale,
        colorScheme,
      });
      await page.locator('.feed > li').first().waitFor();
      await page.locator('.tl-moment dl').waitFor();
      await page.locator('.tl-table summary').click();
      await expectFaultless(page);
      await page.goto(`${timeline.api.url}/console/sessions/7-1/timeline?as=json&idle=whole`);
      await page.locator('.feed pre').first().waitFor();
      await expectFaultless(page);
      expect(complaints).toEqual([]);
    },
    240_000,
  );
});
