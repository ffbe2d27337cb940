import type { PatientClient } from '@holdfast/api-client/patient-client.ts';
import { loadDemo } from '@holdfast/plant/load-demo.ts';
import type { DemoConfiguration } from '@holdfast/plant/workshop.ts';
import { devicePageSchema, deviceViewSchema } from '@holdfast/shared/contracts/http/device-http.ts';
import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import * as z from 'zod';
import { firstSample, readSession, replaceSession, type WatchedPoint } from './demo-session.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import type { LogStream } from './log-stream.ts';

const FIRST_SAMPLE_WITHIN_MS = 60_000;

export interface RunningDemo {
  readonly session: SessionView;
  readonly point: WatchedPoint;
}

/** Loads the demo, starts its session if necessary, and waits until a fresh value is in the database. */
export async function bringUpDemo(options: {
  readonly api: PatientClient;
  readonly demoFile: string;
  readonly configuration: DemoConfiguration;
  readonly since: Date;
  readonly logs: LogStream;
  readonly signal: AbortSignal;
}): Promise<RunningDemo | undefined> {
  const { api, logs, configuration } = options;
  const former = (await readDemoAddresses(options.demoFile)) ?? {};
  const moved = await moveDemoDevices(api, configuration.devices, former);
  if (moved.length > 0)
    logs.say(`✓ demo        the API knows where its devices listen now: ${moved.join(', ')}`);
  const loaded = await loadDemo(api, configuration);
  if (loaded.kind === 'not_wanted') {
    logs.say('  demo        its task was removed, and nothing of it is brought back');
    return undefined;
  }
  const { devices, points, tasks } = configuration;
  if (loaded.kind === 'started') {
    const codes = tasks.map(({ code }) => code).join(', ');
    logs.say(`✓ demo        task ${codes} with ${devices.length} devices and ${points.length} points`);
  }
  let session = await readSession(api, loaded.sessionId);
  let words = loaded.kind === 'started' ? 'was started' : 'goes on';
  if (session.status === 'running' && moved.length > 0) {
    words = `takes the place of ${session.id}, which polled the simulator at its former ports`;
    session = await replaceSession(api, session, 'The simulated plant listens on other ports now');
  }
  await writeDemoAddresses(options.demoFile, devices);
  const point = watchedPoint(configuration);
  const running = { session, point };
  if (session.status !== 'running') {
    logs.say(`  session     ${session.id} is ${session.status} and stays so`, { session_id: session.id });
    return running;
  }
  logs.say(`✓ session     ${session.id} ${words}; waiting for its first value …`, { session_id: session.id });
  const sample = await firstSample(api, {
    sessionId: session.id,
    point,
    since: options.since,
    timeoutMs: FIRST_SAMPLE_WITHIN_MS,
    signal: options.signal,
  });
  if (sample === undefined) {
    logs.warn(`✗ samples     none of session ${session.id} in the database yet; the logs may say why`);
  } else {
    const name = `${point.device} ${point.pointCode} = ${sample.value}`;
    logs.say(`✓ samples     in the database: ${name}`, {
      ...point,
      value: sample.value,
      // Not called `time`, which is the time of the log line.
      sample_time: sample.time,
    });
  }
  return running;
}

/** The point whose values show that all is well. */
function watchedPoint({ points }: DemoConfiguration): WatchedPoint {
  const [first] = points;
  if (first === undefined) throw new Error('the demo configuration has no points');
  return { device: first.device_code, pointCode: first.code };
}

const fileSchema = z.record(z.string(), z.object({ host: z.string(), port: z.int() }));

/** The addresses of the simulated machines that the API last received, by device code. */
type DemoAddresses = z.infer<typeof fileSchema>;

function readDemoAddresses(file: string): Promise<DemoAddresses | undefined> {
  return readJsonFile(file, fileSchema);
}

async function writeDemoAddresses(file: string, devices: DemoConfiguration['devices']): Promise<void> {
  const addresses = Object.fromEntries(devices.map(({ code, host, port }) => [code, { host, port }]));
  await writeJsonFile(file, addresses satisfies DemoAddresses);
}

/**
 * Tells the API the simulator's present address for demo devices that still have their former one: a device that a user
 * pointed elsewhere stays there.
 * @returns codes of the devices that moved, also when an earlier, interrupted call has moved them
 */
async function moveDemoDevices(
  api: PatientClient,
  devices: DemoConfiguration['devices'],
  former: DemoAddresses,
): Promise<string[]> {
  const moved: string[] = [];
  for (const { code, host, port } of devices) {
    const was = former[code];
    if (was === undefined || (was.host === host && was.port === port)) continue;
    const { results } = await api.get(
      `/api/config/devices/?${new URLSearchParams({ code })}`,
      devicePageSchema,
    );
    const [device] = results;
    if (device === undefined) continue;
    if (device.host === was.host && device.port === was.port) {
      await api.patch(`/api/config/devices/${device.id}/`, { host, port }, deviceViewSchema);
      moved.push(code);
    } else if (device.host === host && device.port === port) {
      moved.push(code);
    }
  }
  return moved;
}
