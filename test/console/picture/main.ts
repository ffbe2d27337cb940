import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ApiClient } from '@holdfast/api-client/api-client.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { builtProgram } from '@holdfast/dev/setup/dist.mjs';
import { chromium, type Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';
import { openFactory } from './factory.ts';

const usage = `Makes the pictures of the documents: runs a factory of twelve lines on a stack of its own, hurts it, and takes
pictures of what the console shows.

  npm run -s picture -- [--minutes M] [--out FOLDER] [--chromium FILE]

  --minutes M      how long the factory runs (default 12)
  --out FOLDER     where the pictures go (default docs)
  --chromium FILE  the browser (default /usr/bin/chromium)
`;

const root = resolve(import.meta.dirname, '../../..');
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '12' },
    out: { type: 'string', default: join(root, 'docs') },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    help: { type: 'boolean', default: false },
  },
});

interface Picture {
  readonly file: string;
  /** Screen below `/console/`. */
  readonly screen: string;
  /** Selector of something that is there once the screen has its data. */
  readonly hasData: string;
  readonly isChinese?: boolean;
}

/** What is shown of a factory that has run since some minutes. @param session that of the press line */
function picturesOf(minutes: number, session: string): readonly Picture[] {
  const from = `from=-${Math.ceil(minutes)}m`;
  const sessions = { screen: `sessions?${from}&session=${session}`, hasData: '.detail .events li' };
  const curves = ['furnace-01/temperature_1', 'furnace-02/temperature_1', 'press-04/pressure_2'];
  const trends = `trends?${from}&points=${encodeURIComponent(JSON.stringify(curves))}`;
  return [
    { file: 'console-overview.png', screen: '', hasData: '.overview li' },
    { file: 'console-sessions.png', ...sessions },
    { file: 'console-sessions.zh-CN.png', ...sessions, isChinese: true },
    { file: 'console-device.png', screen: 'devices/press-04', hasData: '.devices-screen canvas' },
    { file: 'console-live.png', screen: 'live', hasData: '[data-state="good"]' },
    { file: 'console-trends.png', screen: trends, hasData: 'canvas' },
    { file: 'console-timeline.png', screen: `sessions/${session}/timeline?${from}`, hasData: '.tl-canvas' },
  ];
}

async function main(): Promise<void> {
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error('--minutes is a number above 0');
  const home = await mkdtemp(join(tmpdir(), 'holdfast-picture-'));
  const port = await freePort();
  const stack = spawn(process.execPath, [builtProgram('launcher')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // biome-ignore lint/style/noProcessEnv: what the stack inherits, with settings of its own
    env: { ...process.env, HOLDFAST_HOME: home, API_PORT: String(port), COLLECTORS: '3', LOG_LEVEL: 'error' },
  });
  const exit = new Promise((settle) => stack.once('exit', settle));
  try {
    const api = new ApiClient({ url: `http://127.0.0.1:${port}` });
    await eventually(async () => (await api.answer('GET', '/health/ready')).status === 200, {
      what: 'the API to be ready',
    });
    const { plant, sessions } = await openFactory(api);
    try {
      const after = (share: number) => sleep(share * minutes * 60_000 - (performance.now() - openedMs));
      const openedMs = performance.now();
      const command = (task: string, verb: string) =>
        api.command(`/api/acquisition/sessions/${sessions.get(task)}/${verb}/`, {
          reason: 'filters are changed',
        });
      await after(0.2);
      await killCollector(home, 'collector-2');
      await after(0.35);
      await command('paint-shop', 'pause');
      await after(0.45);
      plant.setFault('cnc-b-02', { kind: 'silence' });
      await after(0.5);
      plant.clearFault('cnc-b-02');
      await command('paint-shop', 'resume');
      await after(0.6);
      await api.command('/api/system/collectors/collector-3/drain/', {});
      await after(0.7);
      await api.command('/api/system/collectors/collector-3/undrain/', {});
      await after(0.75);
      for (const device of ['furnace-01', 'furnace-02', 'furnace-03'])
        plant.setFault(device, { kind: 'silence' });
      await after(0.88);
      plant.setFault('press-04', { kind: 'silence' });
      await after(0.95);
      await command('paint-shop', 'pause');
      await after(1);
      const pictures = picturesOf(minutes, sessions.get('press-line') ?? '');
      await takePictures(`http://127.0.0.1:${port}/console/`, pictures);
    } finally {
      await plant.stop();
    }
  } finally {
    stack.kill('SIGTERM');
    await exit;
    await rm(home, { recursive: true, force: true });
  }
}

/** Kills a collector as a power cut would; the stack starts it again. */
async function killCollector(home: string, name: string): Promise<void> {
  const { children } = JSON.parse(await readFile(join(home, 'running.json'), 'utf8')) as {
    children: Record<string, { pid: number }>;
  };
  const pid = children[name]?.pid;
  if (pid === undefined) throw new Error(`running.json names no ${name}`);
  process.kill(pid, 'SIGKILL');
}

async function takePictures(url: string, pictures: readonly Picture[]): Promise<void> {
  const browser = await chromium.launch({ executablePath: values.chromium, args: ['--no-sandbox'] });
  try {
    for (const { file, screen, hasData, isChinese } of pictures) {
      const look = isChinese
        ? ({ locale: 'zh-CN', colorScheme: 'dark' } as const)
        : ({ locale: 'en-GB', colorScheme: 'light' } as const);
      const context = await browser.newContext({ ...look, viewport: { width: 1440, height: 860 } });
      const page = await context.newPage();
      await page.goto(`${url}${screen}`);
      await page.locator(hasData).first().waitFor();
      // Streams bring values for as long as the page is open, so it never comes to rest.
      await sleep(2_000);
      await waitUntilPainted(page);
      await page.screenshot({ path: join(values.out, file) });
      console.log(join(values.out, file));
    }
  } finally {
    await browser.close();
  }
}

/** Waits until fonts are there and every canvas is drawn. */
async function waitUntilPainted(page: Page): Promise<void> {
  await page.evaluate('document.fonts.ready.then(() => true)');
  await page.evaluate(
    'new Promise((settle) => requestAnimationFrame(() => requestAnimationFrame(() => settle(true))))',
  );
}

if (values.help) console.log(usage);
else await main();
