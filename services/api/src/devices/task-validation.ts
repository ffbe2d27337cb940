import type {
  DeviceTestView,
  StartValidation,
  StartValidationView,
} from '@holdfast/shared/contracts/http/device-call-http.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { readTaskContent } from '../configuration/config-versions.ts';
import type { Database } from '../database/open-database.ts';
import type { Collectors } from '../ports.ts';
import { localize } from '../problems/localize.ts';
import { Problem } from '../problems/problem.ts';
import { type TestDeviceOptions, testDevice } from './test-device.ts';
import { devicesText } from './texts.ts';

/** The longest that a start waits for all devices together. */
const validationMs = 5_000;
const devicesAtOnce = 50;
const failingShown = 100;

/**
 * Reads a task's devices once, before a session of it is started.
 * @throws Problem when `strict` and some devices do not give everything, BrokerUnavailable, DatabaseUnavailable
 */
export function taskValidation(sources: {
  readonly database: Database;
  readonly collectors: Collectors;
  readonly liveStatus: TestDeviceOptions['liveStatus'];
}): (
  taskId: number,
  mode: Exclude<StartValidation, 'skip'>,
  traceparent?: string,
) => Promise<StartValidationView> {
  return async (taskId, mode, traceparent) => {
    const { devices, required_labels, task_code } = await readTaskContent(sources.database, taskId);
    const validation = await validateDevices({
      ...sources,
      devices,
      labels: required_labels ?? {},
      traceparent,
    });
    const { failing } = validation;
    const [first] = failing;
    if (mode === 'warn' || !first) return validation;
    throw new Problem(
      'devices_not_readable',
      devicesText('devices_not_readable', {
        count: failing.length,
        total: devices.length,
        taskCode: task_code,
        device: first.device,
        detail: first.detail,
      }),
      { validation },
    );
  };
}

/**
 * Reads the devices of a task once, many at a time. A device that could not be read in time counts as failing.
 * @throws BrokerUnavailable, DatabaseUnavailable
 */
async function validateDevices(options: {
  readonly database: Database;
  readonly collectors: Collectors;
  readonly liveStatus: TestDeviceOptions['liveStatus'];
  readonly devices: readonly DeviceConfig[];
  readonly labels: Readonly<Record<string, string>>;
  readonly traceparent: string | undefined;
}): Promise<StartValidationView> {
  const { devices, ...rest } = options;
  const untilMs = performance.now() + validationMs;
  const waiting = devices.values();
  const failing: DeviceTestView[] = [];
  let passed = 0;
  const next = async (): Promise<void> => {
    for (const device of waiting) {
      const leftMs = Math.floor(untilMs - performance.now());
      const tested = leftMs < 100 ? tooLate(device) : await testOne({ ...rest, device, withinMs: leftMs });
      if (tested.status === 'ok') passed += 1;
      else failing.push(tested);
    }
  };
  await Promise.all(Array.from({ length: Math.min(devicesAtOnce, devices.length) }, next));
  return {
    failing: failing
      .sort((one, other) => one.device.localeCompare(other.device))
      .slice(0, failingShown)
      .map(({ requests: _, within_ms: __, ...view }) => ({
        ...view,
        points: view.points.filter(({ quality }) => quality === 'bad').slice(0, failingShown),
      })),
    passed,
  };
}

async function testOne(options: TestDeviceOptions): Promise<DeviceTestView> {
  try {
    return await testDevice(options);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return failed(options.device, localize(error.detail));
  }
}

function tooLate(device: DeviceConfig): DeviceTestView {
  return failed(device, localize(devicesText('not_read_the_ms_for_all', { validationMs })));
}

function failed({ id, code }: DeviceConfig, detail: string): DeviceTestView {
  return {
    device_id: Number(id),
    device: code,
    status: 'failed',
    detail,
    within_ms: validationMs,
    collector_id: null,
    points: [],
    requests: [],
  };
}
