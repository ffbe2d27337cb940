import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openPage } from '../support/browser-for-test.ts';
import { eventually, untilHolds } from '../support/eventually.ts';
import { type EvidencePlant, startEvidencePlant } from './evidence-plant.ts';
import { expectFaultless, expectFaultlessAsIs, looks } from './expect-faultless.ts';

let plant: EvidencePlant;
let yesterday: string;

beforeAll(async () => {
  await buildConsole();
  plant = await startEvidencePlant();
  yesterday = plant.dateOf(0);
}, 240_000);

describe.skipIf(inject('installedServers').chromium === null)('who held what', () => {
  it('is shown for any moment: by a time that is typed, by the pointer and by keys', async () => {
    const { page, complaints } = await openPage(
      `${plant.rest.url}/console/ownership?from=yesterday&to=today`,
    );
    const row = (name: string) => page.getByRole('row').filter({ hasText: name });
    await row('press-line').waitFor();
    await page.getByText('No two holders at once in this time.').waitFor();
    await page.getByText('2 changes of holder: 2 × lost collector replaced. 9 ticks are missing').waitFor();
    await page.getByText('00:42 collector-3 lost: 2 sessions moved').waitFor();

    const holderText = (name: string, who: string, which = '') =>
      row(name).locator('.lane-then', { has: page.locator(`.lane-who:text-is("${who}")`), hasText: which });
    const time = page.getByLabel('Holder at');
    await time.fill(`${yesterday}T00:30`);
    await holderText('press-line', 'collector-3', '1st holder').waitFor();
    await time.fill(`${yesterday}T07:00`);
    await holderText('press-line', 'collector-2', '2nd holder').waitFor();
    await holderText('paint-shop', 'no holder: paused').waitFor();
    await untilHolds(() => expect(new URL(page.url()).searchParams.get('at')).toBe(plant.at(7 * 60)));

    const lane = row('press-line').getByRole('slider');
    await lane.focus();
    await page.keyboard.press('Control+ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await holderText('press-line', 'collector-3').waitFor();
    await untilHolds(async () =>
      expect(await lane.getAttribute('aria-valuetext')).toContain('collector-3, 1st holder'),
    );
    await page.keyboard.press('Control+ArrowRight');
    await holderText('press-line', 'collector-2').waitFor();
    const expectedText =
      /collector-2, 2nd holder \(epoch \d+\); since .*the collector before was lost; 6 ticks missing/;
    await untilHolds(async () => expect(await lane.getAttribute('aria-valuetext')).toMatch(expectedText));
    await page.keyboard.press('Escape');
    await holderText('furnace', 'no holder: failed').waitFor();

    const box = await lane.boundingBox();
    if (box === null) throw new Error('the lane is not there');
    await page.mouse.move(box.x + 4, box.y + 10);
    await holderText('press-line', 'collector-3').waitFor();
    expect(complaints).toEqual([]);
  });

  it('is shown for a time long ago that is typed, whatever is shown', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/ownership`);
    const row = page.getByRole('row').filter({ hasText: 'press-line' });
    await row.locator('.lane-who:text-is("collector-2")').waitFor();
    const longAgo = plant.dateOf(9);
    const typedMinute = -9 * 24 * 60 + 14 * 60 + 30;
    const gate = Promise.withResolvers<void>();
    let isAsked = false;
    await page.route(/acquisition\/ownership\/\?.*from=20/, async (route) => {
      isAsked = true;
      await gate.promise;
      await route.continue();
    });
    await page.getByLabel('Holder at').fill(`${longAgo}T14:30`);
    await page.getByText('12 hours before and after it').waitFor();
    await eventually(() => isAsked, { what: 'that time to be asked for' });
    // No holder is named until that time is there.
    await page.locator('.lane-who').first().waitFor({ state: 'detached' });
    gate.resolve();
    await row.locator('.lane-who:text-is("collector-3")').waitFor();
    await untilHolds(() => {
      const { searchParams } = new URL(page.url());
      expect([searchParams.get('from'), searchParams.get('to'), searchParams.get('at')]).toEqual([
        plant.at(typedMinute - 12 * 60),
        plant.at(typedMinute + 12 * 60),
        plant.at(typedMinute),
      ]);
    });
  });

  it('changes nothing while a time is typed, takes it with Enter, and says what it cannot take', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/ownership?from=yesterday&to=today`);
    const row = page.getByRole('row').filter({ hasText: 'press-line' });
    await row.locator('.lane-who').waitFor();
    const time = page.getByLabel('Holder at');
    const typedTime = `${yesterday} 00:30:20`;
    const addresses = new Set<string>();
    await time.fill('');
    // The time is complete from its minute on, and counts by itself once nothing more comes.
    const part = typedTime.slice(0, -4);
    for (const [index, key] of [...part].entries()) {
      await time.press(key);
      addresses.add(new URL(page.url()).search);
      expect(await time.inputValue()).toBe(part.slice(0, index + 1));
    }
    expect(addresses.size).toBe(1);
    await time.fill(typedTime);
    await time.press('Enter');
    await row.locator('.lane-who:text-is("collector-3")').waitFor();
    await eventually(async () => new URL(page.url()).searchParams.get('at') === plant.at(30 + 1 / 3), {
      what: 'the moment in the address',
    });
    await untilHolds(async () => expect(await time.inputValue()).toBe(typedTime));

    await time.fill('yesterday 07:00');
    await time.press('Enter');
    await row.locator('.lane-who:text-is("collector-2")').waitFor();
    await untilHolds(async () => expect(await time.inputValue()).toBe(`${yesterday} 07:00:00`));
    await time.fill(typedTime);
    await time.press('Enter');
    await row.locator('.lane-who:text-is("collector-3")').waitFor();

    await time.fill('2099-01-01 00:00');
    await time.press('Enter');
    await page.getByRole('alert').getByText('This time is still to come').waitFor();
    await time.press('Escape');
    await untilHolds(async () => expect(await time.inputValue()).toBe(typedTime));
    await time.fill(`${yesterday} 31:00`);
    await time.blur();
    await page.getByRole('alert').getByText('by a clock of 24 hours').waitFor();
    expect(new URL(page.url()).searchParams.get('at')).toBe(plant.at(30 + 1 / 3));
    // For a time before any session ran the field stays, and the page says what was asked for.
    await time.fill('2001-02-03 04:05');
    await time.press('Enter');
    await page
      .getByText(/^No session ran in this time: 2 Feb 2001, 16:05:00 – 3 Feb 2001, 16:05:00 \(.*UTC.*\)\.$/)
      .waitFor();
    await page.getByText('This time lay outside of what was shown').waitFor();
    await untilHolds(async () => expect(await time.inputValue()).toBe('2001-02-03 04:05:00'));
  });

  it('has the days of the plant, and says so where times are shown by another clock', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/report?from=yesterday&to=today`, {
      // No plant of these tests has this zone.
      timezoneId: 'Asia/Kolkata',
    });
    const selectedRange = page.getByLabel('Time shown').locator('option:checked');
    await page.getByText('Days and shifts').waitFor({ state: 'detached' });
    await untilHolds(async () => expect(await selectedRange.textContent()).toBe('Yesterday'));
    await page.evaluate(() => localStorage.setItem('holdfast.clock', 'own'));
    await page.reload();
    await page.getByText(`by the clock of the plant, ${plant.zone}`).waitFor();
    await untilHolds(async () =>
      expect(await selectedRange.textContent()).toBe(`Yesterday (plant day, ${plant.zone})`),
    );
    await page.goto(`${plant.rest.url}/console/completeness`);
    await page.getByRole('heading', { name: `yesterday (plant day, ${plant.zone})` }).waitFor();
    await page.getByText(/^Gaps, oldest first, Asia\/(Kolkata|Calcutta), UTC\+5:30/).waitFor();
  });

  it('is shown by collector as well, each with the sessions that it held', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/ownership?from=yesterday&to=today`);
    await page.getByRole('link', { name: 'By collector' }).click();
    await page.getByRole('row').filter({ hasText: 'collector-3' }).first().waitFor();
    await page.getByText('2 sessions in this time, 0 at its end').waitFor();
    await page.getByRole('searchbox').fill('paint');
    await page.getByText('2 sessions in this time, 0 at its end').waitFor({ state: 'detached' });
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByText('Nothing matches.').waitFor();
  });

  it.each(looks)(
    'has no fault from 320 to 1920 px, in %s, opened %s',
    async (locale, colorScheme) => {
      const { page, complaints } = await openPage(
        `${plant.rest.url}/console/ownership?from=yesterday&to=today`,
        { locale, colorScheme },
      );
      await page.getByRole('slider').first().waitFor();
      await expectFaultless(page);
      await page.goto(`${plant.rest.url}/console/ownership?by=collector`);
      await page.getByRole('slider').first().waitFor();
      await expectFaultlessAsIs(page);
      expect(complaints).toEqual([]);
    },
    300_000,
  );

  it('is red where two have read the same, and says so in words', async () => {
    const { page } = await openPage(`${plant.rest.url}/console/ownership?from=yesterday&to=today`);
    await page.getByText('No two holders at once in this time.').waitFor();
    const lane = page.getByRole('row').filter({ hasText: 'press-line' }).getByRole('slider');
    expect(await redPointsOn(page)).toBe(0);
    await plant.readTwice({ session: '1-1', device: 'press-1', from: 43, to: 44 });
    await page.reload();
    await page.getByText('1 session was read by two holders at once: see the marks.').waitFor();
    const screen = page.getByRole('region', { name: 'Who held what' });
    await screen.getByRole('img', { name: /^Priority 1/ }).waitFor();
    // None of the collectors was ever heard of here.
    await page.getByText('none runs').waitFor();
    await eventually(async () => (await redPointsOn(page)) > 0, { what: 'the mark to be drawn' });
    await page.getByLabel('Holder at').fill(`${yesterday}T07:00`);
    await lane.focus();
    await page.keyboard.press('Control+ArrowLeft');
    await eventually(
      async () =>
        (await lane.getAttribute('aria-valuetext'))?.includes(
          '6 ticks were read by the holder before as well',
        ),
      { what: 'the words' },
    );
  });
});

/** How many points of the lane of press-line have the colour that is kept for what must never happen. */
function redPointsOn(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('.lane-slider[aria-label*=press-line] canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let found = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] > 150 && data[at + 1] < 80 && data[at + 2] < 90) found += 1;
    }
    return found;
  })()`);
}
