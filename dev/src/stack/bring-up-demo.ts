import {
  type DemoConfiguration,
  demoConfiguration,
  demoDeviceCodes,
} from '@holdfast/modbus-simulator/demo-plant.ts';
import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import type { ApiClient } from './api-client.ts';
import { loadDemo } from './demo.ts';
import { demoSession, firstSample, type WatchedPoint } from './demo-session.ts';
import type { LogStream } from './log-stream.ts';

const FIRST_SAMPLE_WITHIN_MS = 60_000;

export interface RunningDemo {
  readonly session: SessionView;
  readonly point: WatchedPoint;
}

/** Loads the demo and starts its session where that is due, and waits until a fresh value is in the database. */
export async function bringUpDemo(options: {
  readonly api: ApiClient;
  readonly demoFile: string;
  readonly host: string;
  /** Of the first simulated machine; the others follow. */
  readonly firstPort: number;
  readonly since: Date;
  readonly logs: LogStream;
  readonly signal: AbortSignal;
}): Promise<RunningDemo | undefined> {
  const { api, logs, firstPort } = options;
  const ports = demoDeviceCodes.map((_, index) => firstPort + index);
  const configuration = demoConfiguration({ host: options.host, ports });
  const demo = await loadDemo(api, configuration, options.demoFile);
  if (demo === undefined) {
    logs.say('  demo        its task was removed, and nothing of it is brought back');
    return undefined;
  }
  if (!demo.wasLoadedBefore) {
    const { devices, points } = configuration;
    logs.say(`✓ demo        task "${demo.task.code}": ${devices.length} devices, ${points.length} points`);
  }
  if (demo.movedDevices.length > 0) {
    logs.say(`✓ demo        told the API where its devices listen now: ${demo.movedDevices.join(', ')}`);
  }
  const { session, how, replaces } = await demoSession(api, demo);
  const point = watchedPoint(configuration);
  const running = { session, point };
  if (session.status !== 'running') {
    logs.say(`  session     ${session.id} is ${session.status} and stays so`, { session_id: session.id });
    return running;
  }
  const words = {
    started: 'was started',
    found: 'goes on',
    replaced: `takes the place of ${replaces}, which polled the simulator at its former ports`,
  };
  logs.say(`✓ session     ${session.id} ${words[how]}; waiting for its first value …`, {
    session_id: session.id,
  });
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
    logs.say(`✓ samples     in the database: ${name}`, { ...point, ...sample });
  }
  return running;
}

/** The point whose values show that all is well. */
function watchedPoint({ points }: DemoConfiguration): WatchedPoint {
  const [first] = points;
  if (first === undefined) throw new Error('the demo configuration has no points');
  return { device: first.device_code, pointCode: first.code };
}
