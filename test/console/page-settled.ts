import type { Page } from 'playwright-core';

/** Waits for fonts and for what an opening or a new width sets in motion. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(`Promise.all([document.fonts.ready, ...document.getAnimations().map((each) => each.finished)])
    .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))`);
}
