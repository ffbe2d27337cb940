import { withDeadline } from '@holdfast/shared/runtime/timers.ts';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { faultsByAxe, misplacedIn, waitUntilSettled } from './page-faults.ts';

/** Widths at which a screen is looked over unless a test names others. */
const usualWidths = [320, 768, 1280, 1920];

/** Languages, each with the theme that a page is opened in; what expects no fault looks at both themes. */
export const looks = [
  ['en-GB', 'light'],
  ['zh-CN', 'dark'],
] as const;

/** Longest wait for a page to be measured at one width; most take seconds. */
const measuredWithinMs = 240_000;

/** Expects no fault of axe, nothing beyond the page and nothing over each other, at every width and in both themes. */
export async function expectFaultless(page: Page, widths: readonly number[] = usualWidths): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    await expectFaultlessAsIs(page);
  }
}

/** The same at the width that the page has. */
export async function expectFaultlessAsIs(page: Page): Promise<void> {
  const width = page.viewportSize()?.width;
  const faults = await withDeadline(faultsIn(page), measuredWithinMs);
  if (!faults) throw new Error(`${page.url()} gives no answer at ${width} px`);
  expect([width, ...faults]).toEqual([width, [], []]);
}

async function faultsIn(page: Page): Promise<[misplaced: string[], byAxe: string[]]> {
  const isDark = await page.evaluate<boolean>(`matchMedia('(prefers-color-scheme: dark)').matches`);
  const [theme, other] = isDark ? (['dark', 'light'] as const) : (['light', 'dark'] as const);
  await waitUntilSettled(page);
  const misplaced = await misplacedIn(page);
  const byAxe = await faultsByAxe(page);
  await page.emulateMedia({ colorScheme: other });
  await waitUntilSettled(page);
  misplaced.push(...(await misplacedIn(page)));
  byAxe.push(...(await faultsByAxe(page, { isOfColoursAlone: true })));
  await page.emulateMedia({ colorScheme: theme });
  return [misplaced, byAxe];
}
