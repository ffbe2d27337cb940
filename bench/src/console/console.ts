import { setTimeout as sleep } from 'node:timers/promises';
import { buildConsole } from '@holdfast/dev/console/build-console.ts';
import { findProgram } from '@holdfast/dev/setup/find-program.mjs';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { startMeasuredApi } from '../api/measured-api.ts';
import {
  type Benchmark,
  type BenchmarkContext,
  type FlagValues,
  InvalidMeasurement,
  type Measurement,
  UsageError,
} from '../benchmark.ts';
import { median } from '../median.ts';
import { configurePlant, publishLive } from './live-source.ts';

const flags = {
  devices: {
    meaning: 'devices, each with as many points, that give a sample a second',
    byDefault: 50,
    atLeast: 1,
  },
  points: { meaning: 'points of a device', byDefault: 100, atLeast: 1 },
  seconds: { meaning: 'time over which the main thread is measured', byDefault: 60, atLeast: 2 },
  minutes: {
    meaning: 'time over which memory is watched; 30 for the figure in the documents',
    byDefault: 2,
    atLeast: 0,
  },
  loads: { meaning: 'times that the page is loaded', byDefault: 10, atLeast: 1 },
} as const;

const threadLimitMs = 30;
const paintLimitMs = 1_000;
const bytesLimit = 200_000;
/** A heap that grows by less has no noticeable leak. */
const growthLimitPercent = 10;

export const consoleBench: Benchmark<typeof flags> = {
  name: 'console',
  summary: 'the console in Chromium: 5,000 live points a second, memory over time, bytes and first paint',
  description: [
    'Loads the console in Chromium from an API that is warm, with an empty cache each time, until the sessions show; then',
    'opens the live values of all points, which change every second, and takes what its main thread works from the browser’s own',
    'metrics (TaskDuration, processor time). The worker that reads the stream is not in it. Memory is the JavaScript heap after a',
    'collection, at the beginning and at the end of so many minutes.',
    `Limits: ${threadLimitMs} ms a second of main thread, ${paintLimitMs} ms until the first paint, ${bytesLimit} packed bytes until the sessions show, ${growthLimitPercent} % growth.`,
    'ratio: the smallest of limit over figure, each of which is among the figures; from 1 on all are kept.',
  ].join('\n'),
  flags,
  run,
};

