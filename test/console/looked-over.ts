import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { faultsByAxe, misplacedIn } from './page-faults.ts';

export const widths = [320, 768, 1280, 1920];

/** Waits for fonts and for what an opening or a new width sets in motion. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(`Promise.all([document.fonts.ready, ...document.getAnimations().map((each) => each.finished)])
    .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))`);
}

/** Expects no fault of axe, nothing beyond the page and nothing over each other, at every width. */
export async function expectFaultless(page: Page, at: readonly number[] = widths): Promise<void> {
  for (const width of at) {
    await page.setViewportSize({ width, height: 800 });
    await settled(page);
    expect([width, await misplacedIn(page), await faultsByAxe(page)]).toEqual([width, [], []]);
  }
}
