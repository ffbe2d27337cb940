import type { Browser, CDPSession, Page } from 'playwright-core';

/** A page in a real browser, and what it costs. */
export interface MeasuredPage {
  readonly page: Page;
  /** Processor time of the page's main thread since it was opened, in ms, by kind. */
  threadMs(): Promise<Readonly<Record<'task' | 'script' | 'layout' | 'style', number>>>;
  /** Bytes of its JavaScript objects after a garbage collection. */
  heapBytes(): Promise<number>;
  close(): Promise<void>;
}

export async function openMeasuredPage(browser: Browser, url: string): Promise<MeasuredPage> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1_280, height: 800 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  // Processor time, because other programs that keep the thread waiting are no cost of the page.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(url);
  return {
    page,
    threadMs: async () => {
      const metrics = await metricsOf(devtools);
      const ms = (name: string) => (metrics.get(name) ?? 0) * 1_000;
      return {
        task: ms('TaskDuration'),
        script: ms('ScriptDuration'),
        layout: ms('LayoutDuration'),
        style: ms('RecalcStyleDuration'),
      };
    },
    heapBytes: async () => {
      await devtools.send('HeapProfiler.collectGarbage');
      return (await metricsOf(devtools)).get('JSHeapUsedSize') ?? 0;
    },
    close: () => context.close(),
  };
}

async function metricsOf(devtools: CDPSession): Promise<ReadonlyMap<string, number>> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return new Map(metrics.map(({ name, value }) => [name, value]));
}