async function run(values: FlagValues<typeof flags>, context: BenchmarkContext): Promise<Measurement> {
  const { devices, points, seconds, minutes, loads } = values;
  const { progress, cleanUp } = context;
  const executablePath = findProgram('chromium') ?? findProgram('chromium-headless-shell');
  if (executablePath === undefined) {
    throw new UsageError('There is no Chromium here. On Debian: apt-get install chromium-headless-shell');
  }
  progress('building the console');
  await buildConsole();
  const api = await startMeasuredApi(context);
  progress(`configuring ${devices * points} points`);
  const plant = await configurePlant(api, { devices, points });
  const stop = await publishLive(api.nc, plant, points);
  cleanUp.defer(stop);
  // As root it has no sandbox of its own.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  cleanUp.defer(() => browser.close());

  progress('loading the page');
  const loaded = await loadAgain(browser, api.url, loads);
  progress('watching live values');
  const live = await openMeasuredPage(browser, `${api.url}/console/live`);
  await live.page.locator('.values-body .values-row[data-state="good"]').first().waitFor();
  await requireAllCurrent(live, devices * points);
  // The first seconds include the reading of all points.
  await sleep(3_000);
  const before = await live.threadMs();
  const startedAt = performance.now();
  await sleep(seconds * 1_000);
  const after = await live.threadMs();
  const lastedS = (performance.now() - startedAt) / 1_000;
  await requireAllCurrent(live, devices * points);
  const perSecond = (kind: keyof typeof after) => (after[kind] - before[kind]) / lastedS;

  progress(`watching memory for ${minutes} min`);
  const heapAtFirst = await live.heapBytes();
  await sleep(minutes * 60_000);
  const heapAtLast = await live.heapBytes();
  await requireAllCurrent(live, devices * points);
  const growthPercent = Math.max(0, (heapAtLast / heapAtFirst - 1) * 100);

  const paintMs = median(loaded.map((each) => each.paintMs));
  const bytes = Math.max(...loaded.map((each) => each.bytes));
  const thread = perSecond('task');
  const ratios = {
    main_thread_ratio: rounded(threadLimitMs / thread, 3),
    first_paint_ratio: rounded(paintLimitMs / paintMs, 3),
    packed_bytes_ratio: rounded(bytesLimit / bytes, 3),
    // One collection differs from the next by less than half a percent.
    heap_growth_ratio: rounded(growthLimitPercent / Math.max(growthPercent, 0.5), 3),
  };
  return {
    ratio: Math.min(...Object.values(ratios)),
    figures: {
      live_points: devices * points,
      main_thread_ms_per_second: rounded(thread, 1),
      of_it_script_ms_per_second: rounded(perSecond('script'), 1),
      of_it_layout_ms_per_second: rounded(perSecond('layout') + perSecond('style'), 1),
      measured_seconds: seconds,
      heap_at_first_bytes: heapAtFirst,
      heap_at_last_bytes: heapAtLast,
      heap_growth_percent: rounded(growthPercent, 1),
      heap_watched_minutes: minutes,
      packed_bytes_until_sessions: bytes,
      first_paint_median_ms: rounded(paintMs, 0),
      sessions_shown_median_ms: rounded(median(loaded.map((each) => each.shownMs)), 0),
      loads,
      ...ratios,
    },
    limit: {
      main_thread_ms_per_second: threadLimitMs,
      first_paint_ms: paintLimitMs,
      packed_bytes: bytesLimit,
      heap_growth_percent: growthLimitPercent,
    },
    servers: { chromium: browser.version(), nats_server: api.nc.info?.version ?? 'unknown' },
  };
}

interface Load {
  readonly paintMs: number;
  readonly shownMs: number;
  readonly bytes: number;
}

/** The first one warms the server, and does not count. */
async function loadAgain(browser: Browser, url: string, times: number): Promise<Load[]> {
  const loads: Load[] = [];
  for (let time = 0; time <= times; time += 1) {
    const { page, close } = await openMeasuredPage(browser, `${url}/console/sessions`);
    await page.locator('[data-session]').first().waitFor();
    const shownMs = await page.evaluate<number>('performance.now()');
    const paintMs = await page.evaluate<number>(
      `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()`,
    );
    // As text, since Node's names are not a browser's.
    const bytes = await page.evaluate<number>(
      `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .filter(({ name }) => new URL(name).pathname.startsWith('/console/'))
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`,
    );
    await close();
    if (time > 0) loads.push({ paintMs, shownMs, bytes });
  }
  return loads;
}

/** Checks that the page shows current values: a page that shows nothing new costs nothing. */
async function requireAllCurrent({ page }: MeasuredPage, points: number): Promise<void> {
  const current = async () =>
    page.evaluate<string[]>(
      `[...document.querySelectorAll('.filter .count')].map(({ textContent }) => textContent)`,
    );
  const [all = '', late = ''] = await current();
  if (all.replace(/\D/g, '') !== String(points)) {
    throw new InvalidMeasurement(`${all} points are shown instead of ${points}`);
  }
  if (late !== '0') throw new InvalidMeasurement(`${late} points are not current`);
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** A page in a real browser, and what it costs. */
interface MeasuredPage {
  readonly page: Page;
  /** Processor time of the page's main thread since it was opened, in ms, by kind. */
  threadMs(): Promise<Readonly<Record<'task' | 'script' | 'layout' | 'style', number>>>;
  /** Bytes of its JavaScript objects after a garbage collection. */
  heapBytes(): Promise<number>;
  close(): Promise<void>;
}

async function openMeasuredPage(browser: Browser, url: string): Promise<MeasuredPage> {
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
