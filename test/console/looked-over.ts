import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { faultsByAxe, misplacedIn, settled } from './page-faults.ts';

export const widths = [320, 768, 1280, 1920];

/** Longest wait for a page to be measured at one width; most take seconds. */
const measuredWithinMs = 240_000;

/** Expects no fault of axe, nothing beyond the page and nothing over each other, at every width. */
export async function expectFaultless(page: Page, at: readonly number[] = widths): Promise<void> {
  for (const width of at) {
    const measured = faultsAt(page, width);
    const silence = new AbortController();
    const silent = sleep(measuredWithinMs, undefined, { signal: silence.signal }).then((): never => {
      throw new Error(`${page.url()} gives no answer at ${width} px`);
    });
    try {
      expect([width, ...(await Promise.race([measured, silent]))]).toEqual([width, [], []]);
    } finally {
      silence.abort();
      for (const late of [measured, silent]) late.catch(() => undefined);
    }
  }
}

async function faultsAt(page: Page, width: number): Promise<[misplaced: string[], byAxe: string[]]> {
  await page.setViewportSize({ width, height: 800 });
  await settled(page);
  return [await misplacedIn(page), await faultsByAxe(page)];
}
