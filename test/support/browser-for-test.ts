import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, inject, onTestFinished } from 'vitest';
import { cleanUpAfterFile } from './cleanup.ts';

/** A page as a person has it open, with what it complained about. */
export interface PageForTest {
  readonly page: Page;
  /** Violations of the page's policy, uncaught errors, and what the browser itself called an error. */
  readonly complaints: string[];
}

let browser: Promise<Browser> | undefined;

/** A page in a browser of its own cookies and settings. One real chromium serves a test file. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<PageForTest> {
  const { chromium: executablePath } = inject('installedServers');
  if (executablePath === null) throw new Error('there is no chromium here');
  // As root chromium has no sandbox, and without a graphics card imitating one costs double.
  browser ??= chromium
    .launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
    .then((launched) => {
      cleanUpAfterFile(async () => {
        browser = undefined;
        await launched.close();
      });
      return launched;
    });
  const context = await (await browser).newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
  // A page goes on following what it shows, so it ends with its test. One that a hook has opened is for the whole file.
  if (expect.getState().currentTestName !== undefined) onTestFinished(() => context.close());
  // Also of pages that this one opens.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A refused request is an answer that the page has to show.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  await page.goto(url);
  return { page, complaints };
}
